"""One promise under measure: when it is due, when it is at risk, and how it ended.

Met means stopped at or before the due instant. A breach happens at the due instant, whenever it is noticed.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from smarketing.domain.business_time import BusinessCalendar, StillPaused
from smarketing.domain.calendars import Calendar, around_the_clock, compiled
from smarketing.domain.local_time import local_instant
from smarketing.domain.pauses import Pause
from smarketing.domain.terms_clocks import ClockClause

NOT_DUE: Final = datetime(9999, 12, 31, tzinfo=UTC)
"""The due instant of a clock that stands still: it has none until it goes on."""


class Outcome(StrEnum):
    RUNNING = "running"
    MET = "met"
    BREACHED = "breached"
    VOID = "void"


class Schedule(NamedTuple):
    """`limit_at` is None where no hard limit was agreed, or an open pause keeps it away."""

    at_risk_at: datetime
    due_at: datetime
    limit_at: datetime | None = None


def counting(clause: ClockClause, calendar: Calendar) -> BusinessCalendar:
    """The hours in which the time of this clause passes."""
    return around_the_clock(calendar.zone) if clause.time == "wall" else compiled(calendar)


def schedule(
    clause: ClockClause, calendar: BusinessCalendar, started_at: datetime, pauses: tuple[Pause, ...] = ()
) -> Schedule:
    """When a clock started at `started_at` is at risk, due and at its limit; none of what an open pause keeps away."""
    allowance = granted(clause, calendar, started_at, clause.allowance_minutes, clause.allowance_days)
    at_risk_after = timedelta(seconds=round(allowance.total_seconds() * clause.at_risk_ratio))
    has_limit = clause.limit_minutes or clause.limit_days
    limit = granted(clause, calendar, started_at, clause.limit_minutes, clause.limit_days) if has_limit else None
    # days end in the morning rather than the evening before, which is as far away
    end_of = calendar.next_open if clause.allowance_days else _itself

    def reached(time: timedelta, end: Callable[[datetime], datetime]) -> datetime:
        try:
            return end(calendar.add(started_at, time, pauses))
        except StillPaused:
            return NOT_DUE

    limit_at = reached(limit, end_of) if limit else NOT_DUE
    return Schedule(
        reached(at_risk_after, _itself), reached(allowance, end_of), limit_at if limit_at < NOT_DUE else None
    )


def _itself(at: datetime) -> datetime:
    return at


def granted(
    clause: ClockClause, calendar: BusinessCalendar, started_at: datetime, minutes: int | None, days: int | None
) -> timedelta:
    """The open time of a number of minutes or days from an instant on.

    A business day ends at the same wall time of the next working date, a calendar day at that of the next date.
    """
    if days is None:
        return timedelta(minutes=minutes or 0)
    if clause.time == "wall":
        local = started_at.astimezone(ZoneInfo(calendar.zone)).replace(tzinfo=None)
        return local_instant(calendar.zone, local + timedelta(days=days)) - started_at
    return calendar.elapsed(started_at, calendar.add_business_days(started_at, days))


def outcome(due_at: datetime, stopped_at: datetime) -> Outcome:
    return Outcome.MET if stopped_at <= due_at else Outcome.BREACHED


class Ending(NamedTuple):
    """How a clock ended, and when its milestone was reached or nobody had to act any more; None while it goes on."""

    outcome: Outcome
    stopped_at: datetime | None


class Urgency(StrEnum):
    """How a clock stands at one instant, for people to act on."""

    ON_TRACK = "on_track"
    AT_RISK = "at_risk"
    PAUSED = "paused"
    OVERDUE = "overdue"
    MET = "met"
    LATE = "late"
    VOID = "void"


def urgency(
    *,
    outcome: Outcome,
    at_risk_at: datetime,
    due_at: datetime,
    stopped_at: datetime | None,
    now: datetime,
    paused_at: datetime | None = None,
) -> Urgency:
    """`overdue` is still waiting past the due instant, swept or not; `late` waited past it, however that ended."""
    if outcome is Outcome.VOID:
        return Urgency.VOID
    if stopped_at is not None:
        return Urgency.MET if stopped_at <= due_at else Urgency.LATE
    if now > due_at:
        return Urgency.OVERDUE
    if paused_at is not None:
        return Urgency.PAUSED
    return Urgency.AT_RISK if now >= at_risk_at else Urgency.ON_TRACK


class Verdict(StrEnum):
    """What is to be said of one clock: of its clause, its cycle and its owner's part."""

    RUNNING = "running"
    AT_RISK = "at_risk"
    PAUSED = "paused"
    MET = "met"
    ANSWERED_LATE = "answered_late"
    UNANSWERED = "unanswered"
    MISSED = "missed"
    EXCUSED = "excused"
    HANDED_ON = "handed_on"
    VOID = "void"


def verdict(how: Urgency, *, is_answered: bool, is_excused: bool, ended_by: str | None = None) -> Verdict:
    """`unanswered` is breached and still waits, `missed` is breached and was closed without an answer."""
    if how is Urgency.VOID:
        return Verdict.HANDED_ON if ended_by == "handoff.reassigned" else Verdict.VOID
    if is_excused:
        return Verdict.EXCUSED
    if how is Urgency.LATE:
        return Verdict.ANSWERED_LATE if is_answered else Verdict.MISSED
    return _VERDICTS[how]


_VERDICTS: Final = {
    Urgency.ON_TRACK: Verdict.RUNNING,
    Urgency.AT_RISK: Verdict.AT_RISK,
    Urgency.PAUSED: Verdict.PAUSED,
    Urgency.OVERDUE: Verdict.UNANSWERED,
    Urgency.MET: Verdict.MET,
}
