"""The limits of process-behaviour charts, by hand and by plain recount."""

from itertools import pairwise
from random import Random
from statistics import fmean

import pytest

from smarketing.domain.attainment import Share
from smarketing.domain.behaviour import FEWEST, laney, readings, readings_of_shares, xmr


def test_the_limits_of_a_worked_series() -> None:
    limits = xmr([10, 12, 11, 13, 9, 10, 12, 11, 10, 12])
    assert limits is not None
    assert limits.mean == pytest.approx(11)
    assert limits.high == pytest.approx(11 + 2.66 * 16 / 9)
    assert limits.low == pytest.approx(11 - 2.66 * 16 / 9)


@pytest.mark.parametrize("seed", range(20))
def test_laneys_limits_are_those_of_the_formula(seed: int) -> None:
    random = Random(seed)
    shares = [Share(random.randint(0, total), total) for total in (random.randint(5, 90) for _ in range(15))]
    mean = sum(s.part for s in shares) / sum(s.total for s in shares)
    sigmas = [(mean * (1 - mean) / s.total) ** 0.5 for s in shares]
    scores = [(s.part / s.total - mean) / sigma for s, sigma in zip(shares, sigmas, strict=True)]
    spread = fmean(abs(b - a) for a, b in pairwise(scores)) / 1.128
    for limit, sigma in zip(laney(shares) or [], sigmas, strict=True):
        assert limit.high == pytest.approx(min(1, mean + 3 * sigma * spread), abs=1e-12)
        assert limit.low == pytest.approx(max(0, mean - 3 * sigma * spread), abs=1e-12)


def test_too_few_points_have_no_limits_and_no_signals() -> None:
    assert xmr([1.0] * (FEWEST - 1)) is None
    assert not any(reading.is_signal or reading.limits for reading in readings_of_shares([Share(1, 9)] * (FEWEST - 1)))


def test_a_point_beyond_and_eight_on_one_side_are_signals() -> None:
    assert [r.is_signal for r in readings([10, 11] * 8 + [40])][-1]
    drift = readings([10, 11, 10, 11, 10, 11, 10, 11, 12, 13, 12, 13, 12, 13, 12, 13])
    assert [number for number, r in enumerate(drift) if r.is_signal] == [7, 15]


def test_a_share_that_never_varies_is_no_signal() -> None:
    assert not any(reading.is_signal for reading in readings_of_shares([Share(7, 7)] * 12))
