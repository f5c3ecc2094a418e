"""The points that engagements give: how often a rule counts, what follows what, and what has faded since.

A rule is compiled once to a function from the engagements of a lead, ascending, to the instants at which it counted.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from smarketing.domain.criteria_fields import ANY_KIND
from smarketing.domain.decay import A_DAY, faded, idle_instants
from smarketing.domain.facts import Facts, settled
from smarketing.domain.scores import ENGAGEMENT_FLOOR, Part
from smarketing.domain.terms_scoring import After, EngagementRule, IdleRule, PointsClause
from smarketing.domain.verdicts import Test, compile_test

ByKind = Mapping[str, Sequence[datetime]]
Instants = Sequence[datetime]
_PERIODS = {"day": timedelta(days=1), "week": timedelta(weeks=1)}


class Counted(NamedTuple):
    """At which instants a rule gave its points; `uncounted` engagements came too often."""

    rule: str
    points: int
    instants: Instants
    uncounted: int


class _Compiled(NamedTuple):
    rule: EngagementRule
    kept: Callable[[Instants], Instants]
    test: Test | None


class EngagementPoints:
    def __init__(self, clause: PointsClause) -> None:
        self._rules = [
            _Compiled(rule, _counter(rule), compile_test(rule.when) if rule.when else None)
            for rule in clause.engagement
        ]
        self._idle: tuple[IdleRule, ...] = clause.idle or ()
        self._places: dict[str, list[int]] = {}
        for place, rule in enumerate(clause.engagement):
            self._places.setdefault(rule.engagement, []).append(place)
        self._half_life = clause.decay.half_life_days if clause.decay else None
        self._floor = clause.engagement_floor if self._half_life is None and self._may_fall(clause) else None

    def counted(self, facts: Facts) -> list[Counted]:
        """In the order of the document; the facts are settled."""
        by_kind = settled(facts).by_kind or {}
        counted = []
        for place in sorted([place for kind in by_kind for place in self._places.get(kind, ())]):
            rule, keep, test = self._rules[place]
            if test is not None and not test(facts):
                continue
            instants = by_kind[rule.engagement]
            if rule.engagement == ANY_KIND:
                instants = _distinct(instants)
            candidates = instants if rule.after is None else _candidates(rule.after, instants, by_kind)
            kept = keep(candidates)
            if kept:
                counted.append(Counted(rule.id, rule.points, kept, len(candidates) - len(kept)))
        for idle in self._idle:
            acts = breaking(idle, facts.engagements)
            lost = list(idle_instants(acts, idle.days, idle.at_most, now=facts.now)) if acts else []
            if lost:
                counted.append(Counted(idle.id, idle.points, lost, 0))
        return counted

    def parts(self, facts: Facts) -> tuple[Part, ...]:
        if not facts.engagements:
            return ()
        counted = self.counted(facts)
        parts = tuple(self._part(each, facts.now) for each in counted)
        if self._floor is None:
            return parts
        lifted = _lifted(counted, self._floor)
        return (*parts, Part(ENGAGEMENT_FLOOR, lifted, 1)) if lifted else parts

    def _part(self, counted: Counted, now: datetime) -> Part:
        rule, points, instants, uncounted = counted
        gross = points * len(instants)
        left = gross
        if self._half_life is not None:
            left = sum(faded(points, (now - at) // A_DAY, self._half_life) for at in instants)
        return Part(rule, left, len(instants), instants[-1].isoformat(), uncounted, gross - left)

    @staticmethod
    def _may_fall(clause: PointsClause) -> bool:
        return bool(clause.idle) or any(rule.points < 0 for rule in clause.engagement)


def _distinct(instants: Instants) -> Instants:
    """Two kinds at one instant count as one engagement of any kind."""
    return instants if len(set(instants)) == len(instants) else sorted(set(instants))


def breaking(idle: IdleRule, engagements: Iterable[tuple[str, datetime]]) -> list[datetime]:
    """When a silence was broken, ascending."""
    kinds = idle.engagements
    return sorted({at for kind, at in engagements if kinds is None or kind in kinds})


def _candidates(after: After, instants: Instants, by_kind: ByKind) -> Instants:
    first, span = by_kind.get(after.engagement, ()), timedelta(days=after.within_days)
    return [at for at in instants if (place := bisect_right(first, at)) and at - first[place - 1] <= span]


def _counter(rule: EngagementRule) -> Callable[[Instants], Instants]:
    limited = _limiter(rule)
    if rule.count is None or rule.within_days is None:
        return limited
    together, span = rule.count, timedelta(days=rule.within_days)

    def counted(instants: Instants) -> Instants:
        return limited(
            [at for place, at in enumerate(instants[together - 1 :]) if at - instants[place] < span]
        )  # fmt: skip

    return counted


def _limiter(rule: EngagementRule) -> Callable[[Instants], Instants]:
    """After each counted engagement a rule rests for its period, in real time."""
    if rule.once_per == "ever" or (rule.at_most and not rule.per_days):
        most = rule.at_most or 1
        return lambda instants: instants[:most]
    if rule.once_per is None and rule.at_most is None:
        return lambda instants: instants
    most = rule.at_most or 1
    period = _PERIODS[rule.once_per] if rule.once_per else timedelta(days=rule.per_days or 1)

    def limited(instants: Instants) -> Instants:
        kept: list[datetime] = []
        for at in instants:
            if len(kept) < most or at >= kept[-most] + period:
                kept.append(at)
        return kept

    return limited


def _lifted(counted: Iterable[Counted], floor: int) -> int:
    """What was given back so that the sum never fell below the floor, at any instant: losses below it are forgotten."""
    if floor <= 0 and all(each.points >= 0 for each in counted):
        return 0
    acts = sorted([(at, points) for _rule, points, instants, _uncounted in counted for at in instants])
    reached = lifted = 0
    for _at, points in acts:
        reached += points
        if reached < floor:
            lifted, reached = lifted + floor - reached, floor
    return lifted
