"""The bell: what a person has to know, newest first."""

from datetime import datetime
from typing import Any, NamedTuple

from flask import Blueprint, abort, g, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy import func, select
from werkzeug.wrappers import Response

from smarketing.db import db, transaction
from smarketing.domain.event_names import EventName
from smarketing.domain.roles import Permission
from smarketing.domain.sla_clock import Urgency
from smarketing.models.leads import Lead
from smarketing.models.notices import Notice
from smarketing.services import notices
from smarketing.web import notice_words, paging
from smarketing.web.access import actor, allows, now

bp = Blueprint("notices", __name__, url_prefix="/notices")

COUNTED = 99

STATES = {
    EventName.CLOCK_WARNED: Urgency.AT_RISK,
    EventName.CLOCK_BREACHED: Urgency.OVERDUE,
}


class Line(NamedTuple):
    id: int
    sentence: str
    url: str | None
    state: Urgency | None
    created_at: datetime
    is_unread: bool


@bp.get("/")
@allows(Permission.USE_ACCOUNT)
def index() -> str:
    page = paging.newest_first(notice_words.found().where(Notice.recipient_id == actor().id), Notice.id)
    lines = [_line(notice, lead, version_id) for _id, notice, lead, version_id in page.rows]
    return render_template("notices/index.html", lines=lines, page=page, place=_place())


@bp.post("/reading")
@allows(Permission.USE_ACCOUNT)
def read_all() -> Response:
    with transaction():
        notices.mark_read(actor().id, now=now())
    return redirect(url_for(".index"), code=303)


@bp.post("/<int:notice_id>/reading")
@allows(Permission.USE_ACCOUNT)
def read(notice_id: int) -> Response:
    with transaction():
        if db.session.scalar(select(Notice.recipient_id).where(Notice.id == notice_id)) != actor().id:
            abort(404)
        notices.mark_read(actor().id, now=now(), notice_id=notice_id)
    return redirect(url_for(".index", **_place(), _anchor=f"notice-{notice_id}"), code=303)


@bp.app_template_global("unread_notice_count")
def unread_notice_count() -> str:
    """As the bell shows it: empty when all is read, at most “99+”. Counted once per request."""
    if not current_user.is_authenticated:
        return ""
    if "unread_notice_count" not in g:
        unread = select(Notice.id).where(Notice.recipient_id == actor().id, Notice.read_at.is_(None))
        g.unread_notice_count = db.session.scalar(
            select(func.count()).select_from(unread.limit(COUNTED + 1).subquery())
        )
    count: int = g.unread_notice_count
    return f"{COUNTED}+" if count > COUNTED else str(count or "")


def _line(notice: Notice, lead: Lead | None, version_id: int | None) -> Line:
    kind, target = EventName(notice.kind), notice_words.target(notice, lead)
    return Line(
        notice.id,
        notice_words.sentence(notice, lead, version_id),
        url_for(target.endpoint, **target.values) if target else None,
        STATES.get(kind),
        notice.created_at,
        notice.read_at is None,
    )


def _place() -> dict[str, Any]:
    """The page of the list that the reader is on, to come back to it."""
    return {name: request.args[name] for name in ("before", "after") if name in request.args}
