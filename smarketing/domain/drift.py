"""Whether leads have changed since a predictor was trained, and whether its chances still come true.

The population stability index adds up (share now - share then) * ln(share now / share then) over the bins of a fact;
from 0.25 on a fact has moved, unless so few hand-offs could show as much by chance [Yurdakul 2018].
"""

from collections.abc import Sequence
from math import log, sqrt

from pydantic import BaseModel, ConfigDict

from smarketing.domain.predictor import Fact, Known, Predictor
from smarketing.domain.training import Case

MOVED = 0.25
FEWEST, FEWEST_DECIDED = 50, 20
"""Hand-offs since the training that are needed to say anything of facts; of outcomes."""
Z99_ONE_SIDED, Z99 = 2.3263478740408408, 2.5758293035489004


class Shift(BaseModel):
    """How far a fact has moved; `rule` is the rule of the agreement that it is about, if any."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    fact: Fact
    rule: str | None
    index: float
    is_moved: bool


class Drift(BaseModel):
    """Of `since` hand-offs made since the training; of the `decided` ones `came` were confirmed, `expected` were said.

    There are no shifts while there are too few of the first.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    since: int
    shifts: tuple[Shift, ...]
    decided: int
    expected: float
    came: int
    is_off: bool

    @property
    def has_drifted(self) -> bool:
        return self.is_off or any(shift.is_moved for shift in self.shifts)


def drift(predictor: Predictor, since: Sequence[Known], decided: Sequence[Case]) -> Drift:
    chances = [predictor.chance(case.known) for case in decided]
    came, expected = sum(case.came for case in decided), sum(chances)
    return Drift(
        since=len(since),
        shifts=tuple(_shifts(predictor, since)) if len(since) >= FEWEST else (),
        decided=len(decided),
        expected=expected,
        came=came,
        is_off=len(decided) >= FEWEST_DECIDED and is_off(chances, came),
    )


def _shifts(predictor: Predictor, since: Sequence[Known]) -> list[Shift]:
    found = []
    for spread in predictor.spreads:
        now = spread.counted(since)
        index = stability_index(spread.counts, now)
        is_moved = index >= MOVED and index > by_chance(spread.counts, now)
        rule = spread.values[0] if spread.fact is Fact.RULE else None
        found.append(Shift(fact=spread.fact, rule=rule, index=index, is_moved=is_moved))
    return sorted(found, key=lambda shift: -shift.index)


def stability_index(then: Sequence[int], now: Sequence[int]) -> float:
    """Half a hand-off is added to each bin, so that an empty one does not make it endless."""
    before, after = ([(count + 0.5) / (sum(counts) + 0.5 * len(counts)) for count in counts] for counts in (then, now))
    return sum((b - a) * log(b / a) for a, b in zip(before, after, strict=True))


def by_chance(then: Sequence[int], now: Sequence[int]) -> float:
    """What the index exceeds by chance in one of 100 cases: that of chi-squared, as Wilson and Hilferty put it."""
    free = max(1, sum(1 for pair in zip(then, now, strict=True) if any(pair)) - 1)
    chi_squared = free * (1 - 2 / (9 * free) + Z99_ONE_SIDED * sqrt(2 / (9 * free))) ** 3
    return chi_squared * (1 / sum(then) + 1 / sum(now))


def is_off(chances: Sequence[float], came: int) -> bool:
    """Whether more or fewer came than was said, by more than chance explains in 99 of 100 cases."""
    return abs(came - sum(chances)) > Z99 * sqrt(sum(chance * (1 - chance) for chance in chances))
