"""How well what was said beforehand met what came: does it rank, are its chances true, and how sure is that?

`said` are chances or any other numbers that are to be higher where it came; `came` says where it did. Intervals hold
in 95 of 100 cases. Area under the ROC curve with its variance: [DeLong 1988], by ranks as in [Sun 2014]. Interval of
the average precision: [Boyd 2013]. Brier's score and its parts: [Murphy 1973], [Stephenson 2008].
"""

from collections.abc import Sequence
from itertools import groupby
from math import exp, log, sqrt
from typing import NamedTuple

from smarketing.domain.attainment import Z95, Share

BANDS = 10


class Estimate(NamedTuple):
    """A figure with its interval."""

    value: float
    low: float
    high: float


class Band(NamedTuple):
    """Those whose chance was said to lie in a tenth: their chances added up, and how often it came."""

    place: int
    expected: float
    share: Share

    @property
    def mean(self) -> float:
        return self.expected / self.share.total


class BrierParts(NamedTuple):
    """`score == reliability - resolution + uncertainty + within`; `within` is what chances differ inside a band."""

    score: float
    reliability: float
    resolution: float
    uncertainty: float
    within: float


def roc_auc(said: Sequence[float], came: Sequence[bool]) -> float | None:
    """How often a case where it came stands above one where it did not, ties counted half; None without both kinds."""
    if not 0 < sum(came) < len(came):
        return None
    placed = _placements(said, came)
    return sum(placed.came) / len(placed.came)


def roc_auc_interval(said: Sequence[float], came: Sequence[bool]) -> Estimate:
    """On the log-odds scale, so that it stays within 0 and 1. At least two of each kind are needed."""
    placed = _placements(said, came)
    area = sum(placed.came) / len(placed.came)
    return _by_log_odds(area, sqrt(_covariance(placed, placed)))


def roc_auc_gain(said: Sequence[float], instead_of: Sequence[float], came: Sequence[bool]) -> Estimate:
    """How much more area the first has than the second on the same cases."""
    one, other = _placements(said, came), _placements(instead_of, came)
    gain = sum(one.came) / len(one.came) - sum(other.came) / len(other.came)
    variance = _covariance(one, one) + _covariance(other, other) - 2 * _covariance(one, other)
    return _around(gain, sqrt(max(0.0, variance)))


class _Placements(NamedTuple):
    """For each case, which share of the other kind it stands on the right side of."""

    came: list[float]
    did_not: list[float]


def _placements(said: Sequence[float], came: Sequence[bool]) -> _Placements:
    of_came = [number for number, is_so in zip(said, came, strict=True) if is_so]
    of_others = [number for number, is_so in zip(said, came, strict=True) if not is_so]
    overall = _ranks(said)
    ranks_came = [rank for rank, is_so in zip(overall, came, strict=True) if is_so]
    ranks_others = [rank for rank, is_so in zip(overall, came, strict=True) if not is_so]
    return _Placements(
        [(rank - own) / len(of_others) for rank, own in zip(ranks_came, _ranks(of_came), strict=True)],
        [1 - (rank - own) / len(of_came) for rank, own in zip(ranks_others, _ranks(of_others), strict=True)],
    )


def _ranks(numbers: Sequence[float]) -> list[float]:
    """From 1; those alike share the middle of their places."""
    ranks = [0.0] * len(numbers)
    before = 0
    for _number, alike in groupby(sorted(range(len(numbers)), key=numbers.__getitem__), key=numbers.__getitem__):
        places = list(alike)
        for place in places:
            ranks[place] = before + (len(places) + 1) / 2
        before += len(places)
    return ranks


def _covariance(one: _Placements, other: _Placements) -> float:
    return sum(_of_sample(*pair) / len(pair[0]) for pair in zip(one, other, strict=True))


def _of_sample(one: Sequence[float], other: Sequence[float]) -> float:
    mean, other_mean = sum(one) / len(one), sum(other) / len(other)
    products = ((a - mean) * (b - other_mean) for a, b in zip(one, other, strict=True))
    return sum(products) / (len(one) - 1)


def average_precision(said: Sequence[float], came: Sequence[bool]) -> Estimate | None:
    """The area under precision over recall, in steps; by chance it is the share where it came. None where none came."""
    total = sum(came)
    if not total:
        return None
    seen = hits = 0
    area = 0.0
    for _number, alike in groupby(sorted(zip(said, came, strict=True), reverse=True), key=lambda pair: pair[0]):
        found = [is_so for _said, is_so in alike]
        seen, hits = seen + len(found), hits + sum(found)
        area += sum(found) / total * hits / seen
    return _by_log_odds(area, sqrt(area * (1 - area) / total))


def brier(chances: Sequence[float], came: Sequence[bool]) -> Estimate:
    """The mean squared error of chances from 0 to 1; 0 is best."""
    return _mean([(chance - is_so) ** 2 for chance, is_so in zip(chances, came, strict=True)])


def brier_gain(chances: Sequence[float], instead_of: Sequence[float], came: Sequence[bool]) -> Estimate:
    """How much smaller the error of the first is on the same cases; above 0 is better."""
    triples = zip(chances, instead_of, came, strict=True)
    return _mean([(other - is_so) ** 2 - (chance - is_so) ** 2 for chance, other, is_so in triples])


def brier_parts(chances: Sequence[float], came: Sequence[bool]) -> BrierParts:
    count, overall = len(came), sum(came) / len(came)
    reliability = resolution = 0.0
    for band in bands(chances, came):
        ratio = band.share.part / band.share.total
        reliability += band.share.total * (band.mean - ratio) ** 2 / count
        resolution += band.share.total * (ratio - overall) ** 2 / count
    score, uncertainty = brier(chances, came).value, overall * (1 - overall)
    return BrierParts(score, reliability, resolution, uncertainty, score - reliability + resolution - uncertainty)


def bands(chances: Sequence[float], came: Sequence[bool]) -> list[Band]:
    """By tenths of the chance, the lowest first, without those where there is none."""
    sums, counts, hits = [0.0] * BANDS, [0] * BANDS, [0] * BANDS
    for chance, is_so in zip(chances, came, strict=True):
        place = min(int(chance * BANDS), BANDS - 1)
        sums[place] += chance
        counts[place] += 1
        hits[place] += is_so
    return [Band(place, sums[place], Share(hits[place], counts[place])) for place in range(BANDS) if counts[place]]


def calibration_error(found: Sequence[Band]) -> float:
    """By how much the chance that was said and the share that came differ, on average over all cases."""
    total = sum(band.share.total for band in found)
    return sum(abs(band.share.part - band.expected) for band in found) / total


def _mean(numbers: Sequence[float]) -> Estimate:
    mean = sum(numbers) / len(numbers)
    spread = sum((number - mean) ** 2 for number in numbers) / max(1, len(numbers) - 1)
    return _around(mean, sqrt(spread / len(numbers)))


def _around(value: float, error: float) -> Estimate:
    return Estimate(value, value - Z95 * error, value + Z95 * error)


def _by_log_odds(value: float, error: float) -> Estimate:
    if not 0 < value < 1:
        return Estimate(value, value, value)
    middle, reach = log(value / (1 - value)), Z95 * error / (value * (1 - value))
    return Estimate(value, 1 / (1 + exp(reach - middle)), 1 / (1 + exp(-middle - reach)))
