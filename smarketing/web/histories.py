"""Files of past hand-offs: how an agreement would have judged them, before anybody lives by it."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, abort, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import SelectField

from smarketing.db import db, transaction
from smarketing.domain.attainment import standing
from smarketing.domain.csv_format import Unreadable
from smarketing.domain.histories import PastClock
from smarketing.domain.roles import Permission
from smarketing.domain.terms import Terms, parse
from smarketing.models.agreements import AgreementVersion
from smarketing.models.histories import History
from smarketing.reports import agreed, tables
from smarketing.reports import histories as reading
from smarketing.reports.histories import Judged, Promise
from smarketing.services import histories
from smarketing.web import spoken
from smarketing.web.access import actor, allows, now
from smarketing.web.forms import zone_choices
from smarketing.web.sections import kept
from smarketing.web.security import accepts_upload
from smarketing.web.tiles import Tile
from smarketing.web.words import calendar_name, in_language, message_of

bp = Blueprint("histories", __name__, url_prefix="/histories")


class UploadForm(FlaskForm):
    file = FileField(_("File"), [FileRequired(_("Choose a file."))])
    zone = SelectField(_("Time zone of the file"), description=_("For times that do not name one."))

    @classmethod
    def of(cls, **arguments: Any) -> "UploadForm":
        zone = agreed.zone_of(agreed.latest())
        form = cls(data={"zone": zone}, **arguments)
        form.zone.choices = zone_choices(zone)
        return form


@bp.get("/")
@allows(Permission.AUTHOR_AGREEMENT)
def index() -> Any:
    return _list(UploadForm.of(formdata=None))


@bp.post("/")
@allows(Permission.AUTHOR_AGREEMENT)
@accepts_upload
def create() -> Any:
    form = UploadForm.of()
    if not form.validate():
        return _list(form), 422
    file = form.file.data
    try:
        with transaction():
            history = histories.bring_in(
                file.stream,
                file.filename or "",
                folder=Path(current_app.config["UPLOADS"]),
                limit=current_app.config["MAX_UPLOAD_BYTES"],
                zone=form.zone.data,
                actor=actor(),
                now=now(),
            )
            history_id = history.id
    except Unreadable as fault:
        form.file.errors = [message_of(fault)]
        return _list(form), 422
    return redirect(url_for(".show", history_id=history_id), code=303)


@bp.get("/<int:history_id>")
@allows(Permission.AUTHOR_AGREEMENT)
def show(history_id: int) -> Any:
    history = db.get_or_404(History, history_id)
    versions = reading.versions()
    chosen = _chosen(versions)
    if chosen is None:
        return render_template("histories/show.html", history=history, versions=(), judged=None)
    terms = parse(db.get_or_404(AgreementVersion, chosen).terms)
    calendar_id = _calendar(terms)
    judged = reading.judge(history, terms, calendar_id=calendar_id)
    return render_template(
        "histories/show.html",
        history=history,
        versions=versions,
        chosen=chosen,
        calendars=[(calendar.id, calendar_name(calendar)) for calendar in terms.calendars],
        calendar_id=calendar_id,
        judged=judged,
        left_out=[in_language(clause.title) for clause in judged.left_out],
        tiles=[_tile(promise) for promise in judged.promises],
        sections=[kept.by_month(each.clause, each.kept, each.months) for each in judged.promises if each.months],
    )


@bp.get("/<int:history_id>/clocks.csv")
@allows(Permission.AUTHOR_AGREEMENT)
def clocks(history_id: int) -> Response:
    """Every clock with its verdict, to check the figures by."""
    history = db.get_or_404(History, history_id)
    chosen = _chosen(reading.versions())
    if chosen is None:
        abort(404)
    terms = parse(db.get_or_404(AgreementVersion, chosen).terms)
    judged = reading.judge(history, terms, calendar_id=_calendar(terms))
    return Response(
        tables.csv_lines(_rows(judged, terms)),
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="history-{history_id}-version-{chosen}.csv"'},
    )


@bp.post("/<int:history_id>/removal")
@allows(Permission.AUTHOR_AGREEMENT)
def remove(history_id: int) -> Any:
    with transaction():
        histories.remove(db.get_or_404(History, history_id), actor=actor(), now=now())
    flash(gettext("The history is removed."), "success")
    return redirect(url_for(".index"), code=303)


def _list(form: UploadForm) -> str:
    return render_template("histories/index.html", form=form, rows=reading.listed())


def _chosen(versions: Sequence[tuple[int, int, str]]) -> int | None:
    """The version that was asked for, else the one in force, else the newest; None where there is none."""
    asked = request.args.get("version", "")
    known = {str(version_id) for version_id, _number, _status in versions}
    if asked in known:
        return int(asked)
    in_force = next((version_id for version_id, _number, status in versions if status == "in_force"), None)
    return in_force or (versions[0][0] if versions else None)


def _calendar(terms: Terms) -> str | None:
    asked = request.args.get("calendar", "")
    return asked if asked in {calendar.id for calendar in terms.calendars} else None


def _tile(promise: Promise) -> Tile:
    clause, share, times = promise.clause, promise.kept.share, promise.times
    verdict, state = spoken.standing(standing(share, clause.objective), clause.objective) or (None, None)
    median = spoken.median(times)
    return Tile(
        label=gettext("%(clause)s: kept", clause=in_language(clause.title)),
        value=spoken.share(share),
        basis=spoken.kept(promise.kept) if share.total or promise.kept.pending else gettext("Nothing fell due."),
        definition=gettext(
            "Clocks met ÷ clocks due in this past. One that was not due yet at its last event is pending and in "
            "neither number. Times to the answer count what still waits (Kaplan–Meier)."
        ),
        verdict=verdict,
        state=state,
        trend=gettext("Median time to the answer: %(time)s", time=median) if median else None,
        is_number=share.is_telling or not share.total,
    )


def _rows(judged: Judged, terms: Terms) -> Iterator[Sequence[str | int | None]]:
    yield "lead clause owner started_at due_at stopped_at outcome business_seconds objective".split()
    objectives = {clause.id: clause.objective for clause in terms.clocks}
    for clock in judged.clocks:
        yield _row(clock, objectives[clock.clause_id])


def _row(clock: PastClock, objective: float) -> Sequence[str | int | None]:
    stopped_at = clock.stopped_at.isoformat() if clock.stopped_at else None
    instants = (clock.started_at.isoformat(), clock.due_at.isoformat(), stopped_at)
    return clock.lead, clock.clause_id, clock.owner, *instants, clock.outcome.value, clock.seconds, str(objective)
