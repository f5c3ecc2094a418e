"""Whether a score tells whom sales accepts and who buys: by points, by rule, and for every threshold there could be.

A hand-off counts with the score it was handed over with. Nobody knows what sales would have said of leads that were
never handed over, so below the threshold there are only estimates of how many, none of how good.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
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
    """So many hand-offs alike: their points, and what sales made of them."""

    points: int
    is_answered: bool
    is_accepted: bool
    is_won: bool
    is_by_hand: bool = False
    alike: int = 1


class Near(NamedTuple):
    """A lead near the threshold that is no MQL: its points and the parts of its score by group.

    `lacks_points_only` says that the threshold alone is what it lacks.
    """

    points: int
    fit: Sequence[Part]
    engagement: Sequence[Part]
    lacks_points_only: bool = False


class Rates(NamedTuple):
    handed: int = 0
    answered: int = 0
    accepted: int = 0
    won: int = 0

    def plus(self, judged: Judged) -> "Rates":
        count = judged.alike
        return Rates(
            self.handed + count,
            self.answered + judged.is_answered * count,
            self.accepted + judged.is_accepted * count,
            self.won + judged.is_won * count,
        )

    def without(self, others: "Rates") -> "Rates":
        return Rates(*(own - other for own, other in zip(self, others, strict=True)))

    @property
    def acceptance(self) -> Share:
        return Share(self.accepted, self.answered)

    @property
    def winning(self) -> Share:
        """Won so far of those handed over."""
        return Share(self.won, self.handed)


class Counted(NamedTuple):
    """Of the hand-offs in which a rule counted; `decided` of them would not have had the points without it."""

    rates: Rates = Rates()
    decided: int = 0


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


def weights(
    rules: PointRules, whole: Rates, counted: Mapping[str, Counted], others: Sequence[Near], *, threshold: int | None
) -> list[Weight]:
    """In the order of the document, of all hand-offs and of those in which each rule counted."""
    clause, kept_out = rules.clause, _kept_out(rules, others, threshold) if threshold is not None else None
    found = []
    for rule in (*clause.fit, *clause.engagement, *(clause.idle or ())):
        of_rule = counted.get(rule.id, Counted())
        absent = whole.without(of_rule.rates)
        if kept_out is None:
            found.append(Weight(rule.id, of_rule.rates, absent, None, None))
        else:
            found.append(Weight(rule.id, of_rule.rates, absent, of_rule.decided, kept_out[rule.id]))
    return found


def _kept_out(rules: PointRules, others: Sequence[Near], threshold: int) -> Counter[str]:
    """By rule, how many would have the points of the threshold without it."""
    found: Counter[str] = Counter()
    for each in others:
        if each.points >= threshold:
            continue
        for rule in {part.rule for part in (*each.fit, *each.engagement) if part.points < 0}:
            found[rule] += without(rule, each.fit, each.engagement, rules) >= threshold
    return found


def counted(explanation: Mapping[str, Any], rules: PointRules) -> Iterator[tuple[str, int]]:
    """The rules that counted in a stored score, each with the points there would be without it."""
    fit, engagement = read_parts(explanation.get("fit", ())), read_parts(explanation.get("engagement", ()))
    for rule in dict.fromkeys(part.rule for part in (*fit, *engagement) if part.rule in rules.ids):
        yield rule, without(rule, fit, engagement, rules)


def without(rule: str, fit: Iterable[Part], engagement: Iterable[Part], rules: PointRules) -> int:
    """The points there would be if the rule gave none, the limits applied anew."""
    parts = ([part for part in group if part.rule != rule] for group in (fit, engagement))
    return rules.total_of(*parts)


def trades(judged: Sequence[Judged], others: Sequence[Near], *, threshold: int) -> list[Trade]:
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
        given_up = sum(each.is_accepted * each.alike for each in by_criteria if each.points < at)
        found.append(Trade(at, rates.handed + more, rates, given_up, step == 0))
    return found


def lacks_points_only(reasons: Sequence[Line]) -> bool:
    """Whether a stored verdict would hold with more points."""
    missing = lacks(reasons)
    return bool(missing) and all(lack.must_hold and lack.line[2].get("field") == "points" for lack in missing)


def read_parts(stored: Iterable[Sequence[Any]]) -> list[Part]:
    """The parts of a group as a score keeps them."""
    return [Part(*each) for each in stored]
