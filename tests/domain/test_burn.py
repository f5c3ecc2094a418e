"""Error budgets and the adapted windows; the binomial tail against scipy."""

from random import Random

import pytest

from smarketing.domain.attainment import Share
from smarketing.domain.burn import WINDOWS, alarms, budget, rate, tail

stats = pytest.importorskip("scipy.stats")


@pytest.mark.parametrize("seed", range(30))
def test_the_tail_is_that_of_scipy(seed: int) -> None:
    random = Random(seed)
    total = random.randint(1, 200)
    missed, chance = random.randint(0, total), random.uniform(0.01, 0.5)
    assert tail(missed, total, chance) == pytest.approx(stats.binom.sf(missed - 1, total, chance), abs=1e-9)


@pytest.mark.parametrize("window", WINDOWS)
def test_every_threshold_can_be_reached_at_an_objective_of_nine_in_ten(window: object) -> None:
    assert window.threshold < 1 / (1 - 0.9)  # type: ignore[attr-defined]


def test_the_thresholds_are_those_of_the_table() -> None:
    assert [round(window.threshold, 2) for window in WINDOWS] == [4.4, 2.2, 1.32]


def test_a_budget() -> None:
    assert budget(Share(95, 100), 0.9) == (pytest.approx(10), 5)
    assert budget(Share(95, 100), 0.9).left == pytest.approx(0.5)
    assert budget(Share(80, 100), 0.9).left == pytest.approx(-1)
    assert budget(Share(0, 0), 0.9).left is None
    assert budget(Share(9, 10), 1.0).left is None
    assert rate(Share(0, 0), 0.9) is None
    assert rate(Share(9, 10), 1.0) is None


def test_two_leads_of_which_one_is_missed_alarm_nobody() -> None:
    assert not any(alarm.is_on for alarm in alarms(lambda _hours: Share(1, 2), 0.9))


def test_many_missed_in_both_windows_do() -> None:
    found = alarms(lambda hours: Share(hours, hours * 4), 0.9)
    assert [alarm.is_on for alarm in found] == [True, True, True]
    healed = alarms(lambda hours: Share(10, 40) if hours >= 4 else Share(5, 5), 0.9)
    assert [alarm.is_on for alarm in healed] == [False, True, True]
