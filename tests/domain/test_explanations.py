"""A deadline day by day: every stretch on its day, closed days together, and what counts sums up."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from smarketing.domain.calendars import compiled
from smarketing.domain.explanations import by_day
from smarketing.domain.stretches import explain
from tests.cast import terms

OFFICE = compiled(terms().calendar("office"))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def test_closed_days_are_told_as_one() -> None:
    days = by_day(explain(OFFICE, at("2026-03-06T17:00+01:00"), at("2026-03-09T10:00+01:00")), "Europe/Paris")
    told = [
        (day.on.day, day.last_on.day, day.counted / timedelta(hours=1), day.total / timedelta(hours=1)) for day in days
    ]
    assert told == [(6, 6, 1, 1), (7, 8, 0, 1), (9, 9, 1, 2)]


def test_the_days_are_those_of_the_reader() -> None:
    """A morning in Paris is the night before in Honolulu."""
    stretches = explain(OFFICE, at("2026-03-02T09:00+01:00"), at("2026-03-02T12:30+01:00"))
    days = by_day(stretches, "Pacific/Honolulu")
    assert [(day.on, day.counted) for day in days] == [
        (date(2026, 3, 1), timedelta(hours=2)),
        (date(2026, 3, 2), timedelta(hours=1, minutes=30)),
    ]


def test_a_holiday_is_not_told_with_the_days_around_it() -> None:
    days = by_day(explain(OFFICE, at("2026-04-04T00:00+02:00"), at("2026-04-07T00:00+02:00")), "Europe/Paris")
    told = [(day.on.day, day.last_on.day, [each.label for each in day.stretches]) for day in days]
    assert told == [(4, 5, [None]), (6, 6, ["Lundi de Pâques"])]


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - hypothesis wants naive bounds
    st.integers(1, 60 * 24 * 20),
    st.sampled_from(("Europe/Paris", "America/Sao_Paulo", "Australia/Lord_Howe", "Pacific/Apia")),
)
def test_no_time_is_lost_between_the_days(start: datetime, minutes: int, zone: str) -> None:
    end = start + timedelta(minutes=minutes)
    days = by_day(explain(OFFICE, start, end), zone)
    pieces = [piece for day in days for piece in day.stretches]
    assert (pieces[0].starts_at, pieces[-1].ends_at) == (start, end)
    assert all(one.ends_at == other.starts_at for one, other in pairwise(pieces))
    assert days[-1].total == OFFICE.elapsed(start, end) == sum((day.counted for day in days), timedelta())
