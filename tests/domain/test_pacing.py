"""A volume owed, on the working time of March 2026: 22 office days of eight hours in Paris, where clocks change."""

from datetime import UTC, datetime

import pytest

from smarketing.domain.calendars import compiled
from smarketing.domain.pacing import Pace, Progress, ideal_line, pace, progress
from smarketing.domain.periods import midnight, month_of
from tests.cast import terms

OFFICE = compiled(terms().calendar("office"))
ZONE = "Europe/Paris"
MARCH = month_of(datetime(2026, 3, 1, tzinfo=UTC).date())
STARTS_AT, ENDS_AT = MARCH.starts_at(ZONE), MARCH.ends_at(ZONE)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def of_march(actual: int, now: str, owed: int = 220) -> Pace:
    return pace(owed, actual, OFFICE, starts_at=STARTS_AT, ends_at=ENDS_AT, now=at(now))


def test_a_month_in_which_the_clocks_change_is_an_hour_short() -> None:
    assert (ENDS_AT - STARTS_AT).total_seconds() == 31 * 86400 - 3600


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-02-20T12:00+01:00", 0),
        ("2026-03-01T23:00+01:00", 0),
        ("2026-03-02T09:00+01:00", 0),
        ("2026-03-02T12:30+01:00", 4.375),
        ("2026-03-02T13:30+01:00", 4.375),
        ("2026-03-02T18:00+01:00", 10),
        ("2026-03-06T18:00+01:00", 50),
        ("2026-03-08T20:00+01:00", 50),
        ("2026-03-27T18:00+01:00", 200),
        ("2026-03-30T18:00+02:00", 210),
        ("2026-03-31T17:00+02:00", 218.75),
        ("2026-05-01T00:00+02:00", 220),
    ],
)
def test_what_is_expected_grows_with_working_time_only(now: str, expected: float) -> None:
    assert of_march(0, now).expected == pytest.approx(expected)


def test_the_pace_so_far_leads_on_to_the_end() -> None:
    reading = of_march(60, "2026-03-06T18:00+01:00")
    assert reading.gap == pytest.approx(10)
    assert reading.projection == pytest.approx(60 * 22 / 5)


def test_before_any_working_time_nothing_is_projected() -> None:
    reading = of_march(3, "2026-03-01T12:00+01:00")
    assert (reading.expected, reading.projection) == (0, None)


def test_a_period_without_working_time_expects_nothing_and_says_so() -> None:
    saturday, monday = midnight(MARCH.starts_on.replace(day=7), ZONE), midnight(MARCH.starts_on.replace(day=9), ZONE)
    reading = pace(10, 2, OFFICE, starts_at=saturday, ends_at=monday, now=monday)
    assert (reading.expected, reading.projection, reading.gap) == (None, None, None)
    assert progress(reading, is_over=False) is Progress.UNKNOWN


@pytest.mark.parametrize(
    ("actual", "now", "is_over", "told"),
    [
        (220, "2026-03-06T18:00+01:00", False, Progress.REACHED),
        (50, "2026-03-06T18:00+01:00", False, Progress.AHEAD),
        (50, "2026-03-09T10:00+01:00", False, Progress.BEHIND),
        (50, "2026-03-09T09:30+01:00", False, Progress.AHEAD),
        (49, "2026-03-06T18:00+01:00", False, Progress.BEHIND),
        (219, "2026-04-01T00:00+02:00", True, Progress.MISSED),
        (220, "2026-04-01T00:00+02:00", True, Progress.REACHED),
    ],
)
def test_behind_is_at_least_one_whole_case(actual: int, now: str, *, is_over: bool, told: Progress) -> None:
    assert progress(of_march(actual, now), is_over=is_over) is told


def test_a_target_of_zero_is_reached_from_the_start() -> None:
    reading = of_march(0, "2026-03-06T18:00+01:00", owed=0)
    assert (reading.expected, reading.projection) == (0, None)
    assert progress(reading, is_over=False) is Progress.REACHED


def test_the_ideal_line_runs_from_nothing_to_all_that_is_owed_and_never_falls() -> None:
    ends = [midnight(day, ZONE) for day in MARCH.days()]
    ends = [*ends[1:], ENDS_AT]
    line = [value or 0 for value in ideal_line(220, OFFICE, starts_at=STARTS_AT, ends_at=ENDS_AT, at=ends)]
    assert line == sorted(line)
    assert (line[0], line[-1]) == (0, 220)
