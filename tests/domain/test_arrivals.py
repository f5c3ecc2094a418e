"""Hours of the week: rates drawn to those like them, and what can be worked."""

import pytest

from smarketing.domain.arrivals import HOURS, loads

WORKED = frozenset((day, hour) for day in range(5) for hour in range(9, 17))


def test_rates_add_up_to_what_came_a_week() -> None:
    counts = {(0, 9): 30, (4, 16): 10, (6, 3): 8}
    found = loads(counts, WORKED, weeks=4, capacity_a_week=None)
    assert [*found] == [*HOURS]
    assert sum(load.rate for load in found.values()) == pytest.approx(48 / 4)
    assert sum(load.came for load in found.values()) == 48
    assert all(load.utilisation is None for load in found.values())


@pytest.mark.parametrize(
    ("came", "weeks", "rate", "utilisation"),
    [
        (0, 4, 2 * 0.25 / 6, 2 * 0.25 / 6 / 2),
        (12, 4, (12 + 2 * 0.325) / 6, (12 + 2 * 0.325) / 6 / 2),
        (400, 400, (400 + 2 * 0.0275) / 402, (400 + 2 * 0.0275) / 402 / 2),
    ],
)
def test_an_hour_is_drawn_to_the_mean_of_the_hours_that_are_worked(
    came: int, weeks: float, rate: float, utilisation: float
) -> None:
    """Forty hours are worked, eighty leads a week can be: two an hour. All others together brought forty."""
    counts = {(0, 9): came, (2, 10): 40}
    load = loads(counts, WORKED, weeks=weeks, capacity_a_week=80)[0, 9]
    assert (load.rate, load.utilisation) == (pytest.approx(rate), pytest.approx(utilisation))


def test_nobody_is_asked_to_work_at_night() -> None:
    night = loads({(0, 3): 9}, WORKED, weeks=1, capacity_a_week=80)[0, 3]
    assert (night.is_worked, night.utilisation) == (False, None)
