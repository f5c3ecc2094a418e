"""Business time in one irregular week (2-9 March 2026; US clocks change on the 8th) and as laws that always hold."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from smarketing.domain.business_time import BusinessCalendar, StillPaused
from smarketing.domain.local_time import local_instant
from smarketing.domain.opening_hours import Hours, NeverOpens
from smarketing.domain.pauses import Pause
from smarketing.domain.stretches import SpanKind, explain

OFFICE = [Hours(9 * 60, 12 * 60 + 30), Hours(13 * 60 + 30, 18 * 60)]
PARIS = BusinessCalendar(
    "Europe/Paris",
    dict.fromkeys(range(5), OFFICE),
    holidays={date(2026, 3, 5): "Founders' day"},
    breaks={date(2026, 3, 4): [Hours(16 * 60, 17 * 60)]},
    shifts={date(2026, 3, 7): [Hours(10 * 60, 12 * 60)]},
)
NIGHT = BusinessCalendar("America/New_York", {weekday: [Hours(22 * 60, 6 * 60)] for weekday in range(7)})


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


@pytest.mark.parametrize(
    ("calendar", "start", "end", "hours"),
    [
        (PARIS, "2026-03-02T09:00+01:00", "2026-03-02T18:00+01:00", 8),
        (PARIS, "2026-03-02T12:30+01:00", "2026-03-02T13:30+01:00", 0),
        (PARIS, "2026-03-02T17:00+01:00", "2026-03-03T10:00+01:00", 2),
        (PARIS, "2026-03-04T15:00+01:00", "2026-03-04T18:00+01:00", 2),
        (PARIS, "2026-03-04T17:00+01:00", "2026-03-06T10:00+01:00", 2),
        (PARIS, "2026-03-06T17:00+01:00", "2026-03-09T10:00+01:00", 4),
        (PARIS, "2026-03-02T18:00+01:00", "2026-03-02T09:00+01:00", 0),
        (NIGHT, "2026-03-07T22:00-05:00", "2026-03-08T12:00-04:00", 7),
        (NIGHT, "2026-10-31T22:00-04:00", "2026-11-01T12:00-05:00", 9),
    ],
    ids=[
        "a day", "lunch", "over night", "a break", "over a holiday", "a Saturday shift", "reversed",
        "the night that loses an hour", "the night that gains one",
    ],
)  # fmt: skip
def test_elapsed(calendar: BusinessCalendar, start: str, end: str, hours: int) -> None:
    assert calendar.elapsed(at(start), at(end)) == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("start", "hours", "due"),
    [
        ("2026-03-02T09:00+01:00", 4, "2026-03-02T14:00+01:00"),
        ("2026-03-02T09:00+01:00", 8, "2026-03-02T18:00+01:00"),
        ("2026-03-02T17:00+01:00", 4, "2026-03-03T12:00+01:00"),
        ("2026-03-04T17:00+01:00", 4, "2026-03-06T12:00+01:00"),
        ("2026-03-06T17:00+01:00", 4, "2026-03-09T10:00+01:00"),
        ("2026-03-01T03:00+01:00", 0, "2026-03-01T03:00+01:00"),
        ("2026-03-01T03:00+01:00", 1, "2026-03-02T10:00+01:00"),
    ],
)
def test_add(start: str, hours: int, due: str) -> None:
    assert PARIS.add(at(start), timedelta(hours=hours)) == at(due)


def test_a_pause_never_counts_and_moves_the_due_instant() -> None:
    start = at("2026-03-02T09:00+01:00")
    pauses = [Pause(at("2026-03-02T10:00+01:00"), at("2026-03-02T12:00+01:00"), "waiting for the customer")]
    assert PARIS.add(start, timedelta(hours=4), pauses) == at("2026-03-02T17:00+01:00") - timedelta(hours=1)
    assert PARIS.elapsed(start, at("2026-03-02T12:30+01:00"), pauses) == timedelta(hours=1, minutes=30)


def test_an_open_pause_has_no_due_instant_unless_time_runs_out_before_it() -> None:
    start = at("2026-03-02T09:00+01:00")
    pauses = [Pause(at("2026-03-02T10:00+01:00"), None)]
    assert PARIS.add(start, timedelta(hours=1), pauses) == at("2026-03-02T10:00+01:00")
    with pytest.raises(StillPaused):
        PARIS.add(start, timedelta(hours=2), pauses)


def test_explain_names_every_state_and_sums_to_elapsed() -> None:
    start, end = at("2026-03-04T12:00+01:00"), at("2026-03-06T10:00+01:00")
    pauses = [Pause(at("2026-03-04T14:00+01:00"), at("2026-03-04T15:00+01:00"), "no reply")]
    stretches = explain(PARIS, start, end, pauses)
    assert [(s.kind, s.label, s.counted / timedelta(hours=1)) for s in stretches] == [
        (SpanKind.OPEN, None, 0.5),
        (SpanKind.BREAK, None, 0),
        (SpanKind.OPEN, None, 0.5),
        (SpanKind.PAUSED, "no reply", 0),
        (SpanKind.OPEN, None, 1),
        (SpanKind.BREAK, None, 0),
        (SpanKind.OPEN, None, 1),
        (SpanKind.CLOSED, None, 0),
        (SpanKind.HOLIDAY, "Founders' day", 0),
        (SpanKind.CLOSED, None, 0),
        (SpanKind.OPEN, None, 1),
    ]
    assert sum((s.counted for s in stretches), timedelta()) == PARIS.elapsed(start, end, pauses)


def test_a_calendar_without_hours_is_refused() -> None:
    with pytest.raises(NeverOpens):
        BusinessCalendar("Europe/Paris", {0: []})


def test_a_due_instant_beyond_the_years_that_can_be_computed_is_refused() -> None:
    once = BusinessCalendar("UTC", {}, shifts={date(2026, 3, 2): [Hours(540, 600)]})
    assert once.add(at("2026-03-02T00:00+00:00"), timedelta(hours=1)) == at("2026-03-02T10:00+00:00")
    with pytest.raises(NeverOpens):
        once.add(at("2026-03-02T00:00+00:00"), timedelta(hours=2))


@pytest.mark.parametrize("value", [(-1, 60), (0, 1441), (1440, 60), (-1, 0), (0, -1)])
def test_hours_outside_a_day_are_refused(value: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="within a day"):
        Hours(*value)


ALWAYS = BusinessCalendar.always("Europe/Paris")
NIGHTS = dict.fromkeys(range(7), (Hours(22 * 60, 6 * 60),))
EVE_OFF = BusinessCalendar("UTC", NIGHTS, holidays={date(2026, 3, 4): "the eve"})


@pytest.mark.parametrize(
    ("calendar", "start", "end", "hours"),
    [
        (ALWAYS, "2026-03-28T12:00+01:00", "2026-03-29T12:00+02:00", 23),
        (ALWAYS, "2026-10-24T12:00+02:00", "2026-10-25T12:00+01:00", 25),
        (EVE_OFF, "2026-03-03T12:00+00:00", "2026-03-04T12:00+00:00", 2),
        (EVE_OFF, "2026-03-04T12:00+00:00", "2026-03-05T12:00+00:00", 6),
        (EVE_OFF, "2026-03-05T12:00+00:00", "2026-03-06T12:00+00:00", 8),
    ],
    ids=[
        "around the clock on the short day", "around the clock on the long day", "a holiday cuts the tail of the night",
        "and no more than its own date", "the night after",
    ],
)  # fmt: skip
def test_elapsed_around_the_clock_and_over_night(calendar: BusinessCalendar, start: str, end: str, hours: int) -> None:
    assert calendar.elapsed(at(start), at(end)) == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("end", "hours", "begin"),
    [
        ("2026-03-02T14:30+01:00", 2, "2026-03-02T11:30+01:00"),
        ("2026-03-02T14:30+01:00", 1, "2026-03-02T13:30+01:00"),
        ("2026-03-09T10:00+01:00", 3, "2026-03-07T10:00+01:00"),
        ("2026-03-02T10:00+01:00", 0, "2026-03-02T10:00+01:00"),
        ("2026-03-02T09:00+01:00", 0, "2026-02-27T18:00+01:00"),
        ("2026-03-02T08:00+01:00", 0, "2026-02-27T18:00+01:00"),
        ("2026-03-02T18:00+01:00", 0, "2026-03-02T18:00+01:00"),
    ],
    ids=[
        "over lunch",
        "to an opening",
        "over a Sunday",
        "none",
        "none at opening",
        "none before it",
        "none at closing",
    ],
)
def test_subtract(end: str, hours: int, begin: str) -> None:
    assert PARIS.subtract(at(end), timedelta(hours=hours)) == at(begin)


def test_no_allowance_can_be_negative() -> None:
    for step in (PARIS.add, PARIS.subtract):
        with pytest.raises(ValueError, match="negative"):
            step(at("2026-03-02T10:00+01:00"), timedelta(seconds=-1))


@pytest.mark.parametrize(
    ("start", "days", "expected"),
    [
        ("2026-03-02T10:00+01:00", 2, "2026-03-04T10:00+01:00"),
        ("2026-03-04T10:00+01:00", 1, "2026-03-06T10:00+01:00"),
        ("2026-03-06T11:00+01:00", 1, "2026-03-07T11:00+01:00"),
        ("2026-03-06T17:00+01:00", 1, "2026-03-09T09:00+01:00"),
        ("2026-03-06T11:00+01:00", 0, "2026-03-06T11:00+01:00"),
        ("2026-03-06T11:00+01:00", -1, "2026-03-04T11:00+01:00"),
        ("2026-03-09T20:00+01:00", -1, "2026-03-07T12:00+01:00"),
        ("2026-03-27T10:00+01:00", 1, "2026-03-30T10:00+02:00"),
    ],
    ids=[
        "two days", "over a holiday", "to a Saturday shift", "after its end", "none", "back over a holiday",
        "back to the end of a shift", "over the night that loses an hour",
    ],
)  # fmt: skip
def test_add_business_days(start: str, days: int, expected: str) -> None:
    assert PARIS.add_business_days(at(start), days) == at(expected)


def test_working_days_beyond_the_years_that_can_be_computed_are_refused() -> None:
    once = BusinessCalendar("UTC", {}, shifts={date(2026, 3, 2): [Hours(540, 600)]})
    for days in (2, -2):
        with pytest.raises(NeverOpens):
            once.add_business_days(at("2026-03-02T09:30+00:00"), days)


def test_the_zone_of_the_argument_does_not_matter() -> None:
    start, end = at("2026-03-07T22:00-05:00"), at("2026-03-08T12:00-04:00")
    new_york = ZoneInfo("America/New_York")
    assert NIGHT.elapsed(start.astimezone(new_york), end.astimezone(new_york)) == NIGHT.elapsed(start, end)


ZONES = (
    "Europe/Paris",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "Pacific/Apia",
    "America/Sao_Paulo",
)
instants = st.datetimes(datetime(2000, 1, 1), datetime(2039, 12, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis wants naive bounds
minutes = st.integers(0, 1439)
hours = st.builds(Hours, minutes, st.integers(1, 1440))
weeks = st.dictionaries(st.integers(0, 6), st.lists(hours, min_size=1, max_size=3), min_size=1)
calendars = st.builds(BusinessCalendar, st.sampled_from(ZONES), weeks)
spells = st.timedeltas(timedelta(0), timedelta(days=40))
within_reach = st.timedeltas(timedelta(0), timedelta(days=2))
"""What a calendar that opens for a minute a week still holds, twice, before the year 2200."""


@given(calendars, instants, spells, spells)
@settings(max_examples=150)
def test_elapsed_is_additive(calendar: BusinessCalendar, start: datetime, first: timedelta, second: timedelta) -> None:
    middle, end = start + first, start + first + second
    assert calendar.elapsed(start, end) == calendar.elapsed(start, middle) + calendar.elapsed(middle, end)


@given(
    calendars,
    instants,
    within_reach,
    within_reach,
)
@settings(max_examples=150)
def test_add_is_the_inverse_of_elapsed(
    calendar: BusinessCalendar, start: datetime, first: timedelta, second: timedelta
) -> None:
    assume(first)
    due_at = calendar.add(start, first)
    assert calendar.elapsed(start, due_at) == first
    assert calendar.elapsed(start, due_at - timedelta(microseconds=1)) < first
    assert calendar.add(due_at, second) == calendar.add(start, first + second) or not second
    assert calendar.elapsed(calendar.subtract(due_at, first), due_at) == first


@given(calendars, instants, spells, st.lists(st.tuples(spells, spells), max_size=3))
@settings(max_examples=60)
def test_explain_is_seamless_and_sums_to_elapsed(
    calendar: BusinessCalendar, start: datetime, length: timedelta, breaks: list[tuple[timedelta, timedelta]]
) -> None:
    pauses = [Pause(start + offset, start + offset + spell) for offset, spell in breaks]
    stretches = explain(calendar, start, start + length, pauses)
    assert sum((s.counted for s in stretches), timedelta()) == calendar.elapsed(start, start + length, pauses)
    edges = [start, *(s.ends_at for s in stretches)]
    assert [s.starts_at for s in stretches] == edges[:-1]


class Rules(NamedTuple):
    """A calendar as its makers write it down, for counting minutes by the definition of business time."""

    zone: str
    week: Mapping[int, Sequence[Hours]]
    holidays: Mapping[date, str] = {}
    breaks: Mapping[date, Sequence[Hours]] = {}
    shifts: Mapping[date, Sequence[Hours]] = {}

    def calendar(self) -> BusinessCalendar:
        special = {"holidays": self.holidays, "breaks": self.breaks, "shifts": self.shifts}
        return BusinessCalendar(self.zone, self.week, **special)

    def is_open(self, local: datetime) -> bool:
        day, before = local.date(), local.date() - timedelta(days=1)
        minute = local.hour * 60 + local.minute
        is_broken = _covers(self.breaks.get(day, ()), self.breaks.get(before, ()), minute)
        return day not in self.holidays and not is_broken and _covers(self._hours(day), self._hours(before), minute)

    def _hours(self, day: date) -> Sequence[Hours]:
        return self.shifts.get(day, self.week.get(day.weekday(), ()))


def _covers(today: Sequence[Hours], yesterday: Sequence[Hours], minute: int) -> bool:
    return any(h.start <= minute < (h.end if h.end > h.start else 1440) for h in today) or any(
        h.end <= h.start and minute < h.end for h in yesterday
    )


days = st.dates(date(2025, 1, 1), date(2025, 1, 31))
spans = st.lists(hours, max_size=2)
rules = st.builds(
    Rules,
    st.sampled_from(ZONES),
    weeks,
    st.dictionaries(days, st.just("a feast"), max_size=6),
    st.dictionaries(days, spans, max_size=4),
    st.dictionaries(days, spans, max_size=4),
)


@given(rules, st.integers(0, 27 * 1440), st.integers(1, 4 * 1440))
@settings(max_examples=100)
def test_elapsed_agrees_with_counting_minutes(rules: Rules, offset: int, length: int) -> None:
    _assert_agrees_with_counting(rules, at("2025-01-01T00:00+00:00") + timedelta(minutes=offset), length)


def _changes(zone: str, first_year: int, last_year: int) -> list[date]:
    """The UTC dates on which the zone's offset changes."""
    info = ZoneInfo(zone)
    noons = [datetime(first_year, 1, 1, 12, tzinfo=UTC) + timedelta(days=n) for n in range(365)]
    noons += [noons[-1] + timedelta(days=n) for n in range(1, 366 * (last_year - first_year))]
    offsets = [noon.astimezone(info).utcoffset() for noon in noons]
    return [noon.date() for noon, (before, now) in zip(noons[1:], pairwise(offsets), strict=True) if before != now]


