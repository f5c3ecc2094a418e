"""A volume owed by the end of a period, against where it should be by now on working time."""

from datetime import datetime
from typing import NamedTuple

from smarketing.domain.business_time import BusinessCalendar


class Pace(NamedTuple):
    """`expected` is None in a period without working time: nothing can be said of the pace then."""

    owed: int
    actual: int
    expected: float | None
    projection: float | None

    @property
    def gap(self) -> float | None:
        """Actual minus expected: negative is behind."""
        return None if self.expected is None else self.actual - self.expected


def ideal(
    owed: int, calendar: BusinessCalendar, *, starts_at: datetime, ends_at: datetime, at: datetime
) -> float | None:
    """The ideal line: owed x working time elapsed / working time of the period; None without working time."""
    total = calendar.elapsed(starts_at, ends_at).total_seconds()
    if not total:
        return None
    done = calendar.elapsed(starts_at, min(max(at, starts_at), ends_at)).total_seconds()
    return owed * done / total


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
    expected = ideal(owed, calendar, starts_at=starts_at, ends_at=ends_at, at=now)
    projection = actual * owed / expected if expected else None
    return Pace(owed, actual, expected, projection)
