"""Days, weeks, months and longer periods in a zone, as half-open spans."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from smarketing.domain.local_time import local_instant


class Period(NamedTuple):
    """The local days [starts_on, ends_on)."""

    starts_on: date
    ends_on: date

    @property
    def last_on(self) -> date:
        return self.ends_on - timedelta(days=1)

    def starts_at(self, zone: str) -> datetime:
        return midnight(self.starts_on, zone)

    def ends_at(self, zone: str) -> datetime:
        return midnight(self.ends_on, zone)

    def days(self) -> Iterator[date]:
        for number in range((self.ends_on - self.starts_on).days):
            yield self.starts_on + timedelta(days=number)

    def weeks(self) -> list["Period"]:
        """The weeks, Monday to Sunday, that share a day with it, whole."""
        return self._split(week_of)

    def months(self) -> list["Period"]:
        """The months that share a day with it, whole."""
        return self._split(month_of)

    def _split(self, part_of: Callable[[date], "Period"]) -> list["Period"]:
        parts, day = [], self.starts_on
        while day < self.ends_on:
            parts.append(part_of(day))
            day = parts[-1].ends_on
        return parts


class Named(StrEnum):
    """The periods a reader can ask for by name."""

    THIS_MONTH = "this-month"
    LAST_MONTH = "last-month"
    LAST_30_DAYS = "last-30-days"
    LAST_90_DAYS = "last-90-days"
    THIS_QUARTER = "this-quarter"
    LAST_QUARTER = "last-quarter"
    THIS_YEAR = "this-year"
    LAST_YEAR = "last-year"


def named(name: Named, today: date) -> Period:
    """The period of this name, seen from `today`; the last n days include today."""
    match name:
        case Named.THIS_MONTH:
            return month_of(today)
        case Named.LAST_MONTH:
            return before(month_of(today), month_of)
        case Named.LAST_30_DAYS:
            return _days_until(today, 30)
        case Named.LAST_90_DAYS:
            return _days_until(today, 90)
        case Named.THIS_QUARTER:
            return quarter_of(today)
        case Named.LAST_QUARTER:
            return before(quarter_of(today), quarter_of)
        case Named.THIS_YEAR:
            return year_of(today)
        case Named.LAST_YEAR:
            return before(year_of(today), year_of)


def previous(name: Named, today: date) -> Period:
    """What the period of this name is compared with: the whole one before it, or as many days."""
    period = named(name, today)
    match name:
        case Named.LAST_30_DAYS | Named.LAST_90_DAYS:
            return Period(period.starts_on - (period.ends_on - period.starts_on), period.starts_on)
        case Named.THIS_MONTH | Named.LAST_MONTH:
            return before(period, month_of)
        case Named.THIS_QUARTER | Named.LAST_QUARTER:
            return before(period, quarter_of)
        case Named.THIS_YEAR | Named.LAST_YEAR:
            return before(period, year_of)


def until(first: date, last: date) -> Period:
    """From one day to another, both included."""
    return Period(first, last + timedelta(days=1))


def before(period: Period, part_of: Callable[[date], Period]) -> Period:
    """The period of the same kind that ends where this one starts."""
    return part_of(period.starts_on - timedelta(days=1))


def day_of(day: date) -> Period:
    return until(day, day)


def week_of(day: date) -> Period:
    monday = day - timedelta(days=day.weekday())
    return Period(monday, monday + timedelta(days=7))


def month_of(day: date) -> Period:
    return _months_from(day.replace(day=1), 1)


def quarter_of(day: date) -> Period:
    return _months_from(date(day.year, 3 * ((day.month - 1) // 3) + 1, 1), 3)


def year_of(day: date) -> Period:
    return _months_from(date(day.year, 1, 1), 12)


OF_LENGTH: Final[Mapping[str, Callable[[date], Period]]] = {
    "day": day_of,
    "week": week_of,
    "month": month_of,
    "quarter": quarter_of,
    "year": year_of,
}
"""The period that holds a day, by the word agreements use for its length."""


def months_before(day: date, count: int) -> date:
    """The same day of an earlier month, or the last of that month where it is shorter."""
    months = day.year * 12 + day.month - 1 - count
    first = date(months // 12, months % 12 + 1, 1)
    return min(first + timedelta(days=day.day - 1), month_of(first).last_on)


def _months_from(first: date, count: int) -> Period:
    months = first.month - 1 + count
    return Period(first, date(first.year + months // 12, months % 12 + 1, 1))


def _days_until(today: date, count: int) -> Period:
    return until(today - timedelta(days=count - 1), today)


def local_day(instant: datetime, zone: str) -> date:
    return instant.astimezone(ZoneInfo(zone)).date()


def midnight(day: date, zone: str) -> datetime:
    """The first instant of a local day, in UTC."""
    return local_instant(zone, datetime(day.year, day.month, day.day)).astimezone(UTC)  # noqa: DTZ001 - a wall time on purpose
