"""How fast a promise's error budget is used up, on business time.

The windows of the Google SRE workbook (chapter 5) cannot fire for leads: at an objective of 90 % the fastest burn is
10. These are adapted to a period of 176 business hours, ask for enough cases, and for a binomial tail of 1 %.
"""

from collections.abc import Callable
from enum import StrEnum
from math import exp, lgamma, log, log1p
from typing import NamedTuple

from smarketing.domain.attainment import Share

PERIOD_HOURS = 176
FEWEST_LONG, FEWEST_SHORT = 10, 3
MOST_BY_CHANCE = 0.01


class Level(StrEnum):
    URGENT = "urgent"
    TODAY = "today"
    REVIEW = "review"


class Window(NamedTuple):
    """Business hours of the long and the short window, and the part of the budget used in the long one."""

    level: Level
    long_hours: int
    short_hours: int
    part: float

    @property
    def threshold(self) -> float:
        return self.part * PERIOD_HOURS / self.long_hours


WINDOWS = (
    Window(Level.URGENT, 4, 1, 0.10),
    Window(Level.TODAY, 16, 4, 0.20),
    Window(Level.REVIEW, 40, 8, 0.30),
)


class Budget(NamedTuple):
    """Misses that the objective allows among those due, and how many there were."""

    allowed: float
    missed: int

    @property
    def left(self) -> float | None:
        """What is left of it, 1 untouched, below 0 overdrawn; None where nothing may be missed or nothing was due."""
        return 1 - self.missed / self.allowed if self.allowed > 0 else None


def budget(share: Share, objective: float) -> Budget:
    return Budget((1 - objective) * share.total, share.total - share.part)


def rate(share: Share, objective: float) -> float | None:
    """1 uses the budget up exactly by the end of the period; None for no data or an objective of 100 %."""
    if not share.total or objective >= 1:
        return None
    return (1 - share.part / share.total) / (1 - objective)


def tail(missed: int, total: int, chance: float) -> float:
    """The exact chance of at least so many misses among `total`; 0 < chance < 1."""
    return min(1.0, sum(_mass(count, total, chance) for count in range(missed, total + 1)))


def _mass(count: int, total: int, chance: float) -> float:
    chosen = lgamma(total + 1) - lgamma(count + 1) - lgamma(total - count + 1)
    return exp(chosen + count * log(chance) + (total - count) * log1p(-chance))


class Alarm(NamedTuple):
    """`rate` is None for no data; `is_few` says that too few fell due in a window to judge."""

    window: Window
    long: Share
    short: Share
    rate: float | None
    is_few: bool
    is_on: bool


def alarms(within: Callable[[int], Share], objective: float) -> list[Alarm]:
    """Each window asked how many were met of those due in the last so many business hours."""
    return [_alarm(window, within(window.long_hours), within(window.short_hours), objective) for window in WINDOWS]


def _alarm(window: Window, long: Share, short: Share, objective: float) -> Alarm:
    fast, now = rate(long, objective), rate(short, objective)
    is_few = long.total < FEWEST_LONG or short.total < FEWEST_SHORT
    is_on = (
        not is_few
        and fast is not None
        and now is not None
        and fast >= window.threshold
        and now >= window.threshold
        and tail(long.total - long.part, long.total, 1 - objective) < MOST_BY_CHANCE
    )
    return Alarm(window, long, short, fast, is_few, is_on)
