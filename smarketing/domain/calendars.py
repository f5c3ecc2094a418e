"""Calendars as written in an agreement, and the compiled form that computes business time.

Public holidays stand in the terms as dates: they are looked up when a draft is written, so that a later edition of
the holiday tables cannot change what was signed (docs/decisions/0005-holidays-are-written-down.md).
"""

import re
from collections.abc import Iterable
from datetime import date
from functools import cache, lru_cache
from itertools import pairwise
from typing import Annotated
from zoneinfo import available_timezones

import holidays
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
    WithJsonSchema,
    model_validator,
)

from smarketing.domain.business_time import BusinessCalendar
from smarketing.domain.clauses import Key, Words, is_absent
from smarketing.domain.errors import N_
from smarketing.domain.opening_hours import Hours
from smarketing.domain.terms_faults import COUNTRY_PATTERN, broken_rule


def _zone(name: object) -> str:
    if not isinstance(name, str) or name not in _zones():
        raise broken_rule(N_("“%(zone)s” is not a time zone; use a name such as Europe/Paris."), zone=str(name)[:60])
    return name


@cache
def _zones() -> frozenset[str]:
    """Every name of a zone; kept, since looking them up walks through the files of the zones."""
    return frozenset(available_timezones())


def _minute(value: object) -> int:
    """Minutes from local midnight of "HH:MM"; "24:00" is the end of the day."""
    written = _CLOCK_FACE.fullmatch(value) if isinstance(value, str) else None
    minute = int(written[1]) * 60 + int(written[2]) if written else None
    if minute is None or minute > DAY:
        raise broken_rule(N_("“%(time)s” is not a time of day; write it as HH:MM, in quotes."), time=str(value)[:20])
    return minute


def _clock_face(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


DAY = 1440
_CLOCK_FACE = re.compile(r"([01]?[0-9]|2[0-4]):([0-5][0-9])", re.ASCII)

Zone = Annotated[str, BeforeValidator(_zone)]
LocalTime = Annotated[
    int,
    BeforeValidator(_minute),
    PlainSerializer(_clock_face),
    WithJsonSchema({"type": "string", "pattern": r"^([01]?[0-9]|2[0-4]):[0-5][0-9]$", "examples": ["09:00"]}),
]
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
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

    @model_validator(mode="after")
    def _opens(self) -> "Week":
        if not any(self.days()):
            raise broken_rule(N_("The calendar never opens: give it opening hours on at least one day."))
        for name, spans in zip(WEEKDAYS, self.days(), strict=True):
            for index, (earlier, later) in enumerate(pairwise(spans)):
                if not earlier[0] < earlier[1] <= later[0]:
                    raise broken_rule(
                        N_("Write the opening hours of a day in order, the next after the one before has closed."),
                        at=(name, index + 1),
                    )
        return self


class Holiday(_Value):
    on: date
    name: str = Field(min_length=1, max_length=200)


class DatedHours(_Value):
    """Hours of one date: [start, end] in local time; one whose end is not after its start runs overnight."""

    on: date
    hours: DaySpans = ()
    name: str | None = Field(default=None, min_length=1, max_length=200)


Country = Annotated[str, StringConstraints(pattern=COUNTRY_PATTERN)]


class Calendar(_Value):
    """`breaks` close part of a date, `shifts` replace its hours: a date without any is closed."""

    id: Key
    title: Words | None = Field(
        default=None, exclude_if=is_absent, description="what people call it; its id, when null"
    )
    zone: Zone
    weekly: Week
    holidays: tuple[Holiday, ...] = ()
    breaks: tuple[DatedHours, ...] | None = None
    shifts: tuple[DatedHours, ...] | None = None
    countries: tuple[Country, ...] | None = Field(default=None, description="whose leads go by this calendar, if asked")

    def days_off(self) -> frozenset[date]:
        """Holidays, and dates that are closed by name; not the weekdays without hours."""
        closed = (each.on for each in self.shifts or () if not each.hours)
        return frozenset((*(holiday.on for holiday in self.holidays), *closed))

    @model_validator(mode="after")
    def _holidays_differ(self) -> "Calendar":
        days: set[date] = set()
        for index, holiday in enumerate(self.holidays):
            if holiday.on in days:
                raise broken_rule(
                    N_("%(day)s stands twice among the holidays."), at=("holidays", index), day=holiday.on.isoformat()
                )
            days.add(holiday.on)
        return self

    @model_validator(mode="after")
    def _dates_differ(self) -> "Calendar":
        for place, dated in (("breaks", self.breaks or ()), ("shifts", self.shifts or ())):
            seen: set[date] = set()
            for index, each in enumerate(dated):
                if each.on in seen:
                    message = N_("%(day)s stands twice: write all hours of a date in one entry.")
                    raise broken_rule(message, at=(place, index), day=each.on.isoformat())
                seen.add(each.on)
        return self


@lru_cache(maxsize=256)
def compiled(calendar: Calendar) -> BusinessCalendar:
    """The calendar ready to compute. Raises NeverOpens when it has no opening hours."""
    weekly = {
        weekday: [Hours(start, end) for start, end in spans] for weekday, spans in enumerate(calendar.weekly.days())
    }
    return BusinessCalendar(
        calendar.zone,
        weekly,
        holidays={holiday.on: holiday.name for holiday in calendar.holidays},
        breaks=_by_date(calendar.breaks),
        shifts=_by_date(calendar.shifts),
    )


def _by_date(dated: tuple[DatedHours, ...] | None) -> dict[date, list[Hours]]:
    return {each.on: [Hours(start, end) for start, end in each.hours] for each in dated or ()}


@lru_cache(maxsize=64)
def around_the_clock(zone: str) -> BusinessCalendar:
    """A calendar that never closes."""
    return BusinessCalendar.always(zone)


def public_holidays(
    country: str, years: Iterable[int], *, subdivision: str | None = None, language: str | None = None
) -> tuple[Holiday, ...]:
    """The public holidays of a country (ISO 3166 code) or a part of it (“QC”) as dates to write into a draft."""
    table = holidays.country_holidays(country, subdiv=subdivision, years=list(years), language=language)
    return tuple(Holiday(on=day, name=name) for day, name in sorted(table.items()))
