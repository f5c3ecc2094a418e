"""The ladders of an agreement on one clock: which steps there are, and when each of them is due.

A step is due at a share of the time that the clause grants, so long before that time is up, but not before the clock
started, or so long after it started. Time in which the clock stands still does not count, as it does not for the clock.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from smarketing.domain.business_time import BusinessCalendar, StillPaused
from smarketing.domain.calendars import around_the_clock, compiled
from smarketing.domain.facts import Facts
from smarketing.domain.pauses import Pause
from smarketing.domain.sla_clock import granted
from smarketing.domain.terms import Terms
from smarketing.domain.terms_allowances import Allowance
from smarketing.domain.terms_clocks import ClockClause
from smarketing.domain.terms_escalation import EscalationClause, EscalationStep
from smarketing.domain.verdicts import judge

A_MONTH: Final = timedelta(days=30)
UNITS: Final = {
    "minutes": timedelta(minutes=1),
    "hours": timedelta(hours=1),
    "days": timedelta(days=1),
    "weeks": timedelta(weeks=1),
    "months": A_MONTH,
    "business_minutes": timedelta(minutes=1),
    "business_hours": timedelta(hours=1),
}

StepKey = tuple[str, int]
"""The clause of a ladder and the number of the step on it, from 0."""


class Rung(NamedTuple):
    """One step for one clock; `at` is None while the clock stands still before it."""

    ladder: EscalationClause
    number: int
    at: datetime | None

    @property
    def step(self) -> EscalationStep:
        return self.ladder.steps[self.number]

    @property
    def key(self) -> StepKey:
        return self.ladder.id, self.number


def ladders(terms: Terms, clause_id: str) -> tuple[EscalationClause, ...]:
    """Those that the clocks of this clause climb."""
    return tuple(each for each in terms.escalations if not each.promises or clause_id in each.promises)


def rungs(
    terms: Terms,
    clause: ClockClause,
    calendar: BusinessCalendar,
    started_at: datetime,
    pauses: Sequence[Pause] = (),
) -> list[Rung]:
    """Every step for a clock that started then and counts by this calendar, in the order in which they are due."""
    found = [
        Rung(ladder, number, _at_or_still(step, ladder, terms, clause, calendar, started_at, tuple(pauses)))
        for ladder in ladders(terms, clause.id)
        for number, step in enumerate(ladder.steps)
    ]
    return sorted(found, key=lambda rung: (rung.at is None, rung.at or started_at))


def applies(ladder: EscalationClause, facts: Facts | None) -> bool:
    """Whether it is for a lead of which this is known."""
    return ladder.when is None or (facts is not None and judge(ladder.when, facts).held)


def next_at(found: Sequence[Rung], taken: Collection[StepKey] = ()) -> datetime | None:
    """When the first step that was not taken is due."""
    return next((rung.at for rung in found if rung.key not in taken), None)


def due(found: Sequence[Rung], taken: Collection[StepKey], now: datetime) -> Iterator[Rung]:
    """Steps that are due and were not taken, the oldest first."""
    return (rung for rung in found if rung.at is not None and rung.at <= now and rung.key not in taken)


def _at_or_still(
    step: EscalationStep,
    ladder: EscalationClause,
    terms: Terms,
    clause: ClockClause,
    calendar: BusinessCalendar,
    started_at: datetime,
    pauses: tuple[Pause, ...],
) -> datetime | None:
    try:
        if step.after:
            hours = _hours(step.after, ladder, terms, calendar)
            return hours.add(started_at, _length(step.after, hours, started_at), pauses)
        allowance = granted(clause, calendar, started_at, clause.allowance_minutes, clause.allowance_days)
        if step.before:
            due_at = calendar.add(started_at, allowance, pauses)
            return max(started_at, _earlier(step.before, _hours(step.before, ladder, terms, calendar), due_at))
        seconds = round(allowance.total_seconds() * (step.at_ratio or 0))
        return calendar.add(started_at, timedelta(seconds=seconds), pauses)
    except StillPaused:
        return None


def _earlier(before: Allowance, hours: BusinessCalendar, due_at: datetime) -> datetime:
    if before.unit == "business_days":
        return hours.add_business_days(due_at, -before.amount)
    return hours.subtract(due_at, UNITS[before.unit] * before.amount)


def _hours(time: Allowance, ladder: EscalationClause, terms: Terms, calendar: BusinessCalendar) -> BusinessCalendar:
    if not time.is_business:
        return around_the_clock(calendar.zone)
    return compiled(terms.calendar(ladder.calendar)) if ladder.calendar else calendar


def _length(after: Allowance, hours: BusinessCalendar, started_at: datetime) -> timedelta:
    if after.unit == "business_days":
        return hours.elapsed(started_at, hours.add_business_days(started_at, after.amount))
    return UNITS[after.unit] * after.amount
