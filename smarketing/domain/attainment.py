"""Shares with their uncertainty, and times to an event with the ones still waiting counted in.

Wilson's interval: Wilson 1927, recommended for small n by Brown, Cai and DasGupta 2001. Survival: Kaplan
and Meier 1958.
"""

from collections.abc import Iterable
from math import sqrt
from typing import NamedTuple

Z95 = 1.959963984540054
TOO_FEW = 5
"""Below this many cases a rate is not shown."""


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
        return max(0.0, (centre - margin) / scale), min(1.0, (centre + margin) / scale)


def quantile(durations: Iterable[int], waiting: Iterable[int], level: float) -> int | None:
    """The time by which a share `level` has answered, by Kaplan-Meier; None when that is not reached yet.

    `durations` are times to the answer, `waiting` the times that open cases have waited so far, in seconds. A case
    still waiting when another is answered counts as at risk at that instant.
    """
    answered: dict[int, int] = {}
    for duration in durations:
        answered[duration] = answered.get(duration, 0) + 1
    censored: dict[int, int] = {}
    for duration in waiting:
        censored[duration] = censored.get(duration, 0) + 1
    at_risk = sum(answered.values()) + sum(censored.values())
    surviving = 1.0
    for time in sorted(answered.keys() | censored.keys()):
        if died := answered.get(time, 0):
            surviving *= 1 - died / at_risk
            if surviving <= 1 - level + 1e-12:
                return time
        at_risk -= died + censored.get(time, 0)
    return None
