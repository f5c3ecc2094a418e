"""Clean days from the roll-ups, marked days counted live: what every figure is made of, and never behind."""

from collections.abc import Hashable, Iterator
from datetime import date, datetime
from enum import StrEnum
from operator import add
from typing import Any, NamedTuple

from sqlalchemy import Select, extract, func, select

from smarketing.db import db
from smarketing.domain.attainment import Share, tallied
from smarketing.domain.periods import Period
from smarketing.domain.sla_clock import Outcome
from smarketing.models.clocks import IS_UNANSWERED, Clock
from smarketing.models.leads import Lead
from smarketing.models.tallies import (
    DUE,
    Cohort,
    DayTally,
    FunnelCounts,
    FunnelDay,
    PersonaDay,
    StaleDay,
    clock_counts,
    day_column,
    funnel_counts,
    persona_counts,
)


class Scope(NamedTuple):
    """Which days, and whose leads; `source` is None for all of them and empty for leads without one."""

    period: Period
    source: str | None = None


class By(StrEnum):
    DAY = "day"
    MONTH = "month"
    SOURCE = "source"


AnySelect = Select[*tuple[Any, ...]]
NOTHING = FunnelCounts(0, 0, 0, 0, 0, 0, 0)


def added(one: FunnelCounts, other: FunnelCounts) -> FunnelCounts:
    return FunnelCounts(*map(add, one, other))


def stale_days(kind: str, period: Period) -> list[date]:
    is_marked = (StaleDay.kind == str(kind), StaleDay.day_on >= period.starts_on, StaleDay.day_on < period.ends_on)
    return list(db.session.scalars(select(StaleDay.day_on).where(*is_marked).distinct()))


def funnel(cohort: Cohort, scope: Scope, by: By) -> dict[Any, FunnelCounts]:
    """Counts of a cohort by its day, by the first day of its month, or by source."""
    stale = stale_days(cohort, scope.period)
    counted: dict[Any, FunnelCounts] = {}
    rows = [*_rolled_up(cohort, scope, by, stale), *_live(cohort, scope, by, stale)]
    for key, counts in rows:
        counted[key] = added(counted.get(key, NOTHING), counts)
    return counted


def _rolled_up(cohort: Cohort, scope: Scope, by: By, stale: list[date]) -> Iterator[tuple[Hashable, FunnelCounts]]:
    sums = (func.sum(getattr(FunnelDay, name)) for name in FunnelCounts._fields)
    keys: dict[By, tuple[Any, ...]] = {
        By.DAY: (FunnelDay.day_on,),
        By.MONTH: (extract("year", FunnelDay.day_on), extract("month", FunnelDay.day_on)),
        By.SOURCE: (FunnelDay.source,),
    }
    query = select(*keys[by], *sums).where(
        FunnelDay.cohort == cohort, *_within(FunnelDay.day_on, scope.period), FunnelDay.day_on.not_in(stale)
    )
    if scope.source is not None:
        query = query.where(FunnelDay.source == scope.source)
    width = len(keys[by])
    for row in db.session.execute(query.group_by(*keys[by])):
        key = date(int(row[0]), int(row[1]), 1) if by is By.MONTH else row[0]
        yield key, FunnelCounts(*map(int, row[width:]))


def _live(cohort: Cohort, scope: Scope, by: By, stale: list[date]) -> Iterator[tuple[Hashable, FunnelCounts]]:
    if not stale:
        return
    query = _of_source(funnel_counts(cohort).where(day_column(cohort).in_(stale)), scope.source)
    for day_on, source, *counts in db.session.execute(query):
        key = {By.DAY: day_on, By.MONTH: day_on.replace(day=1), By.SOURCE: source}[by]
        yield key, FunnelCounts(*map(int, counts))