@pytest.mark.parametrize(
    ("zone", "count"),
    [("Europe/Paris", 22), ("America/New_York", 22), ("Australia/Lord_Howe", 22), ("Africa/Casablanca", 22)],
)
def test_elapsed_agrees_with_counting_minutes_on_every_day_the_clocks_change(zone: str, count: int) -> None:
    week = {weekday: [Hours(60, 105), Hours(120, 720), Hours(1425, 30)] for weekday in range(7)}
    changes = _changes(zone, 2020, 2030)
    assert len(changes) >= count - 1
    for day in changes:
        _assert_agrees_with_counting(Rules(zone, week), at(f"{day - timedelta(days=1)}T12:00+00:00"), 2 * 1440)


def test_a_day_that_a_zone_skips_has_no_business_time() -> None:
    week = dict.fromkeys(range(7), (Hours(540, 1020),))
    _assert_agrees_with_counting(Rules("Pacific/Apia", week), at("2011-12-29T00:00+00:00"), 3 * 1440)
    calendar = BusinessCalendar("Pacific/Apia", week)
    assert calendar.elapsed(at("2011-12-29T00:00-10:00"), at("2012-01-01T00:00+14:00")) == timedelta(hours=16)


def _assert_agrees_with_counting(rules: Rules, start: datetime, length: int) -> None:
    """Count the UTC minutes whose local wall time lies in an opening span: the definition of business time."""
    zone = ZoneInfo(rules.zone)
    counted = sum(rules.is_open((start + timedelta(minutes=n)).astimezone(zone)) for n in range(length))
    calendar = rules.calendar()
    assert calendar.elapsed(start, start + timedelta(minutes=length)) == timedelta(minutes=counted)
    first, last = int(start.timestamp()), int(start.timestamp()) + length * 60
    assert calendar.elapsed_seconds_many([first, last], [last, first]) == [counted * 60, 0]


def test_a_skipped_wall_time_moves_past_the_gap_and_a_repeated_one_is_the_first() -> None:
    spring = datetime.combine(date(2026, 3, 8), time(2, 30))
    autumn = datetime.combine(date(2026, 11, 1), time(1, 30))
    assert local_instant("America/New_York", spring) == at("2026-03-08T03:30-04:00")
    assert local_instant("America/New_York", autumn) == at("2026-11-01T01:30-04:00")
