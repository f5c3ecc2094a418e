"""Shares with their uncertainty, and times to an event with the ones still waiting counted in.

Wilson's interval: Wilson 1927, recommended for small n by Brown, Cai and DasGupta 2001. The difference of two
shares: Newcombe 1998, method 10. Survival: Kaplan and Meier 1958.
"""

from bisect import bisect_right
from collections.abc import Hashable, Iterable, Sequence
from enum import StrEnum
from math import ceil, hypot, sqrt
from typing import NamedTuple, TypeVar

from smarketing.domain.sla_clock import Outcome

Z95 = 1.959963984540054
TOO_FEW = 5
"""Below this many cases a rate is not shown."""

Key = TypeVar("Key", bound=Hashable)


class Share(NamedTuple):
    """`part` of `total`; a share of nothing is no data, never 0 % nor 100 %."""

    part: int
    total: int

    @property
    def ratio(self) -> float | None:
        return self.part / self.total if self.total else None

    @property
    def is_telling(self) -> bool:
        return self.total >= TOO_FEW

    def interval(self) -> tuple[float, float] | None:
        """Wilson's 95 % interval, 0 to 1; None for no data."""
        if not self.total:
            return None
        n, p, z = self.total, self.part / self.total, Z95
        centre = p + z * z / (2 * n)
        margin = z * sqrt(p * (1 - p) / n + z * z / (4 * n * n))
        scale = 1 + z * z / n
        low = 0.0 if self.part == 0 else (centre - margin) / scale
        high = 1.0 if self.part == n else (centre + margin) / scale
        return low, high


class Change(NamedTuple):
    """How a share differs from an earlier one, in points (0.013 is 1.3 points)."""

    difference: float
    is_clear: bool
    """Whether its 95 % interval leaves out no change at all."""
    low: float = 0.0
    high: float = 0.0
    """The ends of that interval."""


def change(share: Share, earlier: Share) -> Change | None:
    """None where either of the two is too few to judge."""
    if not (share.is_telling and earlier.is_telling):
        return None
    p, (low, high) = share.part / share.total, share.interval() or (0.0, 1.0)
    q, (earlier_low, earlier_high) = earlier.part / earlier.total, earlier.interval() or (0.0, 1.0)
    difference = p - q
    least = difference - hypot(p - low, earlier_high - q)
    most = difference + hypot(high - p, q - earlier_low)
    return Change(difference, not least <= 0 <= most, least, most)


class Standing(StrEnum):
    """How a share stands to the objective that was promised for it."""

    NO_DATA = "no_data"
    TOO_FEW = "too_few"
    KEPT = "kept"
    BARELY_KEPT = "barely_kept"
    BARELY_MISSED = "barely_missed"
    MISSED = "missed"


def standing(share: Share, objective: float) -> Standing:
    """`barely` is within the margin of error: with so many cases it could as well be on the other side."""
    interval = share.interval()
    if interval is None:
        return Standing.NO_DATA
    if not share.is_telling:
        return Standing.TOO_FEW
    low, high = interval
    if share.part >= objective * share.total - 1e-9:
        return Standing.KEPT if low >= objective or share.part == share.total else Standing.BARELY_KEPT
    return Standing.MISSED if high < objective else Standing.BARELY_MISSED


class Tally(NamedTuple):
    """Settled clocks: `met` of `total`, and the business seconds to each answer, ascending.

    `total` is met and breached; a breached one that nobody has answered has no seconds yet.
    """

    met: int
    total: int
    answer_seconds: list[int]


def tallied(rows: Iterable[tuple[Key, Outcome, int | None, int]]) -> dict[Key, Tally]:
    """Fold settled clocks, given as key, outcome, business seconds to the answer and how many of them."""
    met: dict[Key, int] = {}
    total: dict[Key, int] = {}
    answers: dict[Key, list[int]] = {}
    for key, outcome, seconds, count in rows:
        met[key] = met.get(key, 0) + (count if outcome is Outcome.MET else 0)
        total[key] = total.get(key, 0) + count
        seen = answers.setdefault(key, [])
        if seconds is not None:
            seen.extend([seconds] * count)
    return {key: Tally(met[key], total[key], sorted(answers[key])) for key in total}


def quantile(answered: Sequence[int], waiting: Sequence[int], level: float) -> int | None:
    """The time by which a share `level` has answered, by Kaplan-Meier; None when that is not reached yet.

    `answered` are times to the answer, `waiting` the times that open cases have waited so far, both ascending, in
    any unit. A case still waiting when another is answered counts as at risk at that instant. Between two waiting
    times survival falls in equal steps, so only these are walked through.
    """
    surviving, begin = 1.0, 0
    at_risk = len(answered) + len(waiting)
    for number in range(len(waiting) + 1):
        end = bisect_right(answered, waiting[number], begin) if number < len(waiting) else len(answered)
        deaths = end - begin
        if deaths:
            needed = ceil(at_risk * (1 - (1 - level) / surviving) - 1e-9)
            if needed <= deaths:
                return answered[begin + max(needed, 1) - 1]
            surviving *= 1 - deaths / at_risk
        at_risk -= deaths + 1
        begin = end
    return None
