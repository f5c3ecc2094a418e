"""Business time: the seconds a calendar is open, computed by bisection over precomputed spans.

An instant is open when its local wall time lies in an opening span of its local date. Opening spans are laid out
on the local time line, then carried to UTC piece by piece between two changes of the zone's offset, so an hour
that happens twice counts twice and one that is skipped not at all. Spans are half-open; durations are real
seconds, exact to the microsecond. Cost does not grow with the length of the time asked about.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from smarketing.domain.errors import N_, DomainError

FIRST_YEAR: Final = 1970
LAST_YEAR: Final = 2199
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_DAY: Final = 86400
_PROBE: Final = 6 * 3600
_MICROSECONDS: Final = 1_000_000

_Span = tuple[int, int]


class NeverOpens(DomainError):
    """The calendar has no opening hours, or none within the years that can be computed."""


class StillPaused(DomainError):
    """The time cannot run out while a pause has no end."""


@dataclass(frozen=True, slots=True)
class Hours:
    """A local span in minutes from midnight; an end that is not after the start lies on the following date."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not (0 <= self.start < 1440 and 0 <= self.end <= 1440):
            raise ValueError(f"opening hours must lie within a day: {self.start}-{self.end}")

    def on(self, day: int) -> _Span:
        """The span as local seconds, for a date given in days since 1970-01-01."""
        end = self.end if self.end > self.start else self.end + 1440
        return day * _DAY + self.start * 60, day * _DAY + end * 60


@dataclass(frozen=True, slots=True)
class Pause:
    """A time that never counts; still going on when `ends_at` is None."""

    starts_at: datetime
    ends_at: datetime | None
    reason: str | None = None


class SpanKind(StrEnum):
    OPEN = "open"
    CLOSED = "closed"
    BREAK = "break"
    HOLIDAY = "holiday"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True)
class Stretch:
    """One line of an explanation: [starts_at, ends_at) in UTC, and what of it counted."""

    starts_at: datetime
    ends_at: datetime
    kind: SpanKind
    label: str | None
    counted: timedelta


class _Table(NamedTuple):
    """Open spans of whole years in epoch seconds; `before[i]` and `after[i]` are open seconds up to span i's ends."""

    first_year: int
    last_year: int
    lo: int
    hi: int
    starts: list[int]
    ends: list[int]
    before: list[int]
    after: list[int]


