"""Calendar months in a zone, as half-open spans of instants."""

from datetime import UTC, date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from smarketing.domain.business_time import local_instant


class Month(NamedTuple):
    """The days [starts_on, ends_on) of one month."""

    starts_on: date
    ends_on: date

    def starts_at(self, zone: str) -> datetime:
        return midnight(self.starts_on, zone)

    def ends_at(self, zone: str) -> datetime:
        return midnight(self.ends_on, zone)


def month_of(day: date) -> Month:
    first = day.replace(day=1)
    following = date(day.year + day.month // 12, day.month % 12 + 1, 1)
    return Month(first, following)


def local_day(instant: datetime, zone: str) -> date:
    return instant.astimezone(ZoneInfo(zone)).date()


def midnight(day: date, zone: str) -> datetime:
    """The first instant of a local day, in UTC."""
    return local_instant(zone, datetime(day.year, day.month, day.day)).astimezone(UTC)  # noqa: DTZ001 - a wall time on purpose
