"""When a team works, by its rules: an instant is open when its wall time lies in an opening span of its local day.

Opening spans are laid out on the local time line, then carried to UTC piece by piece between two changes of the
zone's offset, so an hour that happens twice counts twice and one that is skipped not at all.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from smarketing.domain.errors import N_, DomainError
from smarketing.domain.local_time import DAY, day_number, offsets, year_start
from smarketing.domain.spans import Span, difference, union


class NeverOpens(DomainError):
    """The calendar has no opening hours, or none within the years that can be computed."""


@dataclass(frozen=True, slots=True)
class Hours:
    """A local span in minutes from midnight; an end that is not after the start lies on the following date."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not (0 <= self.start < 1440 and 0 <= self.end <= 1440):
            raise ValueError(f"opening hours must lie within a day: {self.start}-{self.end}")

    def on(self, day: int) -> Span:
        """The span as local seconds on a numbered day."""
        end = self.end if self.end > self.start else self.end + 1440
        return day * DAY + self.start * 60, day * DAY + end * 60


class OpeningHours:
    """The rules of one calendar. `weekly` maps 0 (Monday) to 6; `shifts` replace it on a date, `breaks` close part."""

    def __init__(
        self,
        zone: str,
        weekly: Mapping[int, Sequence[Hours]],
        *,
        holidays: Mapping[date, str],
        breaks: Mapping[date, Sequence[Hours]],
        shifts: Mapping[date, Sequence[Hours]],
    ) -> None:
        self.zone = ZoneInfo(zone)
        self.holidays = {day_number(day): name for day, name in holidays.items()}
        self._weekly = [tuple(weekly.get(weekday, ())) for weekday in range(7)]
        self._breaks = {day_number(day): tuple(hours) for day, hours in breaks.items()}
        self._shifts = {day_number(day): tuple(hours) for day, hours in shifts.items()}
        if not any(self._weekly) and not any(self._shifts.values()):
            raise NeverOpens(N_("The calendar never opens: give it opening hours on at least one day."))

    def is_working(self, day: int) -> bool:
        """Whether a local day has opening hours and is no holiday."""
        return day not in self.holidays and bool(self._hours_of(day))

    def of_year(self, year: int) -> Iterator[Span]:
        """The open spans of one UTC year in epoch seconds, sorted; one that runs into the next year ends with it."""
        lo, hi = year_start(year), year_start(year + 1)
        local = self._local(lo // DAY - 2, hi // DAY + 2)
        first = 0
        for start, end, offset in offsets(self.zone, lo, hi):
            while first and local[first - 1][1] > start + offset:
                first -= 1
            for opens, closes in local[first:]:
                if opens >= end + offset:
                    break
                first += 1
                clipped = max(opens - offset, start), min(closes - offset, end)
                if clipped[0] < clipped[1]:
                    yield clipped

    def _local(self, first_day: int, last_day: int) -> list[Span]:
        """Opening spans on the local time line, without breaks and holidays."""
        days = range(first_day - 1, last_day)
        opened = union(hours.on(day) for day in days for hours in self._hours_of(day))
        closed = [hours.on(day) for day in days for hours in self._breaks.get(day, ())]
        closed += [(day * DAY, (day + 1) * DAY) for day in self.holidays if first_day - 1 <= day <= last_day]
        return difference(opened, union(closed))

    def _hours_of(self, day: int) -> Sequence[Hours]:
        return self._shifts[day] if day in self._shifts else self._weekly[(day + 3) % 7]
