"""Business time: the seconds a calendar is open, computed by bisection over precomputed spans.

Spans are half-open; durations are real seconds, exact to the microsecond. Cost does not grow with the length of the
time asked about. How wall times become spans stands in domain/opening_hours.py.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Final

from smarketing.domain.errors import N_, DomainError
from smarketing.domain.local_time import DAY, EPOCH, day_number, day_of, local_instant, year_start
from smarketing.domain.open_time import MICROSECONDS, NOTHING, OpenTime, laid_out
from smarketing.domain.opening_hours import Hours, NeverOpens, OpeningHours
from smarketing.domain.pauses import Pause, merged
from smarketing.domain.spans import Span

FIRST_YEAR: Final = 1970
LAST_YEAR: Final = 2199
_FIRST_DAY: Final = day_number(date(FIRST_YEAR, 1, 1))
_LAST_DAY: Final = day_number(date(LAST_YEAR, 12, 31))


class StillPaused(DomainError):
    """The time cannot run out while a pause has no end."""


class BusinessCalendar:
    """When a team works. Immutable to its users; safe to share between threads."""

    def __init__(
        self,
        zone: str,
        weekly: Mapping[int, Sequence[Hours]],
        *,
        holidays: Mapping[date, str] | None = None,
        breaks: Mapping[date, Sequence[Hours]] | None = None,
        shifts: Mapping[date, Sequence[Hours]] | None = None,
    ) -> None:
        """`weekly` maps 0 (Monday) to 6 to opening hours; `shifts` replace them on a date, `breaks` close part of it.

        Raises NeverOpens for a calendar without any opening hours.
        """
        self.zone = zone
        self._hours = OpeningHours(zone, weekly, holidays=holidays or {}, breaks=breaks or {}, shifts=shifts or {})
        self._years: dict[int, list[Span]] = {}
        self._known = NOTHING

    @classmethod
    def always(cls, zone: str = "UTC") -> "BusinessCalendar":
        return cls(zone, {weekday: [Hours(0, 1440)] for weekday in range(7)})

    def elapsed(self, start: datetime, end: datetime, pauses: Sequence[Pause] = ()) -> timedelta:
        """Business time in [start, end) outside pauses; zero when `end` is not after `start`."""
        if pauses:
            return self._elapsed_outside(start, end, pauses)
        since = start - EPOCH
        until = end - EPOCH
        since_second = since.days * DAY + since.seconds
        until_second = until.days * DAY + until.seconds
        known = self._known
        if since_second < known.lo or until_second >= known.hi:
            if end <= start:
                return timedelta(0)
            known = self._covering(since_second, until_second)
        counted = known.until(until_second, until.microseconds) - known.until(since_second, since.microseconds)
        return timedelta(microseconds=counted) if counted > 0 else timedelta(0)

    def add(self, start: datetime, allowance: timedelta, pauses: Sequence[Pause] = ()) -> datetime:
        """The first instant by which `allowance` of business time has passed since `start`, in UTC.

        Running out exactly at closing gives the closing instant; no allowance gives `start`. Raises NeverOpens
        when the years that can be computed do not suffice, StillPaused when an open pause prevents it.
        """
        if allowance < timedelta(0):
            raise ValueError("an allowance cannot be negative")
        for pause in merged(pauses):
            available = self.elapsed(start, pause.starts_at)
            if available >= allowance:
                break
            if pause.ends_at is None:
                raise StillPaused(N_("The time stands still until the pause ends."))
            allowance -= available
            start = max(start, pause.ends_at)
        return self._add_unpaused(start, allowance)

    def subtract(self, end: datetime, allowance: timedelta) -> datetime:
        """The last working instant, opening or closing included, from which `allowance` remains until `end`, in UTC."""
        if allowance < timedelta(0):
            raise ValueError("an allowance cannot be negative")
        if not allowance:
            return self._last_open(end)
        until = end - EPOCH
        second = until.days * DAY + until.seconds
        known = self._covering(second, second)
        wanted = _microseconds(allowance)
        while (counted := known.until(second, until.microseconds)) < wanted:
            known = self._covering(year_start(known.first_year) - 1, second)
        target, rest = divmod(counted - wanted, MICROSECONDS)
        i = bisect_right(known.before, target) - 1
        return EPOCH + timedelta(seconds=known.starts[i] + target - known.before[i], microseconds=rest)

    def add_business_days(self, start: datetime, days: int) -> datetime:
        """The same wall time `days` working dates later, or earlier when negative, in UTC.

        A working date has opening hours and is no holiday. A wall time outside hours moves on to the next opening,
        or back to the last closing when `days` is negative.
        """
        local = start.astimezone(self._hours.zone)
        day = day_number(local.date())
        step = 1 if days > 0 else -1
        left = abs(days)
        while left:
            day += step
            if not _FIRST_DAY <= day <= _LAST_DAY:
                raise NeverOpens(N_("The calendar has no such working day within the years that can be computed."))
            left -= self._hours.is_working(day)
        moved = local_instant(self.zone, datetime.combine(day_of(day), local.time()))
        return self._last_open(moved) if days < 0 else self.next_open(moved)

    def next_open(self, at: datetime) -> datetime:
        """`at` itself when it is open, otherwise the next opening."""
        second = _second(at)
        known = self._covering(second, second)
        while (i := bisect_right(known.ends, second)) == len(known.ends):
            known = self._covering(second, known.hi)
        return at.astimezone(UTC) if known.starts[i] <= second else EPOCH + timedelta(seconds=known.starts[i])

    def is_open(self, at: datetime) -> bool:
        second = _second(at)
        known = self._covering(second, second)
        i = bisect_right(known.starts, second) - 1
        return i >= 0 and second < known.ends[i]

    def holiday(self, at: datetime) -> str | None:
        """The name of the holiday on the local date of an instant, or None."""
        return self._hours.holidays.get(self.day(at))

    def is_holiday(self, at: datetime) -> bool:
        return self.day(at) in self._hours.holidays

    def day(self, at: datetime) -> int:
        """The number of the local day of an instant."""
        return day_number(at.astimezone(self._hours.zone).date())

    def edges(self, start: datetime, end: datetime) -> Iterator[datetime]:
        """The openings and closings from a little before `start` to a little after `end`, in UTC."""
        lo, hi = _second(start), _second(end) + 1
        known = self._covering(lo, hi)
        for i in range(bisect_left(known.ends, lo), bisect_right(known.starts, hi)):
            yield EPOCH + timedelta(seconds=known.starts[i])
            yield EPOCH + timedelta(seconds=known.ends[i])

    def elapsed_seconds_many(self, starts: Sequence[int], ends: Sequence[int]) -> list[int]:
        """`elapsed` for many pairs of epoch seconds, in whole seconds."""
        if not starts:
            return []
        known = self._covering(min(starts), max(max(starts), max(ends)))
        opened, before, closed = known.starts, known.before, known.ends

        def until(second: int) -> int:
            i = bisect_right(opened, second) - 1
            return before[i] + min(second, closed[i]) - opened[i] if i >= 0 else 0

        return [until(end) - until(start) if end > start else 0 for start, end in zip(starts, ends, strict=True)]

    def _last_open(self, at: datetime) -> datetime:
        """`at` itself when work led up to it, otherwise the last closing."""
        second = _second(at)
        opened_before = bisect_right if at.microsecond else bisect_left
        known = self._covering(second, second)
        while not (opened := opened_before(known.starts, second)):
            known = self._covering(year_start(known.first_year) - 1, second)
        closed = known.ends[opened - 1]
        return at.astimezone(UTC) if second < closed else EPOCH + timedelta(seconds=closed)

    def _elapsed_outside(self, start: datetime, end: datetime, pauses: Sequence[Pause]) -> timedelta:
        counted = self.elapsed(start, end)
        for pause in merged(pauses):
            pause_end = end if pause.ends_at is None else min(pause.ends_at, end)
            counted -= self.elapsed(max(pause.starts_at, start), pause_end)
        return counted

    def _add_unpaused(self, start: datetime, allowance: timedelta) -> datetime:
        if not allowance:
            return start.astimezone(UTC)
        since = start - EPOCH
        second = since.days * DAY + since.seconds
        known = self._known
        if not known.lo <= second < known.hi:
            known = self._covering(second, second)
        while True:
            target = known.until(second, since.microseconds) + _microseconds(allowance)
            i = bisect_left(known.after, -(-target // MICROSECONDS))
            if i < len(known.after):
                break
            known = self._covering(known.lo, known.hi)
        offset = known.starts[i] - known.before[i]
        return EPOCH + timedelta(seconds=offset + target // MICROSECONDS, microseconds=target % MICROSECONDS)

    def _covering(self, lo: int, hi: int) -> OpenTime:
        """What is open in [lo, hi] with a year to spare; the widest so far is kept."""
        known = self._known
        first = min(_year(lo), known.first_year) if known.hi else _year(lo)
        last = max(_year(hi), known.last_year)
        if known.hi and known.first_year <= first and last <= known.last_year:
            return known
        years = range(max(first, FIRST_YEAR), min(last + 1, LAST_YEAR) + 1)
        self._known = laid_out(years[0], years[-1], (span for year in years for span in self._of_year(year)))
        return self._known

    def _of_year(self, year: int) -> list[Span]:
        if year not in self._years:
            self._years[year] = list(self._hours.of_year(year))
        return self._years[year]


def _second(at: datetime) -> int:
    since = at - EPOCH
    return since.days * DAY + since.seconds


def _year(second: int) -> int:
    year = (EPOCH + timedelta(seconds=second)).year
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise NeverOpens(
            N_("Business time can be computed for the years %(first)s to %(last)s only."),
            first=FIRST_YEAR,
            last=LAST_YEAR,
        )
    return year


def _microseconds(duration: timedelta) -> int:
    return (duration.days * DAY + duration.seconds) * MICROSECONDS + duration.microseconds
