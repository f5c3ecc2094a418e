"""Send themes of the report every week: to whoever ordered one, or to both departments."""

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import select, update
from sqlalchemy.orm import joinedload

from smarketing.db import db
from smarketing.domain.errors import N_, InvalidInput, Missing, NotAllowed
from smarketing.domain.event_names import EventName
from smarketing.domain.local_time import local_instant
from smarketing.domain.roles import Permission, Role, may
from smarketing.models.people import User
from smarketing.models.subscriptions import IS_LIVE, Subscription
from smarketing.services import journal, notices
from smarketing.services.notices import Owed

SENT_AT: Final = time(8)
WEEKDAYS: Final = range(7)


def order(
    theme: str, filters: Mapping[str, str], *, weekday: int, is_for_all: bool, actor: User, now: datetime
) -> Subscription:
    """From the next such day on, at 8 in the morning of whoever orders it."""
    if weekday not in WEEKDAYS:
        raise InvalidInput("weekday", N_("Choose a day of the week."))
    if is_for_all and not may(actor.role, Permission.SHARE_REPORTS):
        raise NotAllowed(N_("Only managers send a report to both departments."))
    row = Subscription(
        theme=theme, filters=dict(filters), weekday=weekday, is_for_all=is_for_all, created_by=actor,
        created_at=now, next_at=_next(weekday, actor.zone, after=now),
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    _record(EventName.REPORT_ORDERED, row, actor=actor, now=now)
    return row


def cancel(subscription_id: int, *, actor: User, now: datetime) -> None:
    """One's own; a manager also those for both departments. One that has ended stays so."""
    row = db.session.get(Subscription, subscription_id)
    if row is None or not is_visible(row, actor):
        raise Missing(N_("There is no such order."))
    if row.ended_at is None:
        row.ended_at = now
        _record(EventName.REPORT_CANCELLED, row, actor=actor, now=now)


def visible(actor: User) -> Sequence[Subscription]:
    """One's own and those for both departments, the newest first."""
    query = select(Subscription).options(joinedload(Subscription.created_by)).where(IS_LIVE)
    rows = db.session.scalars(query.order_by(Subscription.id.desc())).all()
    return [row for row in rows if row.is_for_all or row.created_by_id == actor.id]


def is_visible(row: Subscription, actor: User) -> bool:
    return row.created_by_id == actor.id or (row.is_for_all and may(actor.role, Permission.SHARE_REPORTS))


def send_due(*, now: datetime) -> int:
    """Owe everybody the reports of today, each once; how many orders. One that was missed for weeks is sent once."""
    due = db.session.scalars(select(Subscription).where(IS_LIVE, Subscription.next_at <= now)).all()
    return sum(_send(row, now=now) for row in due)


def _send(row: Subscription, *, now: datetime) -> bool:
    due_at = row.next_at
    is_still_due = (Subscription.id == row.id, Subscription.next_at == due_at)
    moved = update(Subscription).where(*is_still_due).values(next_at=_next(row.weekday, row.created_by.zone, after=now))
    if db.session.scalar(moved.returning(Subscription.id)) is None:
        return False
    data = {"theme": row.theme, "filters": row.filters, "at": now.isoformat()}
    key = f"{EventName.REPORT_SENT}:{row.id}:{due_at.date().isoformat()}"
    notices.owe_many([Owed(_recipients(row), EventName.REPORT_SENT, key, data=data)], now=now)
    return True


def _recipients(row: Subscription) -> Sequence[int]:
    if not row.is_for_all:
        return [row.created_by_id]
    of_departments = (User.disabled_at.is_(None), User.role != Role.ADMIN)
    return db.session.scalars(select(User.id).where(*of_departments).order_by(User.id)).all()


def _next(weekday: int, zone: str, *, after: datetime) -> datetime:
    today = after.astimezone(ZoneInfo(zone)).date()
    day = today + timedelta(days=(weekday - today.weekday()) % 7)
    at = local_instant(zone, datetime.combine(day, SENT_AT))
    return at if at > after else local_instant(zone, datetime.combine(day + timedelta(days=7), SENT_AT))


def _record(name: EventName, row: Subscription, *, actor: User, now: datetime) -> None:
    data = {"theme": row.theme, "for_all": row.is_for_all}
    journal.record(name, "subscription", row.id, occurred_at=now, now=now, actor_id=actor.id, data=data)