class BusinessCalendar:
    """When a team works. Immutable; safe to share between threads."""

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
        self._zone = ZoneInfo(zone)
        self._weekly = [tuple(weekly.get(weekday, ())) for weekday in range(7)]
        self._holidays = {_day_number(day): name for day, name in (holidays or {}).items()}
        self._breaks = {_day_number(day): tuple(spans) for day, spans in (breaks or {}).items()}
        self._shifts = {_day_number(day): tuple(spans) for day, spans in (shifts or {}).items()}
        if not any(self._weekly) and not any(self._shifts.values()):
            raise NeverOpens(N_("The calendar never opens: give it opening hours on at least one day."))
        self._years: dict[int, list[_Span]] = {}
        self._table = _Table(0, -1, 0, 0, [], [], [], [])

    @classmethod
    def always(cls, zone: str = "UTC") -> "BusinessCalendar":
        return cls(zone, {weekday: [Hours(0, 1440)] for weekday in range(7)})

    def elapsed(self, start: datetime, end: datetime, pauses: Sequence[Pause] = ()) -> timedelta:
        """Business time in [start, end) outside pauses; zero when `end` is not after `start`."""
        if pauses:
            return self._elapsed_outside(start, end, pauses)
        since = start - _EPOCH
        until = end - _EPOCH
        since_second = since.days * _DAY + since.seconds
        until_second = until.days * _DAY + until.seconds
        table = self._table
        if since_second < table.lo or until_second >= table.hi:
            if end <= start:
                return timedelta(0)
            table = self._covering(since_second, until_second)
        counted = _open_until(table, until_second, until.microseconds)
        counted -= _open_until(table, since_second, since.microseconds)
        return timedelta(microseconds=counted) if counted > 0 else timedelta(0)

    def add(self, start: datetime, allowance: timedelta, pauses: Sequence[Pause] = ()) -> datetime:
        """The first instant by which `allowance` of business time has passed since `start`, in UTC.

        Running out exactly at closing gives the closing instant; no allowance gives `start`. Raises NeverOpens
        when the years that can be computed do not suffice, StillPaused when an open pause prevents it.
        """
        if allowance < timedelta(0):
            raise ValueError("an allowance cannot be negative")
        for pause in _merged(pauses):
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
        until = end - _EPOCH
        second = until.days * _DAY + until.seconds
        table = self._covering(second, second)
        wanted = _microseconds(allowance)
        while (counted := _open_until(table, second, until.microseconds)) < wanted:
            table = self._covering(_year_start(table.first_year) - 1, second)
        target, rest = divmod(counted - wanted, _MICROSECONDS)
        i = bisect_right(table.before, target) - 1
        return _EPOCH + timedelta(seconds=table.starts[i] + target - table.before[i], microseconds=rest)

    def add_business_days(self, start: datetime, days: int) -> datetime:
        """The same wall time `days` working dates later, or earlier when negative, in UTC.

        A working date has opening hours and is no holiday. A wall time outside hours moves on to the next opening,
        or back to the last closing when `days` is negative.
        """
        local = start.astimezone(self._zone)
        day = _day_number(local.date())
        step = 1 if days > 0 else -1
        left = abs(days)
        while left:
            day += step
            if not _FIRST_DAY <= day <= _LAST_DAY:
                raise NeverOpens(N_("The calendar has no such working day within the years that can be computed."))
            left -= bool(self._hours_on(day))
        moved = local_instant(self.zone, datetime.combine(date.fromordinal(day + _ORDINAL), local.time()))
        return self._last_open(moved) if days < 0 else self.next_open(moved)

    def next_open(self, at: datetime) -> datetime:
        """`at` itself when it is open, otherwise the next opening."""
        since = at - _EPOCH
        second = since.days * _DAY + since.seconds
        table = self._covering(second, second)
        while (i := bisect_right(table.ends, second)) == len(table.ends):
            table = self._covering(second, table.hi)
        return at.astimezone(UTC) if table.starts[i] <= second else _EPOCH + timedelta(seconds=table.starts[i])

    def is_open(self, at: datetime) -> bool:
        since = at - _EPOCH
        second = since.days * _DAY + since.seconds
        table = self._covering(second, second)
        i = bisect_right(table.starts, second) - 1
        return i >= 0 and second < table.ends[i]

    def holiday(self, at: datetime) -> str | None:
        """The name of the holiday on the local date of an instant, or None."""
        return self._holidays.get(_day_number(at.astimezone(self._zone).date()))

    def is_holiday(self, at: datetime) -> bool:
        return _day_number(at.astimezone(self._zone).date()) in self._holidays

    def explain(self, start: datetime, end: datetime, pauses: Sequence[Pause] = ()) -> tuple[Stretch, ...]:
        """[start, end) cut where its state changes; what the stretches count sums to `elapsed`."""
        if end <= start:
            return ()
        stretches: list[Stretch] = []
        for piece_start, piece_end in pairwise(self._cuts(start, end, pauses)):
            kind, label = self._state(piece_start, pauses)
            counted = piece_end - piece_start if kind is SpanKind.OPEN else timedelta(0)
            last = stretches[-1] if stretches else None
            if last and (last.kind, last.label) == (kind, label):
                stretches[-1] = Stretch(last.starts_at, piece_end, kind, label, last.counted + counted)
            else:
                stretches.append(Stretch(piece_start, piece_end, kind, label, counted))
        return tuple(stretches)

    def elapsed_seconds_many(self, starts: Sequence[int], ends: Sequence[int]) -> list[int]:
        """`elapsed` for many pairs of epoch seconds, in whole seconds."""
        if not starts:
            return []
        table = self._covering(min(starts), max(max(starts), max(ends)))
        opened, before, closed = table.starts, table.before, table.ends

        def until(second: int) -> int:
            i = bisect_right(opened, second) - 1
            return before[i] + min(second, closed[i]) - opened[i] if i >= 0 else 0

        return [until(end) - until(start) if end > start else 0 for start, end in zip(starts, ends, strict=True)]

    def _last_open(self, at: datetime) -> datetime:
        """`at` itself when work led up to it, otherwise the last closing."""
        since = at - _EPOCH
        second = since.days * _DAY + since.seconds
        opened_before = bisect_right if since.microseconds else bisect_left
        table = self._covering(second, second)
        while not (opened := opened_before(table.starts, second)):
            table = self._covering(_year_start(table.first_year) - 1, second)
        closed = table.ends[opened - 1]
        return at.astimezone(UTC) if second < closed else _EPOCH + timedelta(seconds=closed)

    def _elapsed_outside(self, start: datetime, end: datetime, pauses: Sequence[Pause]) -> timedelta:
        counted = self.elapsed(start, end)
        for pause in _merged(pauses):
            pause_end = end if pause.ends_at is None else min(pause.ends_at, end)
            counted -= self.elapsed(max(pause.starts_at, start), pause_end)
        return counted

    def _add_unpaused(self, start: datetime, allowance: timedelta) -> datetime:
        if not allowance:
            return start.astimezone(UTC)
        since = start - _EPOCH
        second = since.days * _DAY + since.seconds
        table = self._table
        if not table.lo <= second < table.hi:
            table = self._covering(second, second)
        while True:
            target = _open_until(table, second, since.microseconds) + _microseconds(allowance)
            whole = -(-target // _MICROSECONDS)
            i = bisect_left(table.after, whole)
            if i < len(table.after):
                break
            table = self._covering(table.lo, table.hi)
        offset = table.starts[i] - table.before[i]
        return _EPOCH + timedelta(seconds=offset + target // _MICROSECONDS, microseconds=target % _MICROSECONDS)

    def _cuts(self, start: datetime, end: datetime, pauses: Sequence[Pause]) -> list[datetime]:
        """The instants in [start, end] at which the state may change, sorted."""
        lo, hi = int(start.timestamp()), int(end.timestamp()) + 1
        table = self._covering(lo, hi)
        seconds = {
            edge
            for i in range(bisect_left(table.ends, lo), bisect_right(table.starts, hi))
            for edge in (table.starts[i], table.ends[i])
        }
        day, last = (
            _day_number(start.astimezone(self._zone).date()),
            _day_number(end.astimezone(self._zone).date()),
        )
        instants = {_EPOCH + timedelta(seconds=second) for second in seconds}
        instants |= {local_instant(self.zone, _midnight(number)) for number in range(day, last + 2)}
        instants |= {edge.astimezone(UTC) for pause in pauses for edge in (pause.starts_at, pause.ends_at) if edge}
        return [start.astimezone(UTC), *sorted(i for i in instants if start < i < end), end.astimezone(UTC)]

    def _state(self, at: datetime, pauses: Sequence[Pause]) -> tuple[SpanKind, str | None]:
        for pause in pauses:
            if pause.starts_at <= at and (pause.ends_at is None or at < pause.ends_at):
                return SpanKind.PAUSED, pause.reason
        if self.is_open(at):
            return SpanKind.OPEN, None
        day = _day_number(at.astimezone(self._zone).date())
        if day in self._holidays:
            return SpanKind.HOLIDAY, self._holidays[day]
        opens_at, closes_at = (local_instant(self.zone, _midnight(number)) for number in (day, day + 1))
        has_worked = bool(self.elapsed(opens_at, at))
        will_work = bool(self.elapsed(at, closes_at))
        return (SpanKind.BREAK if has_worked and will_work else SpanKind.CLOSED), None

    def _covering(self, lo: int, hi: int) -> _Table:
        """A table that covers [lo, hi] with a year to spare; the widest so far is kept."""
        table = self._table
        first = min(_year(lo), table.first_year) if table.hi else _year(lo)
        last = max(_year(hi), table.last_year)
        if table.hi and table.first_year <= first and last <= table.last_year:
            return table
        table = self._built(max(first, FIRST_YEAR), min(last + 1, LAST_YEAR))
        self._table = table
        return table

    def _built(self, first_year: int, last_year: int) -> _Table:
        starts: list[int] = []
        ends: list[int] = []
        for year in range(first_year, last_year + 1):
            spans = self._years.get(year)
            if spans is None:
                spans = self._years[year] = list(self._spans_of(year))
            for start, end in spans:
                if ends and start <= ends[-1]:
                    ends[-1] = max(ends[-1], end)
                else:
                    starts.append(start)
                    ends.append(end)
        before, after, total = [], [], 0
        for start, end in zip(starts, ends, strict=True):
            before.append(total)
            total += end - start
            after.append(total)
        return _Table(
            first_year,
            last_year,
            _year_start(first_year),
            _year_start(last_year + 1),
            starts,
            ends,
            before,
            after,
        )

    def _spans_of(self, year: int) -> Iterator[_Span]:
        """The open spans of one UTC year in epoch seconds, sorted."""
        lo, hi = _year_start(year), _year_start(year + 1)
        local = self._local_spans(lo // _DAY - 2, hi // _DAY + 2)
        first = 0
        for start, end, offset in self._offsets(lo, hi):
            while first and local[first - 1][1] > start + offset:
                first -= 1
            for opens, closes in local[first:]:
                if opens >= end + offset:
                    break
                first += 1
                clipped = max(opens - offset, start), min(closes - offset, end)
                if clipped[0] < clipped[1]:
                    yield clipped

    def _local_spans(self, first_day: int, last_day: int) -> list[_Span]:
        """Opening spans on the local time line, merged, without breaks and holidays."""
        opened = _union(hours.on(day) for day in range(first_day - 1, last_day) for hours in self._hours_of(day))
        closed = [hours.on(day) for day in range(first_day - 1, last_day) for hours in self._breaks.get(day, ())]
        closed += [(day * _DAY, (day + 1) * _DAY) for day in self._holidays if first_day - 1 <= day <= last_day]
        return _difference(opened, _union(closed))

    def _hours_of(self, day: int) -> Sequence[Hours]:
        return self._shifts[day] if day in self._shifts else self._weekly[(day + 3) % 7]

    def _hours_on(self, day: int) -> Sequence[Hours]:
        return () if day in self._holidays else self._hours_of(day)

    def _offsets(self, lo: int, hi: int) -> Iterator[tuple[int, int, int]]:
        """[lo, hi) cut where the zone's offset changes: start, end and seconds east of UTC."""
        start, offset = lo, self._offset(lo)
        for probe in range(lo + _PROBE, hi + _PROBE, _PROBE):
            ahead = min(probe, hi - 1)
            if self._offset(ahead) == offset:
                continue
            change = bisect_left(range(ahead - _PROBE, ahead), True, key=lambda at: self._offset(at) != offset)
            edge = ahead - _PROBE + change
            yield start, edge, offset
            start, offset = edge, self._offset(ahead)
        yield start, hi, offset

    def _offset(self, second: int) -> int:
        offset = datetime.fromtimestamp(second, self._zone).utcoffset()
        return 0 if offset is None else offset.days * _DAY + offset.seconds


def local_instant(zone: str, local: datetime) -> datetime:
    """The UTC instant of a naive wall time: the first of two; one that is skipped moves past the gap."""
    return local.replace(tzinfo=ZoneInfo(zone), fold=0).astimezone(UTC)


_ORDINAL: Final = date(1970, 1, 1).toordinal()


def _day_number(day: date) -> int:
    return day.toordinal() - _ORDINAL


def _midnight(day_number: int) -> datetime:
    return datetime.combine(date.fromordinal(day_number + _ORDINAL), datetime.min.time())


_FIRST_DAY: Final = _day_number(date(FIRST_YEAR, 1, 1))
_LAST_DAY: Final = _day_number(date(LAST_YEAR, 12, 31))


def _year(second: int) -> int:
    year = (_EPOCH + timedelta(seconds=second)).year
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise NeverOpens(
            N_("Business time can be computed for the years %(first)s to %(last)s only."),
            first=FIRST_YEAR,
            last=LAST_YEAR,
        )
    return year


def _year_start(year: int) -> int:
    return (date(year, 1, 1).toordinal() - _ORDINAL) * _DAY


def _microseconds(duration: timedelta) -> int:
    return (duration.days * _DAY + duration.seconds) * _MICROSECONDS + duration.microseconds


def _open_until(table: _Table, second: int, microsecond: int) -> int:
    """Open microseconds between the table's beginning and an instant that it covers."""
    i = bisect_right(table.starts, second) - 1
    if i < 0:
        return 0
    if second >= table.ends[i]:
        return table.after[i] * _MICROSECONDS
    return (table.before[i] + second - table.starts[i]) * _MICROSECONDS + microsecond


def _union(spans: Iterable[_Span]) -> list[_Span]:
    merged: list[_Span] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged


def _difference(opened: Sequence[_Span], closed: Sequence[_Span]) -> list[_Span]:
    """What of the sorted `opened` lies outside the sorted `closed`."""
    left: list[_Span] = []
    first = 0
    for start, end in opened:
        while first < len(closed) and closed[first][1] <= start:
            first += 1
        for hole_start, hole_end in closed[first:]:
            if hole_start >= end:
                break
            if start < hole_start:
                left.append((start, hole_start))
            start = max(start, hole_end)
        if start < end:
            left.append((start, end))
    return left


def _merged(pauses: Sequence[Pause]) -> list[Pause]:
    """Pauses sorted and without overlap; empty and reversed ones dropped."""
    merged: list[Pause] = []
    for pause in sorted(pauses, key=lambda pause: pause.starts_at):
        if pause.ends_at is not None and pause.ends_at <= pause.starts_at:
            continue
        last = merged[-1] if merged else None
        if last is None or (last.ends_at is not None and pause.starts_at > last.ends_at):
            merged.append(pause)
        elif last.ends_at is not None:
            ends_at = None if pause.ends_at is None else max(last.ends_at, pause.ends_at)
            merged[-1] = Pause(last.starts_at, ends_at)
    return merged
