"""One promise under measure: when it is due, when it is at risk, and how it ended.

Met means stopped at or before the due instant. A breach happens at the due instant, whenever it is noticed.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from smarketing.domain.business_time import BusinessCalendar
from smarketing.domain.pauses import Pause
from smarketing.domain.terms_clocks import ClockClause


class Outcome(StrEnum):
    RUNNING = "running"
    MET = "met"
    BREACHED = "breached"
    VOID = "void"


class Schedule(NamedTuple):
    at_risk_at: datetime
    due_at: datetime


def schedule(
    clause: ClockClause, calendar: BusinessCalendar, started_at: datetime, pauses: tuple[Pause, ...] = ()
) -> Schedule:
    """When a clock started at `started_at` is at risk and when it is due."""
    allowance = timedelta(minutes=clause.allowance_minutes)
    at_risk_after = timedelta(seconds=round(allowance.total_seconds() * clause.at_risk_ratio))
    return Schedule(
        calendar.add(started_at, at_risk_after, pauses),
        calendar.add(started_at, allowance, pauses),
    )


def outcome(due_at: datetime, stopped_at: datetime) -> Outcome:
    return Outcome.MET if stopped_at <= due_at else Outcome.BREACHED


class Ending(NamedTuple):
    """How a clock ended, and when its milestone was reached or nobody had to act any more; None while it goes on."""

    outcome: Outcome
    stopped_at: datetime | None


def ending(
    clause: ClockClause,
    *,
    started_at: datetime,
    due_at: datetime,
    happened: Collection[tuple[str, datetime]],
    closed_at: datetime | None,
) -> Ending:
    """How a clock stands by what happened to its hand-off: names of events with their instants, in any order.

    `running` here is a clock that waits, however long it is overdue. One whose start has been undone is void from
    its start on.
    """
    if (clause.starts_on, started_at) not in happened:
        return Ending(Outcome.VOID, started_at)
    stops = [at for name, at in happened if name in clause.stops_on and at >= started_at]
    if stops:
        return Ending(outcome(due_at, min(stops)), min(stops))
    if closed_at is None:
        return Ending(Outcome.RUNNING, None)
    return Ending(Outcome.VOID if closed_at <= due_at else Outcome.BREACHED, closed_at)


class Urgency(StrEnum):
    """How a clock stands at one instant, for people to act on."""

    ON_TRACK = "on_track"
    AT_RISK = "at_risk"
    OVERDUE = "overdue"
    MET = "met"
    LATE = "late"
    VOID = "void"


def urgency(
    *, outcome: Outcome, at_risk_at: datetime, due_at: datetime, stopped_at: datetime | None, now: datetime
) -> Urgency:
    """`overdue` is still waiting past the due instant, swept or not; `late` waited past it, however that ended."""
    if outcome is Outcome.VOID:
        return Urgency.VOID
    if stopped_at is not None:
        return Urgency.MET if stopped_at <= due_at else Urgency.LATE
    if now > due_at:
        return Urgency.OVERDUE
    return Urgency.AT_RISK if now >= at_risk_at else Urgency.ON_TRACK
