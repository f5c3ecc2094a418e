"""A volume owed by the end of a period, against where it should be by now on working time."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from smarketing.domain.business_time import BusinessCalendar


class Pace(NamedTuple):
    """`expected` is None in a period without working time: nothing can be said of the pace then."""

    owed: int
    actual: int
    expected: float | None
    projection: float | None
    """Where the pace so far leads by the end; None before any working time has passed."""

    @property
    def gap(self) -> float | None:
        """Actual minus expected: negative is behind."""
        return None if self.expected is None else self.actual - self.expected


class Progress(StrEnum):
    REACHED = "reached"
    AHEAD = "ahead"
    BEHIND = "behind"
    MISSED = "missed"
    UNKNOWN = "unknown"


def progress(pace: Pace, *, is_over: bool) -> Progress:
    """`behind` is at least one whole case short of the ideal line: nobody can deliver half a lead."""
    if pace.actual >= pace.owed:
        return Progress.REACHED
    if is_over:
        return Progress.MISSED
    if pace.gap is None:
        return Progress.UNKNOWN
    return Progress.BEHIND if pace.gap <= -1 else Progress.AHEAD


def progress_within(pace: Pace, *, is_over: bool) -> Progress:
    """Of a limit: reached is kept at the end, missed is exceeded, behind is a whole case above the ideal line."""
    if pace.actual > pace.owed:
        return Progress.MISSED
    if is_over:
        return Progress.REACHED
    if pace.gap is None:
        return Progress.UNKNOWN
    return Progress.BEHIND if pace.gap >= 1 else Progress.AHEAD


def ideal_line(
    owed: int, calendar: BusinessCalendar, *, starts_at: datetime, ends_at: datetime, at: Iterable[datetime]
) -> list[float | None]:
    """Owed x working time elapsed / working time of the period, at each instant; None without working time."""
    total = calendar.elapsed(starts_at, ends_at).total_seconds()
    moments = (min(max(moment, starts_at), ends_at) for moment in at)
    return [owed * calendar.elapsed(starts_at, moment).total_seconds() / total if total else None for moment in moments]


def pace(
    owed: int,
    actual: int,
    calendar: BusinessCalendar,
    *,
    starts_at: datetime,
    ends_at: datetime,
    now: datetime,
) -> Pace:
    """`projection` carries on at the pace so far; None before any working time has passed."""
    (expected,) = ideal_line(owed, calendar, starts_at=starts_at, ends_at=ends_at, at=[now])
    projection = actual * owed / expected if expected else None
    return Pace(owed, actual, expected, projection)
