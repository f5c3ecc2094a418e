"""When somebody is away: written by hand or brought in from a calendar file. Nobody is given leads meanwhile."""

from datetime import date, timedelta
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response

from smarketing.db import db, transaction
from smarketing.domain.errors import N_, InvalidInput
from smarketing.domain.periods import midnight
from smarketing.domain.roles import Permission, may
from smarketing.models.people import User
from smarketing.models.routing import Absence
from smarketing.services import calendar_files, rosters
from smarketing.web.access import actor, allows, now
from smarketing.web.words import message_of

bp = Blueprint("absences", __name__, url_prefix="/absences")

FIELDS = ("first_on", "last_on", "title")


@bp.get("/")
@allows(Permission.SEE_QUEUE)
def index() -> str:
    return _page(_whose(request.args.get("user", type=int)), {}, {})


@bp.post("/")
@allows(Permission.SEE_QUEUE)
def create() -> Any:
    user = _whose(request.form.get("user", type=int))
    told = {name: request.form.get(name, "").replace("\0", "")[:200] for name in FIELDS}
    try:
        first, last = _day("first_on", told["first_on"]), _day("last_on", told["last_on"] or told["first_on"])
        span = {"starts_at": midnight(first, user.zone), "ends_at": midnight(last + timedelta(days=1), user.zone)}
        with transaction():
            rosters.add_absence(user.id, **span, title=told["title"], actor=actor(), now=now())
    except InvalidInput as fault:
        return _page(_whose(request.form.get("user", type=int)), told, {fault.field: message_of(fault)}), 422
    flash(gettext("Written down: no new leads meanwhile."), "success")
    return _back(user.id)


@bp.post("/file")
@allows(Permission.SEE_QUEUE)
def bring() -> Any:
    user = _whose(request.form.get("user", type=int))
    sent = request.files.get("file")
    try:
        if sent is None or not sent.filename:
            raise InvalidInput("file", N_("Choose a calendar file (.ics)."))
        content = sent.stream.read(calendar_files.MOST_BYTES + 1)
        with transaction():
            found = rosters.bring_calendar(user, content, actor=actor(), now=now())
    except InvalidInput as fault:
        return _page(_whose(request.form.get("user", type=int)), {}, {fault.field: message_of(fault)}), 422
    said = ngettext("%(num)s absence was read.", "%(num)s absences were read.", len(found.away))
    if found.repeating:
        said += " " + ngettext(
            "%(num)s repeating event was left out.", "%(num)s repeating events were left out.", found.repeating
        )
    flash(said, "success")
    return _back(user.id)


@bp.post("/<int:absence_id>/removal")
@allows(Permission.SEE_QUEUE)
def remove(absence_id: int) -> Response:
    absence = db.get_or_404(Absence, absence_id)
    _whose(absence.user_id)
    with transaction():
        user_id = rosters.remove_absence(absence_id, actor=actor(), now=now())
    flash(gettext("The absence was removed."), "success")
    return _back(user_id)


def _whose(user_id: int | None) -> User:
    """The reader's own, or anybody's for a manager; what one may not see is not there."""
    if user_id is None or user_id == actor().id:
        return db.session.get_one(User, actor().id)
    if not may(actor().role, Permission.REASSIGN_HANDOFF):
        abort(404)
    return db.get_or_404(User, user_id)


def _page(user: User, told: dict[str, str], faults: dict[str, str]) -> str:
    found = rosters.absences(user.id, now=now())
    return render_template(
        "absences/index.html", user=user, absences=found, told=told, faults=faults, is_own=user.id == actor().id
    )


def _back(user_id: int) -> Response:
    return redirect(url_for(".index", user=None if user_id == actor().id else user_id), code=303)


def _day(field: str, text: str) -> date:
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        raise InvalidInput(field, N_("Choose a day, written like 2026-05-31.")) from None
    if not 2000 <= day.year <= 2200:
        raise InvalidInput(field, N_("Choose a day, written like 2026-05-31."))
    return day
