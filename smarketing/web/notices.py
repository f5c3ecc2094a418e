"""The bell: what a person has to know, newest first."""

from datetime import datetime
from typing import Any, NamedTuple

from flask import Blueprint, abort, g, redirect, render_template, request, url_for
from flask_babel import get_locale, gettext
from flask_login import current_user
from sqlalchemy import Select, func, select
from werkzeug.wrappers import Response

from smarketing.db import db, transaction
from smarketing.domain.disputes import DisputeState
from smarketing.domain.errors import N_
from smarketing.domain.event_names import EventName
from smarketing.domain.roles import Permission
from smarketing.domain.sla_clock import Urgency
from smarketing.models.handoffs import Handoff
from smarketing.models.leads import Lead
from smarketing.models.notices import Notice
from smarketing.services import agreements, notices
from smarketing.web import filters, paging
from smarketing.web.access import actor, allows, now
from smarketing.web.words import label

bp = Blueprint("notices", __name__, url_prefix="/notices")

COUNTED = 99

SENTENCES = {
    EventName.CLOCK_WARNED: N_("%(lead)s: “%(clause)s” is due %(due)s"),
    EventName.CLOCK_BREACHED: N_("%(lead)s: “%(clause)s” was due %(due)s and was not met"),
}
DISPUTES = {
    EventName.DISPUTE_RAISED: N_("%(lead)s: the other side contests something and waits for your answer"),
    EventName.DISPUTE_ANSWERED: N_("%(lead)s: the other side objects, so the arbiters rule"),
    EventName.DISPUTE_RULED: N_("%(lead)s: the dispute is closed, %(state)s"),
}
IMPORT_ENDS = {
    "done": N_("Your import is done. New leads: %(new)s, MQLs: %(mql)s, rejected rows: %(rejected)s"),
    "cancelled": N_("Your import was stopped. New leads taken before: %(new)s"),
    "failed": N_("Your import failed. New leads taken before: %(new)s"),
}
STATES = {EventName.CLOCK_WARNED: Urgency.AT_RISK, EventName.CLOCK_BREACHED: Urgency.OVERDUE}


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
    page = paging.newest_first(_of(actor().id), Notice.id)
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


def _of(recipient_id: int) -> Select[*tuple[Any, ...]]:
    return (
        select(Notice.id, Notice, Lead, Handoff.agreement_version_id)
        .outerjoin(Lead, Notice.lead_id == Lead.id)
        .outerjoin(Handoff, Notice.handoff_id == Handoff.id)
        .where(Notice.recipient_id == recipient_id)
    )


def _line(notice: Notice, lead: Lead | None, version_id: int | None) -> Line:
    kind = EventName(notice.kind)
    return Line(
        notice.id,
        _sentence(kind, notice, lead, version_id),
        _url(notice, lead),
        STATES.get(kind),
        notice.created_at,
        notice.read_at is None,
    )


def _url(notice: Notice, lead: Lead | None) -> str | None:
    dispute_id = (notice.data or {}).get("dispute")
    if dispute_id:
        return url_for("disputes.show", dispute_id=dispute_id)
    if lead:
        return url_for("leads.show", lead_id=lead.id)
    import_id = (notice.data or {}).get("import")
    return url_for("imports.show", import_id=import_id) if import_id else None


def _sentence(kind: EventName, notice: Notice, lead: Lead | None, version_id: int | None) -> str:
    if kind is EventName.HANDOFF_REASSIGNED and lead is not None:
        return gettext("%(lead)s was given to you: the clocks go on as they were", lead=lead.name)
    if kind in DISPUTES and lead is not None:
        state = label(DisputeState((notice.data or {})["state"]))
        return gettext(DISPUTES[kind], lead=lead.name, state=state)
    if kind is EventName.IMPORT_FINISHED:
        return _ended_import(notice.data or {})
    if kind not in SENTENCES or lead is None or version_id is None:
        return label(kind)
    data = notice.data or {}
    clause = agreements.version(version_id).terms.clock(data["clause"])
    due = filters.local_datetime(datetime.fromisoformat(data["due_at"]))
    return gettext(SENTENCES[kind], lead=lead.name, clause=clause.title.in_locale(str(get_locale())), due=due)


def _ended_import(data: dict[str, Any]) -> str:
    counts = {name: filters.number(data.get(name, 0)) for name in ("new", "mql", "rejected")}
    return gettext(IMPORT_ENDS.get(data.get("state", ""), IMPORT_ENDS["done"]), **counts)


def _place() -> dict[str, Any]:
    """The page of the list that the reader is on, to come back to it."""
    return {name: request.args[name] for name in ("before", "after") if name in request.args}
