"""Calendars as written in an agreement, and the compiled form that computes business time.

Public holidays stand in the terms as dates: they are looked up when a draft is written, so that a later edition of
the holiday tables cannot change what was signed (docs/decisions/0005-holidays-are-written-down.md).
"""

from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from typing import Annotated
from zoneinfo import available_timezones

import holidays
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer

from smarketing.domain.business_time import BusinessCalendar, Hours


def _zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError(f"“{name}” is not a time zone; use a name such as Europe/Paris")
    return name


def _minute(value: object) -> int:
    """Minutes from local midnight of "HH:MM"; "24:00" is the end of the day."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    hours, mark, minutes = str(value).partition(":")
    if not (
        mark and hours.isascii() and hours.isdigit() and minutes.isascii() and minutes.isdigit() and len(minutes) == 2
    ):
        raise ValueError(f"“{value}” is not a time of day; write it as HH:MM")
    if int(minutes) > 59:
        raise ValueError(f"“{value}” is not a time of day; write it as HH:MM")
    return int(hours) * 60 + int(minutes)


def _clock_face(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


Zone = Annotated[str, BeforeValidator(_zone)]
LocalTime = Annotated[int, BeforeValidator(_minute), Field(ge=0, le=1440), PlainSerializer(_clock_face)]
DaySpans = tuple[tuple[LocalTime, LocalTime], ...]


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Week(_Value):
    """Opening spans per weekday in local time; a span whose end is not after its start runs overnight."""

    mon: DaySpans = ()
    tue: DaySpans = ()
    wed: DaySpans = ()
    thu: DaySpans = ()
    fri: DaySpans = ()
    sat: DaySpans = ()
    sun: DaySpans = ()

    def days(self) -> tuple[DaySpans, ...]:
        return (self.mon, self.tue, self.wed, self.thu, self.fri, self.sat, self.sun)


class Holiday(_Value):
    on: date
    name: str


class Calendar(_Value):
    id: str
    zone: Zone
    weekly: Week
    holidays: tuple[Holiday, ...] = ()


@lru_cache(maxsize=256)
def compiled(calendar: Calendar) -> BusinessCalendar:
    """The calendar ready to compute. Raises NeverOpens when it has no opening hours."""
    weekly = {
        weekday: [Hours(start, end) for start, end in spans] for weekday, spans in enumerate(calendar.weekly.days())
    }
    return BusinessCalendar(calendar.zone, weekly, holidays={holiday.on: holiday.name for holiday in calendar.holidays})


def public_holidays(country: str, years: Iterable[int], *, language: str | None = None) -> tuple[Holiday, ...]:
    """The public holidays of a country (ISO 3166 code) as dates to write into a draft."""
    table = holidays.country_holidays(country, years=list(years), language=language)
    return tuple(Holiday(on=day, name=name) for day, name in sorted(table.items()))
