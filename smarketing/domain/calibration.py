"""Whether a score tells whom sales accepts and who buys: by points, by rule, and for every threshold there could be.

A hand-off counts with the score it was handed over with. Nobody knows what sales would have said of leads that were
never handed over, so below the threshold there are only estimates of how many, none of how good.
"""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from smarketing.domain.attainment import Share
from smarketing.domain.backtest import bands
from smarketing.domain.points import PointRules
from smarketing.domain.scores import Part
from smarketing.domain.shortfall import Line, lacks

STEP = 5
STEPS_BELOW, STEPS_ABOVE = 6, 10
NEAR = STEP * STEPS_BELOW
"""So many points below the threshold are looked at."""


class Judged(NamedTuple):
    """A hand-off: its points, the parts of its score by group, and what sales made of it.

    Of a lead that is no MQL, `lacks_points_only` says that the threshold alone is what it lacks.
    """

    points: int
    fit: Sequence[Part]
    engagement: Sequence[Part]
    is_answered: bool
    is_accepted: bool
    is_won: bool
    is_by_hand: bool = False
    lacks_points_only: bool = False


class Rates(NamedTuple):
    handed: int = 0
    answered: int = 0
    accepted: int = 0
    won: int = 0

    def plus(self, judged: Judged) -> "Rates":
        return Rates(
            self.handed + 1,
            self.answered + judged.is_answered,
            self.accepted + judged.is_accepted,
            self.won + judged.is_won,
        )

    @property
    def acceptance(self) -> Share:
        return Share(self.accepted, self.answered)

    @property
    def winning(self) -> Share:
        """Won so far of those handed over."""
        return Share(self.won, self.handed)


class Band(NamedTuple):
    """`low` to `high` points inclusive."""

    low: int
    high: int
    rates: Rates


class Weight(NamedTuple):
    """What a rule has to say: of hand-offs in which it counted, and of those in which it did not.

    `decided` are those that would not have had the points of the threshold without it, `kept_out` those that would
    have them without it and are no MQLs; None without a threshold.
    """

    rule: str
    counted: Rates
    absent: Rates
    decided: int | None
    kept_out: int | None

    @property
    def has_mattered(self) -> bool:
        if self.decided is None or self.kept_out is None:
            return self.counted.handed > 0
        return self.decided + self.kept_out > 0


class Trade(NamedTuple):
    """What a threshold would give: MQLs (estimated below the one that is agreed) and what became of those at or above.

    `given_up` are leads that sales accepted and that would not have been MQLs; `is_agreed` is the threshold as it is.
    """

    threshold: int
    mqls: int
    rates: Rates
    given_up: int
    is_agreed: bool


def total(judged: Iterable[Judged]) -> Rates:
    rates = Rates()
    for each in judged:
        rates = rates.plus(each)
    return rates


def by_band(judged: Sequence[Judged]) -> list[Band]:
    if not judged:
        return []
    points = [each.points for each in judged]
    bounds = list(bands(min(points), max(points)))
    low, width = bounds[0][0], bounds[0][1] - bounds[0][0] + 1
    rates = [Rates()] * len(bounds)
    for each in judged:
        place = (each.points - low) // width
        rates[place] = rates[place].plus(each)
    return [Band(*bound, each) for bound, each in zip(bounds, rates, strict=True)]


def by_rule(
    judged: Sequence[Judged], others: Sequence[Judged], rules: PointRules, *, threshold: int | None
) -> list[Weight]:
    """In the order of the document. `others` are leads near the threshold that are no MQLs."""
    clause = rules.clause
    return [
        _weight(rule.id, judged, others, rules, threshold)
        for rule in (*clause.fit, *clause.engagement, *(clause.idle or ()))
    ]


def _weight(
    rule: str, judged: Sequence[Judged], others: Sequence[Judged], rules: PointRules, threshold: int | None
) -> Weight:
    counted, absent, decided, kept_out = Rates(), Rates(), 0, 0
    for each in judged:
        if not _counts(rule, each):
            absent = absent.plus(each)
            continue
        counted = counted.plus(each)
        if threshold is not None and each.points >= threshold:
            decided += without(rule, each, rules) < threshold
    if threshold is None:
        return Weight(rule, counted, absent, None, None)
    for each in others:
        if _counts(rule, each) and each.points < threshold:
            kept_out += without(rule, each, rules) >= threshold
    return Weight(rule, counted, absent, decided, kept_out)


def without(rule: str, judged: Judged, rules: PointRules) -> int:
    """The points it would have had if the rule gave none, the limits applied anew."""
    parts = [[part for part in group if part.rule != rule] for group in (judged.fit, judged.engagement)]
    return rules.total_of(*parts)


def _counts(rule: str, judged: Judged) -> bool:
    return any(part.rule == rule for part in (*judged.fit, *judged.engagement))


def trades(judged: Sequence[Judged], others: Sequence[Judged], *, threshold: int) -> list[Trade]:
    """For thresholds around the agreed one, ascending. `others` are leads below it that are no MQLs."""
    by_criteria = [each for each in judged if not each.is_by_hand]
    near = [each.points for each in others if each.lacks_points_only]
    found = []
    for step in range(-STEPS_BELOW, STEPS_ABOVE + 1):
        at = threshold + step * STEP
        if at <= 0:
            continue
        rates = total(each for each in by_criteria if each.points >= at)
        more = sum(at <= points < threshold for points in near)
        given_up = sum(each.is_accepted for each in by_criteria if each.points < at)
        found.append(Trade(at, rates.handed + more, rates, given_up, step == 0))
    return found


def lacks_points_only(reasons: Sequence[Line]) -> bool:
    """Whether a stored verdict would hold with more points."""
    missing = lacks(reasons)
    return bool(missing) and all(lack.must_hold and lack.line[2].get("field") == "points" for lack in missing)


def read_parts(stored: Iterable[Sequence[Any]]) -> list[Part]:
    """The parts of a group as a score keeps them."""
    return [Part(*each) for each in stored]
