"""Business time in one irregular week (2-9 March 2026; US clocks change on the 8th) and as laws that always hold."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from smarketing.domain.business_time import (
    BusinessCalendar,
    Hours,
    NeverOpens,
    Pause,
    SpanKind,
    StillPaused,
    local_instant,
)

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
    stretches = PARIS.explain(start, end, pauses)
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


@pytest.mark.parametrize("value", [(-1, 60), (0, 1441), (1440, 60)])
def test_hours_outside_a_day_are_refused(value: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="within a day"):
        Hours(*value)


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


@given(calendars, instants, spells, spells)
@settings(max_examples=150, deadline=None)
def test_elapsed_is_additive(calendar: BusinessCalendar, start: datetime, first: timedelta, second: timedelta) -> None:
    middle, end = start + first, start + first + second
    assert calendar.elapsed(start, end) == calendar.elapsed(start, middle) + calendar.elapsed(middle, end)


@given(
    calendars,
    instants,
    st.timedeltas(timedelta(0), timedelta(days=10)),
    st.timedeltas(timedelta(0), timedelta(days=10)),
)
@settings(max_examples=150, deadline=None)
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
@settings(max_examples=60, deadline=None)
def test_explain_is_seamless_and_sums_to_elapsed(
    calendar: BusinessCalendar, start: datetime, length: timedelta, breaks: list[tuple[timedelta, timedelta]]
) -> None:
    pauses = [Pause(start + offset, start + offset + spell) for offset, spell in breaks]
    stretches = calendar.explain(start, start + length, pauses)
    assert sum((s.counted for s in stretches), timedelta()) == calendar.elapsed(start, start + length, pauses)
    edges = [start, *(s.ends_at for s in stretches)]
    assert [s.starts_at for s in stretches] == edges[:-1]


@given(st.sampled_from(ZONES), weeks, instants, st.integers(1, 4 * 1440))
@settings(max_examples=60, deadline=None)
def test_elapsed_agrees_with_counting_minutes(
    zone: str, week: dict[int, list[Hours]], start: datetime, length: int
) -> None:
    start = start.replace(second=0, microsecond=0)
    _assert_agrees_with_counting(zone, week, start, length)


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("day", ["2011-12-29", "2026-03-08", "2026-03-29", "2026-04-04", "2026-10-25", "2026-11-01"])
def test_elapsed_agrees_with_counting_minutes_when_clocks_change(zone: str, day: str) -> None:
    week = {weekday: [Hours(60, 105), Hours(120, 1440), Hours(1425, 30)] for weekday in range(7)}
    _assert_agrees_with_counting(zone, week, at(f"{day}T00:00+00:00"), 3 * 1440)


def _assert_agrees_with_counting(zone: str, week: dict[int, list[Hours]], start: datetime, length: int) -> None:
    """Count the UTC minutes whose local wall time lies in an opening span: the definition of business time."""
    info = ZoneInfo(zone)
    assume(start.astimezone(info).utcoffset().seconds % 60 == 0)  # type: ignore[union-attr]
    counted = sum(_is_open(week, (start + timedelta(minutes=minute)).astimezone(info)) for minute in range(length))
    calendar = BusinessCalendar(zone, week)
    assert calendar.elapsed(start, start + timedelta(minutes=length)) == timedelta(minutes=counted)
    first, last = int(start.timestamp()), int(start.timestamp()) + length * 60
    assert calendar.elapsed_seconds_many([first, last], [last, first]) == [counted * 60, 0]


def _is_open(week: dict[int, list[Hours]], local: datetime) -> bool:
    minute = local.hour * 60 + local.minute
    today = week.get(local.weekday(), [])
    yesterday = week.get((local.weekday() - 1) % 7, [])
    return any(h.start <= minute < (h.end if h.end > h.start else 1440) for h in today) or any(
        h.end <= h.start and minute < h.end for h in yesterday
    )


def test_a_skipped_wall_time_moves_past_the_gap_and_a_repeated_one_is_the_first() -> None:
    spring = datetime.combine(date(2026, 3, 8), time(2, 30))
    autumn = datetime.combine(date(2026, 11, 1), time(1, 30))
    assert local_instant("America/New_York", spring) == at("2026-03-08T03:30-04:00")
    assert local_instant("America/New_York", autumn) == at("2026-11-01T01:30-04:00")
