"""Whether the volumes of an agreement fit each other, before it is signed: a funnel walked backwards, a month's work.

So many won deals ask for so many SQLs, these for so many SALs, and these for so many MQLs a month. Shares are those of
the past with Wilson's interval, or what both sides declare. A quotient of several of them has the interval of the
variance estimates recovered on the scale of logarithms [MOVER 2008].
"""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from math import exp, log, sqrt
from typing import NamedTuple

from smarketing.domain.attainment import Z95, Share
from smarketing.domain.projection import history, outlook

ENOUGH = 20
"""From so many cases on, what has happened counts for more than what somebody declares."""
FOUR_WEEKS = 20
"""Working days."""
WEEKS_A_MONTH = 52 / 12


class Basis(StrEnum):
    HISTORY = "history"
    DECLARED = "declared"
    AGREED = "agreed"


class Estimate(NamedTuple):
    """A share or an amount: `low` to `high` is its 95 % interval, of no width when nobody has counted it."""

    value: float
    low: float
    high: float
    basis: Basis


class Range(NamedTuple):
    low: float
    value: float
    high: float


class Answer(StrEnum):
    """May it be kept? `likely` and `unlikely` lie within the interval, so that chance decides."""

    YES = "yes"
    LIKELY = "likely"
    UNLIKELY = "unlikely"
    NO = "no"
    UNKNOWN = "unknown"


WORST_FIRST = (Answer.NO, Answer.UNLIKELY, Answer.UNKNOWN, Answer.LIKELY, Answer.YES)


def share(counted: Share, *, declared: float | None, agreed: float | None) -> Estimate | None:
    """Of enough cases what was counted; else what is declared, else what is promised. None when nobody knows.

    Where none of enough cases has come through, its value and low end are 0 and nothing can be asked of it.
    """
    interval = counted.interval()
    if counted.total >= ENOUGH and interval and counted.ratio is not None:
        return Estimate(counted.ratio, *interval, Basis.HISTORY)
    return _said(declared, agreed)


class Prices(NamedTuple):
    """Of won deals that name an amount: how many, the sum of these and that of their squares."""

    deals: int
    total: float
    squares: float


def price(paid: Prices, *, declared: float | None) -> Estimate | None:
    """The mean amount. Its interval is that of its logarithm, by the delta method: amounts are never below 0."""
    if paid.deals < ENOUGH or paid.total <= 0:
        return _said(declared, None)
    mean = paid.total / paid.deals
    variance = max(0.0, paid.squares - paid.deals * mean * mean) / (paid.deals - 1)
    width = exp(Z95 * sqrt(variance / paid.deals) / mean)
    return Estimate(mean, mean / width, mean * width, Basis.HISTORY)


def _said(declared: float | None, agreed: float | None) -> Estimate | None:
    for value, basis in ((declared, Basis.DECLARED), (agreed, Basis.AGREED)):
        if value is not None:
            return Estimate(value, value, value, basis)
    return None


class Chain(NamedTuple):
    """MQL to SAL, SAL to SQL, SQL to won, and what a won deal brings; `sourced` is marketing's part of the revenue."""

    accepted: Estimate | None
    confirmed: Estimate | None
    won: Estimate | None
    price: Estimate | None
    sourced: float = 1.0

    def steps(self, metric: str) -> list[Estimate | None]:
        """What lies between MQLs and this metric. Raises KeyError for one that is not of the chain."""
        return [self.accepted, self.confirmed, self.won, self.price][: DEPTHS[metric]]


DEPTHS = {"mqls": 0, "sals": 1, "sqls": 2, "wons": 3, "revenue": 4}


def asked(metric: str, owed: float, chain: Chain) -> Range | None:
    """So many MQLs are asked for by what is owed; None where a step is not known, or nobody has come through it."""
    steps = [step for step in chain.steps(metric) if step is not None and step.value > 0]
    if len(steps) < DEPTHS[metric]:
        return None
    return quotient(owed * (chain.sourced if metric == "revenue" else 1.0), steps)


def quotient(owed: float, steps: Iterable[Estimate]) -> Range:
    value, below, above = owed, 0.0, 0.0
    for step in steps:
        value /= step.value
        below += log(step.high / step.value) ** 2
        above += log(step.value / step.low) ** 2
    return Range(value * exp(-sqrt(below)), value, value * exp(sqrt(above)))


def enough(promised: float, needed: Range) -> Answer:
    """Whether so many are as many as needed."""
    if promised >= needed.high:
        return Answer.YES
    if promised >= needed.value:
        return Answer.LIKELY
    return Answer.UNLIKELY if promised >= needed.low else Answer.NO


class Pace(NamedTuple):
    """What a month brings at the pace of the last quarter, four times in five; `best` at its best four weeks’."""

    low: int
    median: int
    high: int
    best: int


def pace(counts: Sequence[int], month_days: float) -> Pace | None:
    """Of the counts of working days in order; None for less than four weeks of them."""
    known = history(counts)
    if known is None or len(counts) < FOUR_WEEKS:
        return None
    seen = outlook(known, 0, month_days)
    most = max(sum(counts[start : start + FOUR_WEEKS]) for start in range(len(counts) - FOUR_WEEKS + 1))
    return Pace(seen.low, seen.median, seen.high, round(most * month_days / FOUR_WEEKS))


def delivered(owed: float, seen: Pace | None) -> Answer:
    """Whether a month brings so many at the pace so far."""
    if seen is None:
        return Answer.UNKNOWN
    if owed <= seen.low:
        return Answer.YES
    if owed <= seen.median:
        return Answer.LIKELY
    return Answer.UNLIKELY if owed <= max(seen.high, seen.best) else Answer.NO


class Capacity(NamedTuple):
    """New leads a month: `reps` times what one of them works in a week."""

    reps: float
    leads_a_week: int
    basis: Basis

    @property
    def a_month(self) -> float:
        return self.reps * self.leads_a_week * WEEKS_A_MONTH


def workable(load: float, limit: Capacity | None, seen: Pace | None) -> Answer:
    """Whether so many new leads a month can be worked.

    The past shows only what was asked of sales: more than that is doubtful, and impossible only past a limit.
    """
    if limit is not None and load > limit.a_month:
        return Answer.NO
    if seen is not None and load <= max(seen.high, seen.best):
        return Answer.YES if load <= seen.median else Answer.LIKELY
    if limit is not None:
        return Answer.LIKELY
    return Answer.UNKNOWN if seen is None else Answer.UNLIKELY


def altogether(answers: Iterable[Answer]) -> Answer | None:
    """The worst of them; None without any."""
    return min(answers, key=WORST_FIRST.index, default=None)
