"""Ranking, calibration and errors of chances, against scikit-learn and formulas written out with numpy."""

from random import Random

import numpy as np
import pytest
from sklearn import metrics
from sklearn.calibration import calibration_curve

from smarketing.domain import accuracy
from smarketing.domain.attainment import Z95

CLOSE = {"abs": 1e-9, "rel": 1e-9}


def invented(seed: int) -> tuple[list[float], list[bool]]:
    """Chances, with ties for every second seed, that say something of what came."""
    random = Random(seed)
    digits = 1 if seed % 2 else 12
    chances = [round(random.random(), digits) for _ in range(random.randint(30, 400))]
    return chances, [random.random() < 0.2 + 0.6 * chance for chance in chances]


@pytest.mark.parametrize("seed", range(20))
def test_areas_errors_and_bands_are_those_of_scikit_learn(seed: int) -> None:
    chances, came = invented(seed)
    precision = accuracy.average_precision(chances, came)
    assert accuracy.roc_auc(chances, came) == pytest.approx(metrics.roc_auc_score(came, chances), **CLOSE)
    assert precision is not None
    assert precision.value == pytest.approx(metrics.average_precision_score(came, chances), **CLOSE)
    assert accuracy.brier(chances, came).value == pytest.approx(metrics.brier_score_loss(came, chances), **CLOSE)
    if seed % 2:
        return  # on the edge of two bands they put a chance into the other one
    bands = accuracy.bands(chances, came)
    shares, means = calibration_curve(came, chances, n_bins=10)
    assert [band.share.part / band.share.total for band in bands] == pytest.approx(shares.tolist(), **CLOSE)
    assert [band.mean for band in bands] == pytest.approx(means.tolist(), **CLOSE)
    counts = np.array([band.share.total for band in bands])
    expected = (counts * abs(shares - means)).sum() / counts.sum()
    assert accuracy.calibration_error(bands) == pytest.approx(expected, **CLOSE)


@pytest.mark.parametrize("seed", range(20))
def test_the_parts_of_the_brier_score_add_up_and_nothing_is_left_where_a_band_has_one_chance(seed: int) -> None:
    chances, came = invented(seed)
    parts = accuracy.brier_parts(chances, came)
    assert parts.reliability - parts.resolution + parts.uncertainty + parts.within == pytest.approx(parts.score)
    middles = [min(int(chance * 10), 9) / 10 + 0.05 for chance in chances]
    assert accuracy.brier_parts(middles, came).within == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("seed", range(10))
def test_intervals_of_areas_are_those_of_delong_pair_by_pair(seed: int) -> None:
    chances, came = invented(seed)
    random = Random(-seed)
    others = [chance + random.gauss(0, 0.3) for chance in chances]
    (area, variance), (other, other_variance), shared = pair_by_pair(chances, others, came)
    gain = accuracy.roc_auc_gain(chances, others, came)
    error = np.sqrt(variance + other_variance - 2 * shared)
    assert gain == pytest.approx((area - other, area - other - Z95 * error, area - other + Z95 * error), **CLOSE)
    middle, reach = np.log(area / (1 - area)), Z95 * np.sqrt(variance) / (area * (1 - area))
    expected = [1 / (1 + np.exp(-at)) for at in (middle, middle - reach, middle + reach)]
    assert accuracy.roc_auc_interval(chances, came) == pytest.approx(tuple(expected), **CLOSE)


def pair_by_pair(
    one: list[float], other: list[float], came: list[bool]
) -> tuple[tuple[float, float], tuple[float, float], float]:
    """The areas with their variances, and their covariance, by comparing every SQL with every other hand-off."""
    wins = []
    for said in (np.array(one), np.array(other)):
        above, below = said[np.array(came)][:, None], said[~np.array(came)][None, :]
        wins.append((above > below) + 0.5 * (above == below))
    by_row, by_column = (np.cov([each.mean(axis=axis) for each in wins]) for axis in (1, 0))
    covariance = by_row / sum(came) + by_column / (len(came) - sum(came))
    (first, second) = ((float(each.mean()), float(covariance[place, place])) for place, each in enumerate(wins))
    return first, second, float(covariance[0, 1])


@pytest.mark.parametrize("seed", range(5))
def test_the_gain_in_error_is_that_of_paired_differences(seed: int) -> None:
    chances, came = invented(seed)
    usual = sum(came) / len(came)
    gains = [(usual - is_so) ** 2 - (chance - is_so) ** 2 for chance, is_so in zip(chances, came, strict=True)]
    error = np.std(gains, ddof=1) / np.sqrt(len(gains))
    expected = (np.mean(gains), np.mean(gains) - Z95 * error, np.mean(gains) + Z95 * error)
    assert accuracy.brier_gain(chances, [usual] * len(chances), came) == pytest.approx(expected, **CLOSE)


def test_without_both_kinds_there_is_no_area() -> None:
    assert accuracy.roc_auc([0.1, 0.2], [True, True]) is None
    assert accuracy.average_precision([0.1, 0.2], [False, False]) is None
    assert accuracy.roc_auc([], []) is None


def test_a_perfect_order_has_the_whole_area() -> None:
    assert accuracy.roc_auc_interval([0.9, 0.8, 0.2, 0.1], [True, True, False, False]) == (1, 1, 1)
