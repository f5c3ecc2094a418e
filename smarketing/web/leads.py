"""Leads: the list behind every figure, one lead with all that is known of it, and what marketing does with it."""

from collections.abc import Callable, Iterator
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, stream_with_context, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as Redirect

from smarketing.db import transaction
from smarketing.domain.errors import Conflict, InvalidInput
from smarketing.domain.lifecycle import Stage
from smarketing.domain.roles import Permission, may
from smarketing.models.leads import Lead
from smarketing.reports import agreed, lead_list, workbooks
from smarketing.services import intake, qualification, remarks, statuses
from smarketing.services.intake import Known
from smarketing.web import estimates, lead_columns, lead_file, lead_filters, lead_page, paging
from smarketing.web import views as saved_views
from smarketing.web.access import actor, allows, now
from smarketing.web.answers import AnswerView, answer_view, undo_of
from smarketing.web.engagement_words import engagement_name
from smarketing.web.forms import show_fault
from smarketing.web.lead_choices import Offer
from smarketing.web.lead_filters import Asked, counted
from smarketing.web.lead_forms import CorrectionForm, NewLeadForm, ReasonForm
from smarketing.web.lead_page import LeadPage
from smarketing.web.merged import lead_on, lead_or_404
from smarketing.web.paging import Page
from smarketing.web.spoken import business_time
from smarketing.web.words import answered

bp = Blueprint("leads", __name__, url_prefix="/leads")

Answer = str | Redirect | tuple[str, int]


@bp.get("/")
@allows(Permission.SEE_LEADS)
def index() -> str:
    asked = lead_filters.asked()
    page = paging.by_keys(lead_list.found(asked.filters, now=now()), lead_list.keys(asked.filters, asked.sort))
    offer = Offer(asked)
    return render_template(
        "leads/index.html",
        asked=asked,
        page=page,
        lines=lead_list.lines(asked.filters, [row.id for row in page.rows]),
        count=_count(asked, page),
        choices=offer.choices(),
        chips=offer.chips(),
        columns=lead_columns.offered(),
        views=saved_views.offered(asked.query),
        is_new=not page.rows and not asked.is_filtered and not asked.faults,
    )


@bp.get("/file.csv")
@allows(Permission.SEE_LEADS)
def export() -> Response:
    """All rows of the list, under the same filters and in the same order."""
    asked = lead_filters.asked()
    return _file(lead_file.lines(asked.filters, asked.sort, now=now()), "csv", "text/csv")


@bp.get("/file.xlsx")
@allows(Permission.SEE_LEADS)
def workbook() -> Response:
    """The same rows as a workbook."""
    asked = lead_filters.asked()
    return _file(lead_file.workbook(asked.filters, asked.sort, now=now()), "xlsx", workbooks.MEDIA_TYPE)


