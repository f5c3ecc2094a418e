"""Clocks due in a span of days, of whichever hand-offs are wanted: met, missed, pending and excused, day by day."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, case, func, or_, select

from smarketing.db import db
from smarketing.domain.attainment import Share
from smarketing.domain.periods import Period
from smarketing.domain.sla_clock import Outcome
from smarketing.models.agreements import AgreementVersion
from smarketing.models.clocks import Clock
from smarketing.models.handoffs import Handoff
from smarketing.models.leads import Lead
from smarketing.models.personas import Persona
from smarketing.reports import attainment
from smarketing.reports.attainment import Kept
from smarketing.reports.cases import AnySelect, Wanted, members_of
from smarketing.reports.rollups import Scope

NOTHING = Kept(Share(0, 0), 0)
Read = Callable[[str, Period], Kept]
"""What was kept of a clause in a period."""


@dataclass(frozen=True)
class Days:
    """By clause and due day."""

    counted: dict[tuple[str, date], Kept]

    def kept(self, clause_id: str, period: Period) -> Kept:
        found = (self.counted.get((clause_id, day)) for day in period.days())
        return _sum(kept for kept in found if kept)


def _sum(parts: Iterator[Kept]) -> Kept:
    met = total = pending = 0
    for kept in parts:
        met, total, pending = met + kept.share.part, total + kept.share.total, pending + kept.pending
    return Kept(Share(met, total), pending)


def read(period: Period, wanted: Wanted, *, now: datetime) -> Read:
    """From the daily roll-ups where they hold what is wanted, else counted live."""
    if wanted.is_of_source_only:
        return attainment.read(Scope(period, wanted.source), now=now).kept
    columns = (Clock.clause_id, Clock.due_on, *_sums(now=now))
    query = due(columns, period, wanted).group_by(Clock.clause_id, Clock.due_on)
    rows = db.session.execute(query)
    return Days({(row[0], row[1]): Kept(Share(row[2], row[2] + row[3]), row[4]) for row in rows}).kept


def by_owner(clause_id: str, period: Period, wanted: Wanted, *, now: datetime) -> dict[int | None, Kept]:
    query = due((Clock.owner_id, *_sums(now=now)), period, wanted).where(Clock.clause_id == clause_id)
    rows = db.session.execute(query.group_by(Clock.owner_id))
    return {row[0]: Kept(Share(row[1], row[1] + row[2]), row[3]) for row in rows}


def by_persona(clause_id: str, period: Period, wanted: Wanted, *, now: datetime) -> dict[str, Kept]:
    key = func.coalesce(Persona.key, "")
    query = due((key, *_sums(now=now)), period, wanted).where(Clock.clause_id == clause_id)
    rows = db.session.execute(query.group_by(key))
    return {row[0]: Kept(Share(row[1], row[1] + row[2]), row[3]) for row in rows}


def is_met() -> ColumnElement[bool]:
    return Clock.outcome == Outcome.MET


def is_missed(*, now: datetime) -> ColumnElement[bool]:
    """Past its due instant it is missed, swept or not."""
    return or_(Clock.outcome == Outcome.BREACHED, and_(Clock.outcome == Outcome.RUNNING, Clock.due_at < now))


def is_pending(*, now: datetime) -> ColumnElement[bool]:
    return and_(Clock.outcome == Outcome.RUNNING, Clock.due_at >= now)


def _sums(*, now: datetime) -> tuple[Any, ...]:
    return tuple(func.count(case((each, 1))) for each in (is_met(), is_missed(now=now), is_pending(now=now)))


def due(columns: tuple[Any, ...], period: Period, wanted: Wanted) -> AnySelect:
    """Clocks that count and fall due within a period; the owner is who had to act on the clock."""
    query: AnySelect = select(*columns).select_from(Clock)
    query = query.where(Clock.due_on >= period.starts_on, Clock.due_on < period.ends_on, Clock.outcome != Outcome.VOID)
    query = query.join(Lead, Lead.id == Clock.lead_id).join(Handoff, Handoff.id == Clock.handoff_id)
    query = query.join(AgreementVersion, AgreementVersion.id == Clock.agreement_version_id)
    query = query.outerjoin(Persona, Persona.id == Handoff.persona_id)
    if wanted.source is not None:
        query = query.where(func.coalesce(Lead.source, "") == wanted.source)
    if wanted.persona is not None:
        query = query.where(func.coalesce(Persona.key, "") == wanted.persona)
    if wanted.version is not None:
        query = query.where(AgreementVersion.number == wanted.version)
    if wanted.owner_id is not None:
        query = query.where(Clock.owner_id == wanted.owner_id)
    return query if wanted.team is None else query.where(Clock.owner_id.in_(members_of(wanted.team)))


class Holders(NamedTuple):
    """Missed clocks by who had to act when they ran out."""

    owner: int
    queue: int


def missed_by_holder(period: Period, wanted: Wanted, *, now: datetime) -> dict[str, Holders]:
    """By clause: with an owner, or waiting in the team's queue."""
    sums = (func.count(case((holder, 1))) for holder in (Clock.owner_id.is_not(None), Clock.owner_id.is_(None)))
    query = due((Clock.clause_id, *sums), period, wanted).where(is_missed(now=now)).group_by(Clock.clause_id)
    return {clause_id: Holders(owned, queued) for clause_id, owned, queued in db.session.execute(query)}


class Due(NamedTuple):
    """One clock, for windows of business time: when it was due and how it stands."""

    clause_id: str
    due_at: datetime
    is_met: bool


def recent(clause_ids: list[str], since: datetime, wanted: Wanted, *, now: datetime) -> list[Due]:
    """Clocks that fell due since an instant, up to now."""
    period = Period(since.date(), date.max)
    query = due((Clock.clause_id, Clock.due_at, Clock.outcome), period, wanted)
    query = query.where(Clock.clause_id.in_(clause_ids), Clock.due_at >= since, Clock.due_at <= now)
    rows = db.session.execute(query.order_by(Clock.due_at))
    return [Due(clause_id, due_at, outcome == Outcome.MET) for clause_id, due_at, outcome in rows]
