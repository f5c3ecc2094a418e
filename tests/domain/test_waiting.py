"""Whose time a wait was."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from smarketing.domain.calendars import compiled
from smarketing.domain.waiting import added, split
from tests.cast import terms

OFFICE = compiled(terms().calendar("office"))
MONDAY = datetime(2026, 3, 2, 8, tzinfo=UTC)
"""9:00 in Paris: the office opens."""


def at(hours: float) -> datetime:
    return MONDAY + timedelta(hours=hours)


def test_an_hour_in_the_queue_and_one_with_its_owner() -> None:
    assert split(MONDAY, at(0.5), at(1.5), at(2.5), OFFICE) == (1800, 3600, 3600, 0)


def test_the_night_is_nobodys() -> None:
    found = split(at(8.5), at(8.5), at(8.5), at(25), OFFICE)
    assert found == (0, 0, 3600 + 1800, 15 * 3600)


def test_without_an_owner_all_of_it_is_the_queues() -> None:
    assert split(MONDAY, MONDAY, None, at(2), OFFICE) == (0, 7200, 0, 0)


@given(*[st.floats(0, 400)] * 4)
def test_the_parts_add_up_to_the_second(mql: float, offered: float, assigned: float, answered: float) -> None:
    start, *later = sorted([mql, offered, answered])
    found = split(at(start), at(later[0]), at(assigned), at(later[1]), OFFICE)
    assert found.total == int((at(later[1]) - at(start)).total_seconds())
    assert min(found) >= -1
    assert added([found, found]).total == 2 * found.total