def _file(parts: Iterator[Any], extension: str, media_type: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="leads-{now():%Y-%m-%d}.{extension}"'}
    return Response(stream_with_context(parts), mimetype=media_type, headers=headers)


@bp.get("/<int:lead_id>")
@allows(Permission.SEE_LEADS)
def show(lead_id: int) -> str:
    return _page(lead_id, ReasonForm(formdata=None))


@bp.get("/new")
@allows(Permission.IMPORT_LEADS)
def new() -> str:
    return render_template("leads/new.html", form=_new_form(), known_id=None)


@bp.post("/new")
@allows(Permission.IMPORT_LEADS)
def create() -> Answer:
    form = _new_form()
    if not form.validate():
        return render_template("leads/new.html", form=form, known_id=None), 422
    try:
        with transaction():
            lead_id = intake.enter(form.row(), actor=actor(), now=now(), zone=actor().zone)
    except InvalidInput as fault:
        show_fault(form, fault)
        known_id = fault.lead_id if isinstance(fault, Known) else None
        return render_template("leads/new.html", form=form, known_id=known_id), 422
    flash(_welcome(lead_or_404(lead_id)), "success")
    return redirect(url_for(".show", lead_id=lead_id), code=303)


@bp.get("/<int:lead_id>/facts")
@allows(Permission.IMPORT_LEADS)
def edit(lead_id: int) -> str:
    lead = lead_or_404(lead_id)
    return render_template("leads/edit.html", lead=lead, form=CorrectionForm.of(lead))


@bp.post("/<int:lead_id>/facts")
@allows(Permission.IMPORT_LEADS)
def change(lead_id: int) -> Answer:
    lead, form = lead_or_404(lead_id), CorrectionForm()
    try:
        with transaction():
            edition = form.read_edition()
            is_changed = intake.correct(lead_id, form.facts(), edition=edition, actor=actor(), now=now())
    except (Conflict, InvalidInput) as fault:
        lead = lead_or_404(lead_id)
        show_fault(form, fault)
        if isinstance(fault, Conflict):
            form.edition.data = str(lead.edition)
        return render_template("leads/edit.html", lead=lead, form=form), 409 if isinstance(fault, Conflict) else 422
    flash(gettext("Saved, and scored again.") if is_changed else gettext("Nothing was changed."), "success")
    return redirect(url_for(".show", lead_id=lead_id), code=303)


@bp.post("/<int:lead_id>/qualification")
@allows(Permission.QUALIFY_LEAD)
def mark(lead_id: int) -> Answer:
    """Undone by taking it back."""
    lead = lead_or_404(lead_id)
    if fault := _with_reason(lead, qualification.mark):
        return fault
    lead = lead_or_404(lead_id)
    owner = lead.owner.name if lead.owner else gettext("the team’s queue")
    undo_url = url_for(".take_back", lead_id=lead_id, reason=gettext("Marked by mistake."))
    message = gettext("%(lead)s is an MQL now and was handed to %(owner)s.", lead=lead.name, owner=owner)
    _flash(message, undo_url)
    return redirect(url_for(".show", lead_id=lead_id), code=303)


@bp.post("/<int:lead_id>/withdrawal")
@allows(Permission.QUALIFY_LEAD)
def take_back(lead_id: int) -> Answer:
    """Undone by marking it by hand."""
    lead = lead_or_404(lead_id)
    if fault := _with_reason(lead, qualification.take_back):
        return fault
    undo_url = url_for(".mark", lead_id=lead_id, reason=gettext("Taken back by mistake."))
    message = gettext("%(lead)s was taken back from sales.", lead=lead_or_404(lead_id).name)
    _flash(message, undo_url)
    return redirect(url_for(".show", lead_id=lead_id), code=303)


def _flash(message: str, undo_url: str) -> None:
    flashed: Any = {"message": message, "undo_url": undo_url}
    flash(flashed, "success")


def _with_reason(lead: Lead, act: Callable[..., None]) -> Answer | None:
    """Do it with the reason that was typed; if that cannot be, the page says why and keeps the words."""
    form, lead_id = ReasonForm(), lead.id
    reason = form.reason.data or request.args.get("reason", "")
    try:
        with transaction():
            act(lead_id, reason=reason, actor=actor(), now=now())
    except InvalidInput as fault:
        show_fault(form, fault)
        return _page(lead_id, form), 422
    return None


def page_of(lead_id: int, *, remark: str, remark_fault: str) -> str:
    """With a remark that could not be taken as it is."""
    return _page(lead_id, ReasonForm(formdata=None), remark=remark, remark_fault=remark_fault)


def _page(lead_id: int, form: ReasonForm, **told: str) -> str:
    page = lead_page.of(lead_id, now=now()) or lead_on(lead_id)
    return render_template(
        "leads/show.html",
        page=page,
        lead=page.lead,
        form=form,
        answer=_answer(page),
        estimate=estimates.of(page.latest_handoff),
        answered=answered,
        business_time=business_time,
        engagement_name=engagement_name,
        remarks=remarks.of_lead(lead_id),
        status_url=_status_url(page.lead),
        **told,
    )


def _status_url(lead: Lead) -> str | None:
    """Where marketing changes the status; None where it cannot, and for sales, who answers."""
    is_theirs = may(actor().role, Permission.QUALIFY_LEAD) and statuses.choices(lead, actor())
    return url_for("statuses.ask", lead_id=lead.id) if is_theirs else None


def _answer(page: LeadPage) -> AnswerView | None:
    """What sales can do with the latest hand-off; None when there is nothing to do any more."""
    handoff = page.latest_handoff
    if handoff is None:
        return None
    return answer_view(handoff) if handoff.closed_at is None or undo_of(handoff) else None


def _count(asked: Asked, page: Page) -> str:
    """A list that fits on its page needs no counting."""
    is_whole = page.newer_url is None and page.older_url is None
    count = len(page.rows) if is_whole else lead_list.count(asked.filters, now=now())
    return counted(count, asked.filters)


def _new_form() -> NewLeadForm:
    standing = agreed.latest()
    return NewLeadForm().offer(standing.terms if standing and standing.is_in_force else None)


def _welcome(lead: Lead) -> str:
    told = {"lead": lead.name, "points": lead.points}
    if lead.stage is Stage.MQL:
        owner = lead.owner.name if lead.owner else gettext("the team’s queue")
        return gettext("%(lead)s scored %(points)s points, is an MQL and was handed to %(owner)s.", owner=owner, **told)
    if lead.points is None:
        return gettext("%(lead)s is here. Without an agreement in force nothing is scored.", **told)
    return gettext("%(lead)s is here with %(points)s points.", **told)
