"""How many have been answered by when, with those still waiting counted in for as long as they have waited.

Kaplan and Meier 1958; variance of Greenwood 1926; the interval on the log-log scale, which stays within 0 and 1.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import accumulate
from math import exp, log, sqrt
from typing import NamedTuple

from smarketing.domain.attainment import Z95

Case = tuple[int, bool]
"""The time it took or has taken so far, in any unit, and whether it was answered then."""


class Step(NamedTuple):
    """From `at` on this share is still unanswered, with its 95 % interval; `at_risk` waited just before."""

    at: int
    surviving: float
    low: float
    high: float
    at_risk: int
    answered: int

    @property
    def share_answered(self) -> float:
        return 1 - self.surviving


def steps(cases: Iterable[Case]) -> list[Step]:
    """One for each time at which somebody was answered, ascending; a case that waits then is still at risk."""
    answered: Counter[int] = Counter()
    left: Counter[int] = Counter()
    for at, is_answered in cases:
        left[at] += 1
        answered[at] += is_answered
    found, surviving, variance, at_risk = [], 1.0, 0.0, sum(left.values())
    for at in sorted(left):
        if count := answered[at]:
            surviving *= 1 - count / at_risk
            if at_risk > count:
                variance += count / (at_risk * (at_risk - count))
            low, high = _interval(surviving, variance)
            found.append(Step(at, surviving, low, high, at_risk, count))
        at_risk -= left[at]
    return found


def _interval(surviving: float, variance: float) -> tuple[float, float]:
    """Of no width where nobody is left, or nobody has gone."""
    if not 0 < surviving < 1:
        return surviving, surviving
    width = Z95 * sqrt(variance) / log(surviving)
    return surviving ** exp(-width), surviving ** exp(width)


def time_of(found: Sequence[Step], level: float) -> int | None:
    """When a share `level` had been answered; None when that is not reached yet."""
    return next((step.at for step in found if step.surviving <= 1 - level + 1e-12), None)


def answered_by(found: Sequence[Step], at: float) -> float:
    """The share answered within a time, 0 to 1."""
    reached = [step for step in found if step.at <= at]
    return reached[-1].share_answered if reached else 0.0


def restricted_mean(found: Sequence[Step], until: int) -> float:
    """The mean wait where none counts for more than `until`: the area under the share unanswered [Irwin 1949]."""
    area, last, surviving = 0.0, 0, 1.0
    for step in found:
        if step.at >= until:
            break
        area, last, surviving = area + surviving * (step.at - last), step.at, step.surviving
    return area + surviving * (until - last)


class Chance(NamedTuple):
    """Of one way to end by a time: the share that has ended so."""

    at: int
    shares: dict[str, float]


def outcomes(cases: Iterable[tuple[int, str | None]]) -> list[Chance]:
    """Ways to end that exclude each other (Aalen and Johansen 1978); None is still open.

    The shares and the part still open add up to 1 at every time.
    """
    listed = sorted(cases, key=lambda case: case[0])
    ended: dict[int, Counter[str]] = {}
    for at, how in listed:
        if how is not None:
            ended.setdefault(at, Counter())[how] += 1
    leaving = Counter(at for at, _how in listed)
    before = dict(zip(sorted(leaving), accumulate((leaving[at] for at in sorted(leaving)), initial=0), strict=False))
    shares: dict[str, float] = {how: 0.0 for at in ended for how in ended[at]}
    found, surviving = [], 1.0
    for at in sorted(ended):
        at_risk = len(listed) - before[at]
        for how, count in ended[at].items():
            shares[how] += surviving * count / at_risk
        surviving *= 1 - ended[at].total() / at_risk
        found.append(Chance(at, dict(shares)))
    return found
