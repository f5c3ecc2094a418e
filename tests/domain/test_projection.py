"""The negative binomial law against scipy, and what an outlook promises against what came."""

from random import Random

import pytest

from smarketing.domain.projection import History, distribution, history, outlook, proven, quantile

stats = pytest.importorskip("scipy.stats")


@pytest.mark.parametrize("seed", range(40))
def test_the_law_is_that_of_scipy(seed: int) -> None:
    random = Random(seed)
    shape, kept, count = random.uniform(0.3, 300), random.uniform(0.05, 0.98), random.randint(0, 80)
    assert distribution(shape, kept, count) == pytest.approx(stats.nbinom.cdf(count, shape, kept), abs=1e-9)
    level = random.choice([0.1, 0.5, 0.9])
    assert quantile(shape, kept, level) == stats.nbinom.ppf(level, shape, kept)


def test_four_in_five_outlooks_hold() -> None:
    random = Random(7)
    days = [_poisson(random, random.gammavariate(4, 2)) for _ in range(21 * 300)]
    periods = [days[start : start + 21] for start in range(0, len(days), 21)]
    proof = proven(periods[4:], [day for period in periods[:4] for day in period], reach=65)
    assert 0.75 <= proof.held / proof.made <= 0.87


def test_days_that_vary_more_widen_it() -> None:
    calm, wild = history([5] * 30), history([0, 10] * 15)
    assert calm is not None
    assert wild is not None
    narrow, wide = outlook(calm, 50, 10), outlook(wild, 50, 10)
    assert wide.high - wide.low > narrow.high - narrow.low


def test_the_chance_of_reaching_a_target() -> None:
    known = history([4, 6] * 20)
    assert known is not None
    assert outlook(known, 100, 5, target=90).chance == 1
    assert outlook(known, 80, 0, target=90) == (80, 80, 80, 0)
    sure, unsure = (outlook(known, 0, 10, target=target).chance or 0 for target in (20, 60))
    assert sure > 0.99
    assert 0 < unsure < 0.2


def test_nothing_is_projected_from_few_days() -> None:
    assert history([3] * 9) is None
    assert proven([], [], reach=65) == (0, 0)


def test_days_without_any_are_history_too() -> None:
    known = history([0] * 30)
    assert known is not None
    assert outlook(known, 0, 10, target=5).median == 0


def _poisson(random: Random, mean: float) -> int:
    count, passed = 0, random.expovariate(mean)
    while passed < 1:
        count, passed = count + 1, passed + random.expovariate(mean)
    return count


def test_a_target_far_away_costs_no_more_than_a_near_one() -> None:
    seen = outlook(History(0, 65.0, 1.0), 0, 20.0, target=10**11)
    assert (seen.low, seen.chance) == (0, pytest.approx(0.0, abs=1e-9))