def mqls_by_persona(period: Period) -> Iterator[tuple[date, str, str, int]]:
    """Day, source, the persona they were handed off as, and how many MQLs."""
    stale = stale_days(Cohort.MQL, period)
    columns = (PersonaDay.day_on, PersonaDay.source, PersonaDay.persona, PersonaDay.mqls)
    query = select(*columns).where(*_within(PersonaDay.day_on, period), PersonaDay.day_on.not_in(stale))
    live = persona_counts(Lead.mql_on.in_(stale))
    rows = [*db.session.execute(query), *(db.session.execute(live) if stale else ())]
    yield from ((day, source, persona, mqls) for day, source, persona, mqls in rows)


def kept_by_day(scope: Scope) -> dict[tuple[str, date], Share]:
    """By clause and due day: clocks met, of those met or breached."""
    stale = stale_days(DUE, scope.period)
    query = select(DayTally.clause_id, DayTally.day_on, func.sum(DayTally.met), func.sum(DayTally.total)).where(
        *_within(DayTally.day_on, scope.period), DayTally.day_on.not_in(stale)
    )
    if scope.source is not None:
        query = query.where(DayTally.source == scope.source)
    rolled_up = db.session.execute(query.group_by(DayTally.clause_id, DayTally.day_on))
    kept = {(clause_id, day_on): Share(int(met), int(total)) for clause_id, day_on, met, total in rolled_up}
    live = tallied(
        ((clause_id, day_on), outcome, seconds, count)
        for day_on, clause_id, outcome, seconds, count in _live_clocks(scope, stale)
    )
    return kept | {key: Share(tally.met, tally.total) for key, tally in live.items()}


def answers_by_day(scope: Scope, clause_id: str) -> dict[date, list[int]]:
    """By due day: the business seconds to each answer under this clause, in no order."""
    stale = stale_days(DUE, scope.period)
    query = select(DayTally.day_on, DayTally.answer_seconds).where(
        *_within(DayTally.day_on, scope.period), DayTally.clause_id == clause_id, DayTally.day_on.not_in(stale)
    )
    if scope.source is not None:
        query = query.where(DayTally.source == scope.source)
    answers: dict[date, list[int]] = {}
    for day_on, seconds in db.session.execute(query):
        answers.setdefault(day_on, []).extend(seconds)
    for day_on, of_clause, _outcome, elapsed, count in _live_clocks(scope, stale):
        if of_clause == clause_id and elapsed is not None:
            answers.setdefault(day_on, []).extend([elapsed] * count)
    return answers


def _live_clocks(scope: Scope, stale: list[date]) -> Iterator[tuple[date, str, Outcome, int | None, int]]:
    if not stale:
        return
    query = _of_source(clock_counts().where(Clock.due_on.in_(stale)), scope.source)
    for day_on, clause_id, _source, outcome, seconds, count in db.session.execute(query):
        yield day_on, clause_id, outcome, seconds, count


class Unanswered(NamedTuple):
    """Clocks alike that nobody has answered: running, or breached and waiting or closed without an answer."""

    clause_id: str
    due_on: date
    version_id: int
    outcome: Outcome
    started_at: datetime
    due_at: datetime
    stopped_at: datetime | None
    clocks: int


def unanswered(scope: Scope) -> list[Unanswered]:
    """Always counted live: they are few, and change with the time."""
    alike: tuple[Any, ...] = (
        Clock.clause_id,
        Clock.due_on,
        Clock.agreement_version_id,
        Clock.outcome,
        Clock.started_at,
        Clock.due_at,
        Clock.stopped_at,
    )
    query: AnySelect = select(*alike, func.count()).where(IS_UNANSWERED, *_within(Clock.due_on, scope.period))
    if scope.source is not None:
        query = _of_source(query.join(Lead, Lead.id == Clock.lead_id), scope.source)
    return [Unanswered(*row) for row in db.session.execute(query.group_by(*alike))]


def _within(column: Any, period: Period) -> tuple[Any, Any]:
    return column >= period.starts_on, column < period.ends_on


def _of_source(query: AnySelect, source: str | None) -> AnySelect:
    if source is None:
        return query
    return query.where(func.coalesce(Lead.source, "") == source)
