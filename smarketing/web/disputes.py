"""What the departments disagree about: contested, answered, ruled on, and searched for precedents."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext

from smarketing.db import db, transaction
from smarketing.domain import disputes as rules
from smarketing.domain.disputes import GROUNDS, DisputeKind, DisputeState
from smarketing.domain.errors import InvalidInput
from smarketing.domain.periods import local_day, month_of
from smarketing.domain.roles import Permission
from smarketing.models.disputes import Dispute
from smarketing.reports import agreed, dispute_list
from smarketing.reports.dispute_list import Wanted
from smarketing.reports.rollups import Scope
from smarketing.services import disputes
from smarketing.web import dispute_page, paging, restated
from smarketing.web.access import actor, allows, now
from smarketing.web.dispute_page import CONSEQUENCES, TITLES, Subject
from smarketing.web.words import label, message_of

bp = Blueprint("disputes", __name__, url_prefix="/disputes")

LONGEST = 200
bp.add_app_template_global(restated.share, "share_of")


@bp.get("/")
@allows(Permission.SEE_LEADS)
def index() -> str:
    view = request.args.get("view", "open")
    kind = next((each for each in DisputeKind if each == request.args.get("kind")), None)
    text = request.args.get("q", "").replace("\0", "")[:LONGEST]
    page = paging.newest_first(dispute_list.found(Wanted(text, kind, view != "closed")), Dispute.id)
    views = {"open": gettext("Open"), "closed": gettext("Closed: precedents")}
    kept: dict[str, Any] = {name: request.args[name] for name in ("q", "kind") if request.args.get(name)}
    return render_template(
        "disputes/index.html",
        disputes=dispute_list.lines([row.id for row in page.rows]),
        page=page,
        kind=kind,
        text=text,
        kinds=[("", gettext("All")), *((each.value, label(each)) for each in DisputeKind)],
        views=[
            {"label": name, "url": url_for(".index", view=key, **kept), "active": key == view}
            for key, name in views.items()
        ],
        view=view,
        restated=restated.of(_this_month()),
    )


@bp.get("/new")
@allows(Permission.CONTEST)
def new() -> str:
    return _form(dispute_page.subject(), {}, {})


@bp.post("/new")
@allows(Permission.CONTEST)
def create() -> Any:
    subject = dispute_page.subject()
    told: dict[str, Any] = {"ground": request.form.get("ground", ""), "note": request.form.get("note", "")}
    try:
        with transaction():
            dispute_id = _raise(subject, told).id
    except InvalidInput as fault:
        return _form(dispute_page.subject(), told, {fault.field: message_of(fault)}), 422
    flash(gettext("It is contested, and the evidence is frozen. The other side has been told."), "success")
    return redirect(url_for(".show", dispute_id=dispute_id), code=303)


@bp.get("/<int:dispute_id>")
@allows(Permission.SEE_LEADS)
def show(dispute_id: int) -> str:
    return _page(dispute_id, {})


@bp.post("/<int:dispute_id>/answer")
@allows(Permission.CONTEST)
def answer(dispute_id: int) -> Any:
    verb = disputes.concede if request.form.get("answer") == "concede" else disputes.object_to
    note = request.form.get("note", "")
    return _done(dispute_id, lambda: verb(dispute_id, note=note, actor=actor(), now=now()), gettext("Answered."))


@bp.post("/<int:dispute_id>/votes")
@allows(Permission.CONTEST)
def vote(dispute_id: int) -> Any:
    told: dict[str, Any] = {"verdict": request.form.get("verdict", ""), "note": request.form.get("note", "")}
    spoken = gettext("Noted. It is ruled once the arbiters of both sides say the same.")
    return _done(dispute_id, lambda: disputes.vote(dispute_id, **told, actor=actor(), now=now()), spoken)


@bp.post("/<int:dispute_id>/withdrawal")
@allows(Permission.CONTEST)
def withdraw(dispute_id: int) -> Any:
    taken_back = gettext("The dispute is taken back.")
    return _done(dispute_id, lambda: disputes.withdraw(dispute_id, actor=actor(), now=now()), taken_back)


def _done(dispute_id: int, act: Callable[[], Dispute], said: str) -> Any:
    db.get_or_404(Dispute, dispute_id)
    try:
        with transaction():
            state = act().state
    except InvalidInput as fault:
        return _page(dispute_id, {fault.field: message_of(fault)}), 422
    is_ruled = state in (DisputeState.UPHELD, DisputeState.DISMISSED)
    flash(gettext("Closed: %(state)s.", state=label(state)) if is_ruled else said, "success")
    return redirect(url_for(".show", dispute_id=dispute_id), code=303)


def _this_month() -> Scope:
    return Scope(month_of(local_day(now(), agreed.zone_of(agreed.latest()))))


def _raise(subject: Subject, told: dict[str, Any]) -> Dispute:
    by: dict[str, Any] = {"actor": actor(), "now": now()}
    if subject.clock is not None:
        return disputes.ask_excuse(subject.clock.id, **told, **by)
    if subject.kind is DisputeKind.REFUSAL:
        return disputes.contest_refusal(subject.handoff.id, **told, **by)
    return disputes.contest_mql(subject.handoff.id, **told, **by)


def _form(subject: Subject, told: dict[str, Any], faults: dict[str, str]) -> str:
    return render_template(
        "disputes/new.html",
        subject=subject,
        title=gettext(TITLES[subject.kind]),
        consequence=gettext(CONSEQUENCES[subject.kind]),
        grounds=[{"value": each.value, "label": label(each)} for each in GROUNDS[subject.kind]],
        told=told,
        faults=faults,
        answer_due_at=rules.answer_due_at(agreed.terms_of(subject.handoff.agreement_version_id), now()),
    )


def _page(dispute_id: int, faults: dict[str, str]) -> str:
    """With what was just sent in the fields, where it was at fault."""
    dispute = db.get_or_404(Dispute, dispute_id)
    page = dispute_page.of(dispute)
    return render_template(
        "disputes/show.html", dispute=dispute, page=page, faults=faults, note=request.form.get("note")
    )
