"""Put a lead in another status of the company: from the desk of sales, or by marketing where sales has it not."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import StringField

from smarketing.db import db, transaction
from smarketing.domain.errors import N_, Conflict, InvalidInput
from smarketing.domain.roles import Permission
from smarketing.models.handoffs import Handoff
from smarketing.models.leads import Lead
from smarketing.services import statuses
from smarketing.web import status_words
from smarketing.web.access import actor, allows, now, start_over
from smarketing.web.forms import show_fault
from smarketing.web.handoffs import answered, asked

bp = Blueprint("statuses", __name__)


class LeadStatusForm(FlaskForm):
    status = StringField(_("Status"))


@bp.route("/handoffs/<int:handoff_id>/status", methods=["GET", "POST"])
@allows(Permission.ANSWER_HANDOFF)
def status(handoff_id: int) -> Any:
    def choose(form: Any) -> tuple[str, str]:
        lead = _choose(db.get_or_404(Handoff, handoff_id).lead_id, form.status.data)
        return _said(lead), url_for(".status_undoing", handoff_id=handoff_id)

    return asked(handoff_id, "status") or answered(handoff_id, "status", choose)


@bp.post("/handoffs/<int:handoff_id>/status/undoing")
@allows(Permission.ANSWER_HANDOFF)
def status_undoing(handoff_id: int) -> Any:
    def undo(_form: None) -> tuple[str, None]:
        lead = statuses.undo(db.get_or_404(Handoff, handoff_id).lead_id, actor=actor(), now=now())
        return gettext("Undone: %(lead)s is where it was before.", lead=lead.name), None

    return answered(handoff_id, None, undo)


@bp.get("/leads/<int:lead_id>/status")
@allows(Permission.QUALIFY_LEAD)
def ask(lead_id: int) -> str:
    return _page(db.get_or_404(Lead, lead_id), LeadStatusForm())


@bp.post("/leads/<int:lead_id>/status")
@allows(Permission.QUALIFY_LEAD)
def change(lead_id: int) -> Response | tuple[str, int]:
    lead, form = db.get_or_404(Lead, lead_id), LeadStatusForm()
    try:
        with transaction():
            lead = _choose(lead_id, form.status.data)
            said: Any = {"message": _said(lead), "undo_url": url_for(".undo", lead_id=lead_id)}
    except InvalidInput as fault:
        start_over()
        show_fault(form, InvalidInput("status", fault.message, **fault.params))
        return _page(db.get_or_404(Lead, lead_id), form), 422
    flash(said, "success")
    return redirect(url_for("leads.show", lead_id=lead_id), code=303)


@bp.post("/leads/<int:lead_id>/status/undoing")
@allows(Permission.QUALIFY_LEAD)
def undo(lead_id: int) -> Response:
    db.get_or_404(Lead, lead_id)
    with transaction():
        lead = statuses.undo(lead_id, actor=actor(), now=now())
        said = gettext("Undone: %(lead)s is where it was before.", lead=lead.name)
    flash(said, "success")
    return redirect(url_for("leads.show", lead_id=lead_id), code=303)


def _choose(lead_id: int, value: str | None) -> Lead:
    if not value:
        raise InvalidInput("status", N_("Choose a status."))
    chosen, reason = status_words.chosen(value)
    return statuses.choose(lead_id, status=chosen, reason=reason, actor=actor(), now=now())


def _said(lead: Lead) -> str:
    return gettext("%(lead)s: status “%(status)s”.", lead=lead.name, status=status_words.name(lead.status or ""))


def _page(lead: Lead, form: LeadStatusForm) -> str:
    choices = status_words.choices(statuses.choices(lead, actor()))
    if not choices:
        raise Conflict(N_("From here you can put the lead in no other status."))
    return render_template("leads/status.html", lead=lead, form=form, choices=choices)
