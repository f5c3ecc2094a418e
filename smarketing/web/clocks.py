"""One clock explained, and the clocks of a hand-off paused and let go on."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext

from smarketing.db import db, transaction
from smarketing.domain.errors import InvalidInput
from smarketing.domain.roles import Permission
from smarketing.models.handoffs import Handoff
from smarketing.reports import clock_history
from smarketing.services import holds
from smarketing.web import clock_page
from smarketing.web.access import actor, allows, now
from smarketing.web.languages import zone
from smarketing.web.spoken import business_time
from smarketing.web.words import message_of

bp = Blueprint("clocks", __name__)


@bp.get("/clocks/<int:clock_id>")
@allows(Permission.SEE_LEADS)
def show(clock_id: int) -> str:
    history = clock_history.of(clock_id)
    if history is None:
        abort(404)
    page = clock_page.of(history, now=now())
    return render_template("clocks/show.html", page=page, business_time=business_time, reader_zone=str(zone()))


@bp.get("/handoffs/<int:handoff_id>/pause")
@allows(Permission.PAUSE_CLOCKS)
def ask_pause(handoff_id: int) -> str:
    return _form(handoff_id, "", {})


@bp.post("/handoffs/<int:handoff_id>/pause")
@allows(Permission.PAUSE_CLOCKS)
def pause(handoff_id: int) -> Any:
    handoff = db.get_or_404(Handoff, handoff_id)
    reason = request.form.get("reason", "")
    try:
        with transaction():
            holds.pause(handoff_id, reason=reason, actor=actor(), now=now())
    except InvalidInput as fault:
        return _form(handoff_id, reason, {fault.field: message_of(fault)}), 422
    flash(gettext("The clocks stand still until you let them go on."), "success")
    return redirect(url_for("leads.show", lead_id=handoff.lead_id), code=303)


@bp.post("/handoffs/<int:handoff_id>/resumption")
@allows(Permission.PAUSE_CLOCKS)
def resume(handoff_id: int) -> Any:
    handoff = db.get_or_404(Handoff, handoff_id)
    with transaction():
        holds.resume(handoff_id, actor=actor(), now=now())
    flash(gettext("The clocks go on with the time they had left."), "success")
    return redirect(url_for("leads.show", lead_id=handoff.lead_id), code=303)


def _form(handoff_id: int, reason: str, faults: dict[str, str]) -> str:
    handoff = db.get_or_404(Handoff, handoff_id)
    return render_template("clocks/pause.html", handoff=handoff, reason=reason, faults=faults)
