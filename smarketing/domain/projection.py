"""How many there will be at the end of a period: a median and an interval that holds four times in five.

Counts follow a Poisson law whose rate is uncertain (Gamma), so what is to come follows a negative binomial law
(Gelman and others, Bayesian Data Analysis, 2.6). Days that vary more than chance would have them widen it by their
dispersion (quasi-Poisson: McCullagh and Nelder 1989, 6.2.3).
"""

from collections.abc import Sequence
from math import exp, lgamma, log, log1p
from typing import NamedTuple

LEVEL = 0.8
NEGLIGIBLE = 1e-16
"""A chance beyond the mean from which on the rest adds nothing: a target far away costs no more than a near one."""
FEWEST_DAYS = 10
"""Working days of history below which nothing is projected."""


class Outlook(NamedTuple):
    """The number at the end: `low` to `high` holds with a chance of LEVEL; `chance` is that of reaching the target."""

    low: int
    median: int
    high: int
    chance: float | None = None


class History(NamedTuple):
    """The sum over so many working days; `dispersion` is 1 where they vary as chance would have it, else more."""

    total: int
    days: float
    dispersion: float


def history(counts: Sequence[int]) -> History | None:
    """None for too few days to say how many come in one."""
    if len(counts) < FEWEST_DAYS:
        return None
    mean = sum(counts) / len(counts)
    spread = sum((count - mean) ** 2 for count in counts) / (len(counts) - 1)
    return History(sum(counts), float(len(counts)), max(1.0, spread / mean) if mean else 1.0)


def outlook(known: History, actual: int, days_left: float, *, target: int | None = None) -> Outlook:
    """Where a count of `actual` ends after so many more working days."""
    if days_left <= 0:
        return Outlook(actual, actual, actual, None if target is None else float(actual >= target))
    shape = (known.total + 0.5) / known.dispersion
    kept = known.days / (known.days + days_left)
    tail = (1 - LEVEL) / 2
    low, median, high = (
        actual + round(known.dispersion * quantile(shape, kept, level)) for level in (tail, 0.5, 1 - tail)
    )
    if target is None:
        return Outlook(low, median, high)
    missing = (target - actual) / known.dispersion
    return Outlook(low, median, high, 1.0 if missing <= 0 else 1 - distribution(shape, kept, _just_below(missing)))


def _just_below(missing: float) -> int:
    """The most that is not enough."""
    return int(-(-missing // 1)) - 1


def distribution(shape: float, kept: float, count: int) -> float:
    """The chance of at most `count` under the negative binomial law of this shape and probability, 0 < kept < 1."""
    total, mean = 0.0, shape * (1 - kept) / kept
    for number in range(count + 1):
        mass = _mass(shape, kept, number)
        total += mass
        if number > mean and mass < NEGLIGIBLE:
            break
    return min(1.0, total)


def quantile(shape: float, kept: float, level: float) -> int:
    """The least count that has at least this chance of not being exceeded."""
    total, count = _mass(shape, kept, 0), 0
    while total < level - 1e-12:
        count += 1
        total += _mass(shape, kept, count)
    return count


def _mass(shape: float, kept: float, count: int) -> float:
    chosen = lgamma(count + shape) - lgamma(shape) - lgamma(count + 1)
    return exp(chosen + shape * log(kept) + count * log1p(-kept))


class Proof(NamedTuple):
    """How often past outlooks held what they had promised: about LEVEL of them should."""

    held: int
    made: int


def proven(periods: Sequence[Sequence[int]], earlier: Sequence[int], *, reach: int) -> Proof:
    """Made again in the middle of each period, with what was known then: up to `reach` working days before it.

    `periods` and `earlier` are counts of working days, in order; `earlier` lies before the first period.
    """
    held = made = 0
    past = list(earlier)
    for days in periods:
        middle = len(days) // 2
        past += days[:middle]
        known = history(past[-reach:])
        if known and middle:
            seen = outlook(known, sum(days[:middle]), float(len(days) - middle))
            held += seen.low <= sum(days) <= seen.high
            made += 1
        past += days[middle:]
    return Proof(held, made)
