"""Is it a change, or only chance? Process-behaviour charts.

Individual values: Wheeler, Understanding Variation (XmR; 2.660 = 3 / 1.128, 3.268 for the ranges). Shares of varying
numbers: Laney 2002 (p′), whose limits widen where there are few. Limits begin anew only with a version of the
agreement.
"""

from collections.abc import Sequence
from itertools import pairwise
from math import sqrt
from typing import NamedTuple

from smarketing.domain.attainment import Share

PER_RANGE = 2.660
RANGE_LIMIT = 3.268
D2 = 1.128
FEWEST = 10
"""Points below which no limits are drawn; from FIRM on they are firm."""
FIRM = 20
IN_A_ROW = 8


class Limits(NamedTuple):
    mean: float
    low: float
    high: float


class Reading(NamedTuple):
    """One point: `limits` is None while there are too few; a signal is a change that chance does not explain."""

    value: float
    limits: Limits | None
    is_signal: bool


def mean_range(values: Sequence[float]) -> float:
    return sum(abs(after - before) for before, after in pairwise(values)) / (len(values) - 1)


def xmr(values: Sequence[float]) -> Limits | None:
    """The natural limits of single values; None for too few."""
    if len(values) < FEWEST:
        return None
    mean = sum(values) / len(values)
    reach = PER_RANGE * mean_range(values)
    return Limits(mean, mean - reach, mean + reach)


def laney(shares: Sequence[Share]) -> list[Limits] | None:
    """The limits of each share, wider where it is of fewer, between 0 and 1; None for too few. All totals above 0."""
    if len(shares) < FEWEST:
        return None
    mean = sum(share.part for share in shares) / sum(share.total for share in shares)
    deviations = [sqrt(mean * (1 - mean) / share.total) for share in shares]
    if not all(deviations):
        return [Limits(mean, mean, mean) for _share in shares]
    scores = [(share.part / share.total - mean) / each for share, each in zip(shares, deviations, strict=True)]
    spread = mean_range(scores) / D2
    reaches = [3 * each * spread for each in deviations]
    return [Limits(mean, max(0.0, mean - reach), min(1.0, mean + reach)) for reach in reaches]


def readings_of_shares(shares: Sequence[Share]) -> list[Reading]:
    """The points of one stretch under one version."""
    values = [share.part / share.total for share in shares]
    limits = laney(shares)
    return _judged(values, limits or [None] * len(values))


def readings(values: Sequence[float]) -> list[Reading]:
    return _judged(values, [xmr(values)] * len(values))


def _judged(values: Sequence[float], limits: Sequence[Limits | None]) -> list[Reading]:
    """Beyond a limit, or the last of eight in a row on one side of the mean."""
    found, run, side = [], 0, 0
    for value, limit in zip(values, limits, strict=True):
        if limit is None:
            found.append(Reading(value, None, False))
            continue
        here = (value > limit.mean) - (value < limit.mean)
        run = run + 1 if here == side else 1
        side = here
        is_beyond = value < limit.low - 1e-12 or value > limit.high + 1e-12
        found.append(Reading(value, limit, is_beyond or (side != 0 and run >= IN_A_ROW)))
    return found
