"""Tell each how their week was: thank whoever kept everything, name what is late; managers hear it of their side."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.sql.elements import ColumnElement

from smarketing.db import db
from smarketing.domain.event_names import EventName
from smarketing.domain.periods import Period, local_day, week_of
from smarketing.domain.roles import Department
from smarketing.domain.sla_clock import Outcome
from smarketing.domain.terms import Terms
from smarketing.models.clocks import Clock
from smarketing.models.notices import Notice
from smarketing.models.people import User
from smarketing.services import agreements, journal, notices
from smarketing.services.notices import Owed

A_WEEK = timedelta(days=7)


class Kept(NamedTuple):
    """What one person kept of what was due; `waiting` was missed and still waits."""

    user_id: int
    met: int
    total: int
    waiting: int

    @property
    def is_late(self) -> bool:
        return self.met < self.total


def sum_up_week(*, now: datetime) -> int:
    """Once a week, by the days of the agreement's zone; how many people are told."""
    force = agreements.in_force()
    if force is None:
        return 0
    week = week_of(local_day(now, force.terms.zone) - A_WEEK)
    key = f"{EventName.WEEK_SUMMED}:{week.starts_on.isoformat()}"
    if db.session.scalar(select(Notice.id).where(Notice.dedupe_key > key, Notice.dedupe_key < f"{key};").limit(1)):
        return 0
    owed = [each for side in Department for each in _of_side(side, week, force.terms, key)]
    if owed:
        at, data = week.ends_at(force.terms.zone), {"week": week.starts_on.isoformat()}
        journal.record(EventName.WEEK_SUMMED, "version", force.version_id, occurred_at=at, now=now, data=data)
        notices.owe_many(owed, now=now)
    return sum(len(each.recipient_ids) for each in owed)


def _of_side(side: Department, week: Period, terms: Terms, key: str) -> list[Owed]:
    """A sentence for each who had something due, and one for the managers about all of them."""
    found = _kept(side, week, terms)
    start = week.starts_on.isoformat()
    own = [Owed([each.user_id], EventName.WEEK_SUMMED, key, data={"week": start, **each._asdict()}) for each in found]
    told = {each.user_id for each in found}
    managers = [user_id for user_id in notices.managers_of(side) if user_id not in told]
    people: dict[str, Any] = {
        "late": {str(each.user_id): each.total - each.met for each in found if each.is_late},
        "kept": [each.user_id for each in found if not each.is_late],
    }
    return [*own, Owed(managers, EventName.WEEK_SUMMED, key, data={"week": start, **people})] if found else []


def _kept(side: Department, week: Period, terms: Terms) -> Sequence[Kept]:
    is_theirs = (
        Clock.clause_id.in_([each.id for each in terms.clocks]),
        Clock.side == side,
        Clock.owner_id.is_not(None),
    )
    is_due = (Clock.due_on >= week.starts_on, Clock.due_on < week.ends_on, Clock.excused_at.is_(None))
    ended = Clock.outcome.in_((Outcome.MET, Outcome.BREACHED))
    met, total = _count(Clock.outcome == Outcome.MET), func.count()
    waiting = _count(Clock.outcome == Outcome.BREACHED, Clock.stopped_at.is_(None))
    query = select(User.id, met, total, waiting).join(User, User.id == Clock.owner_id).where(User.disabled_at.is_(None))
    rows = db.session.execute(query.where(*is_theirs, *is_due, ended).group_by(User.id).order_by(User.id))
    return [Kept(*row) for row in rows]


def _count(*conditions: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count().filter(*conditions)
