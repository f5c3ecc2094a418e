"""What needs somebody right now: clocks that are overdue and unanswered, and those that can still be met."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import load_only

from smarketing.db import db
from smarketing.domain.clauses import Words
from smarketing.models.clocks import IS_UNSTOPPED, Clock
from smarketing.models.handoffs import IS_OPEN, Handoff
from smarketing.models.leads import Lead
from smarketing.models.people import User
from smarketing.reports import agreed

COUNTED = 999
SHOWN_OF_EACH = 3


class Urgent(NamedTuple):
    """`promise` is what the clause is called; `owner_name` None is the team's queue."""

    clock: Clock
    lead: Lead
    promise: Words
    owner_name: str | None


class Attention(NamedTuple):
    """Counts go up to COUNTED + 1. `urgent` are the longest overdue, then those that run out next."""

    overdue: int
    at_risk: int
    without_owner: int
    urgent: Sequence[Urgent]


def read(source: str | None, *, now: datetime) -> Attention:
    is_overdue = (Clock.due_at < now,)
    is_at_risk = (Clock.due_at >= now, Clock.at_risk_at <= now, Clock.paused_at.is_(None))
    return Attention(
        _count(_of_source(_clocks(*is_overdue), source)),
        _count(_of_source(_clocks(*is_at_risk), source)),
        _count(_of_source(_without_owner(), source)),
        [*_first(source, *is_overdue), *_first(source, *is_at_risk)],
    )


def _clocks(*conditions: ColumnElement[bool]) -> Select[Any]:
    return select(Clock.id).join(Lead, Lead.id == Clock.lead_id).where(IS_UNSTOPPED, *conditions)


def _without_owner() -> Select[Any]:
    """Open hand-offs that wait in the team's queue."""
    query = select(Handoff.id).join(Lead, Lead.id == Handoff.lead_id)
    return query.where(IS_OPEN, Handoff.owner_id.is_(None))


def _count(query: Select[Any]) -> int:
    return db.session.scalar(select(func.count()).select_from(query.limit(COUNTED + 1).subquery())) or 0


def _first(source: str | None, *conditions: ColumnElement[bool]) -> list[Urgent]:
    shown = load_only(Lead.first_name, Lead.last_name, Lead.email, Lead.external_id, Lead.company)
    columns: tuple[Any, ...] = (Clock, Lead, User.name)
    query = _clocks(*conditions).with_only_columns(*columns, maintain_column_froms=True).options(shown)
    query = _of_source(query.outerjoin(User, User.id == Clock.owner_id), source)
    rows = db.session.execute(query.order_by(Clock.due_at, Clock.id).limit(SHOWN_OF_EACH)).all()
    terms = {version_id: agreed.terms_of(version_id) for version_id in {row.Clock.agreement_version_id for row in rows}}
    return [
        Urgent(clock, lead, terms[clock.agreement_version_id].clock(clock.clause_id).title, name)
        for clock, lead, name in rows
    ]


def _of_source(query: Select[Any], source: str | None) -> Select[Any]:
    if source is None:
        return query
    return query.where(func.coalesce(Lead.source, "") == source)
