"""Business time to the first answer, with the hand-offs that still wait counted in (Kaplan-Meier)."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from smarketing.domain.attainment import TOO_FEW, quantile
from smarketing.domain.periods import Period
from smarketing.reports import agreed, rollups
from smarketing.reports.rollups import Scope, Unanswered

HALF = 0.5
NINE_IN_TEN = 0.9


class Times(NamedTuple):
    """Seconds; None when so many have not answered yet."""

    median: int | None
    p90: int | None
    answered: int
    waiting: int

    @property
    def total(self) -> int:
        return self.answered + self.waiting

    @property
    def is_telling(self) -> bool:
        return self.total >= TOO_FEW


@dataclass(frozen=True)
class AnswerFacts:
    """Hand-offs whose answer fell due in some span of days, to be asked about any part of it."""

    answered: dict[date, list[int]]
    waiting: list[tuple[date, int]]
    """Due day and business seconds waited so far."""

    def times(self, period: Period) -> Times:
        answered = sorted(seconds for day in period.days() for seconds in self.answered.get(day, ()))
        waiting = sorted(seconds for day, seconds in self.waiting if period.starts_on <= day < period.ends_on)
        return Times(
            quantile(answered, waiting, HALF), quantile(answered, waiting, NINE_IN_TEN), len(answered), len(waiting)
        )


def read(clause_id: str, scope: Scope, *, now: datetime, waiting: list[Unanswered] | None = None) -> AnswerFacts:
    """`waiting` spares a query where the caller has it already, of the same scope or a wider one."""
    clocks = rollups.unanswered(scope) if waiting is None else waiting
    of_clause = [clock for clock in clocks if clock.clause_id == clause_id]
    return AnswerFacts(rollups.answers_by_day(scope, clause_id), _waited(of_clause, now=now))


def _waited(clocks: list[Unanswered], *, now: datetime) -> list[tuple[date, int]]:
    versions = {(clock.version_id, clock.clause_id) for clock in clocks}
    calendars = {version_id: agreed.calendar_of(version_id, clause_id) for version_id, clause_id in versions}
    waited = []
    for clock in clocks:
        span = calendars[clock.version_id].elapsed(clock.started_at, clock.stopped_at or now)
        waited += [(clock.due_on, int(span.total_seconds()))] * clock.clocks
    return waited
