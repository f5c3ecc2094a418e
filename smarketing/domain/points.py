"""The points of a lead under one set of rules: fit and engagement, each limited, decayed and reset as agreed."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from smarketing.domain.engagement_points import EngagementPoints
from smarketing.domain.facts import Facts
from smarketing.domain.scores import (
    ENGAGEMENT_FLOOR,
    ENGAGEMENT_LIMIT,
    FIT_FLOOR,
    FIT_LIMIT,
    Part,
    Parts,
    Points,
    bounded,
    grouped,
    in_total,
    total,
)
from smarketing.domain.terms_scoring import PointsClause
from smarketing.domain.verdicts import compile_test

RECYCLED = "recycled"
"""What a reset is “on” that sales, not the lead, does."""


class PointRules:
    """Compiled once to score many leads. Facts hold the engagements that have happened, ascending, each once."""

    def __init__(self, clause: PointsClause) -> None:
        self.clause = clause
        self.engagement = EngagementPoints(clause)
        self._fit = [(rule.id, rule.points, compile_test(rule.when)) for rule in clause.fit]
        self._exclusions = [(rule.id, compile_test(rule.when)) for rule in clause.exclusions or ()]
        self._resets = clause.resets or ()
        bounds = {group.id: (group.limit, group.floor) for group in clause.groups or ()}
        self._rules = {rule.id for rule in (*clause.fit, *clause.engagement, *(clause.idle or ()))}
        self._of_rule = {rule.id: rule.group for rule in clause.fit if rule.group}
        self._of_rule |= {rule.id: rule.group for rule in clause.engagement if rule.group}
        fit_groups = {rule.group for rule in clause.fit}
        self._fit_groups = {name: each for name, each in bounds.items() if name in fit_groups}
        self._engagement_groups = {name: each for name, each in bounds.items() if name not in fit_groups}

    def points(self, facts: Facts) -> Points:
        for key, test in self._exclusions:
            if test(facts):
                return Points(0, 0, (), (), key)
        fit: Parts = tuple([Part(key, points, 1) for key, points, test in self._fit if test(facts)])
        engagement = self.engagement.parts(facts)
        fit, engagement = self._within_bounds(fit, engagement)
        return Points(total(fit), total(engagement), fit, engagement)

    def total_of(self, fit: Iterable[Part], engagement: Iterable[Part]) -> int:
        """What these parts of rules come to within the bounds; those that bounds have made do not count."""
        mine = [tuple(part for part in parts if part.rule in self._rules) for parts in (fit, engagement)]
        return sum(map(total, self._within_bounds(*mine)))

    def _within_bounds(self, fit: Parts, engagement: Parts) -> tuple[Parts, Parts]:
        clause = self.clause
        if self._of_rule:
            fit = grouped(fit, self._fit_groups, self._of_rule)
            engagement = grouped(engagement, self._engagement_groups, self._of_rule)
        fit = bounded(fit, limit=clause.fit_limit, floor=clause.fit_floor, names=(FIT_LIMIT, FIT_FLOOR))
        engagement = bounded(
            engagement,
            limit=clause.engagement_limit,
            floor=clause.engagement_floor,
            names=(ENGAGEMENT_LIMIT, ENGAGEMENT_FLOOR),
        )
        return in_total(fit, engagement, limit=clause.total_limit, floor=clause.total_floor)

    def since_reset(self, facts: Facts) -> Facts:
        """The facts without what the lead did before the latest reset."""
        if not self._resets:
            return facts
        reset_at = self._reset_at(facts)
        if reset_at is None:
            return facts
        return facts._replace(engagements=[known for known in facts.engagements if known[1] >= reset_at])

    def _reset_at(self, facts: Facts) -> datetime | None:
        resets: list[datetime] = []
        for reset in self._resets:
            if reset.on != RECYCLED:
                resets += [at for kind, at in facts.engagements if kind == reset.on]
                continue
            spared = timedelta(days=reset.spare_marked_days or 0)
            resets += [
                each.at
                for each in facts.recycled
                if each.at <= facts.now and not (each.by_hand and each.at - each.mql_at <= spared)
            ]
        return max(resets, default=None)
