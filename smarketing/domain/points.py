"""The points of a lead under one set of rules: fit and engagement, each limited, decayed and reset as agreed."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from smarketing.domain.engagement_points import EngagementPoints
from smarketing.domain.facts import Facts, settled, with_engagements
from smarketing.domain.rule_sets import compile_mask, first_of
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
from smarketing.domain.verdicts import MOST_REMEMBERED

RECYCLED = "recycled"
"""What a reset is “on” that sales, not the lead, does."""


class PointRules:
    """Compiled once to score many leads. Facts are settled."""

    def __init__(self, clause: PointsClause) -> None:
        self.clause = clause
        self.engagement = EngagementPoints(clause)
        self._fit = tuple(Part(rule.id, rule.points, 1) for rule in clause.fit)
        self._fit_mask = compile_mask([rule.when for rule in clause.fit])
        self._fit_of: dict[int, Parts] = {}
        self._exclusions = [rule.id for rule in clause.exclusions or ()]
        self._exclusion_mask = compile_mask([rule.when for rule in clause.exclusions or ()])
        self._resets = clause.resets or ()
        bounds = {group.id: (group.limit, group.floor) for group in clause.groups or ()}
        self.ids = {rule.id for rule in (*clause.fit, *clause.engagement, *(clause.idle or ()))}
        self._of_rule = {rule.id: rule.group for rule in clause.fit if rule.group}
        self._of_rule |= {rule.id: rule.group for rule in clause.engagement if rule.group}
        fit_groups = {rule.group for rule in clause.fit}
        self._fit_groups = {name: each for name, each in bounds.items() if name in fit_groups}
        self._engagement_groups = {name: each for name, each in bounds.items() if name not in fit_groups}

    def points(self, facts: Facts) -> Points:
        if excluded := self._exclusion_mask(facts):
            return Points(0, 0, (), (), self._exclusions[first_of(excluded)])
        mask = self._fit_mask(facts)
        fit = self._fit_of.get(mask)
        if fit is None:
            fit = self._remember(mask)
        engagement = self._engagement_within(self.engagement.parts(facts))
        fit, engagement = in_total(fit, engagement, limit=self.clause.total_limit, floor=self.clause.total_floor)
        return Points(total(fit), total(engagement), fit, engagement)

    def _remember(self, mask: int) -> Parts:
        if len(self._fit_of) >= MOST_REMEMBERED:
            self._fit_of.clear()
        fit = self._fit_within(tuple(part for place, part in enumerate(self._fit) if mask >> place & 1))
        self._fit_of[mask] = fit
        return fit

    def total_of(self, fit: Iterable[Part], engagement: Iterable[Part]) -> int:
        """What these parts of rules come to within the bounds; those that bounds have made do not count."""
        mine = [tuple(part for part in parts if part.rule in self.ids) for parts in (fit, engagement)]
        within = self._fit_within(mine[0]), self._engagement_within(mine[1])
        return sum(map(total, in_total(*within, limit=self.clause.total_limit, floor=self.clause.total_floor)))

    def _fit_within(self, fit: Parts) -> Parts:
        if self._fit_groups:
            fit = grouped(fit, self._fit_groups, self._of_rule)
        return bounded(fit, limit=self.clause.fit_limit, floor=self.clause.fit_floor, names=(FIT_LIMIT, FIT_FLOOR))

    def _engagement_within(self, engagement: Parts) -> Parts:
        clause = self.clause
        if self._engagement_groups:
            engagement = grouped(engagement, self._engagement_groups, self._of_rule)
        names = (ENGAGEMENT_LIMIT, ENGAGEMENT_FLOOR)
        return bounded(engagement, limit=clause.engagement_limit, floor=clause.engagement_floor, names=names)

    def since_reset(self, facts: Facts) -> Facts:
        """The facts, settled, without what the lead did before the latest reset."""
        if not self._resets:
            return facts
        reset_at = self._reset_at(facts)
        if reset_at is None:
            return facts
        return with_engagements(facts, [known for known in facts.engagements if known[1] >= reset_at])

    def _reset_at(self, facts: Facts) -> datetime | None:
        resets: list[datetime] = []
        by_kind = settled(facts).by_kind or {}
        for reset in self._resets:
            if reset.on != RECYCLED:
                resets += by_kind.get(reset.on, ())[-1:]
                continue
            spared = timedelta(days=reset.spare_marked_days or 0)
            resets += [
                each.at
                for each in facts.recycled
                if each.at <= facts.now and not (each.by_hand and each.at - each.mql_at <= spared)
            ]
        return max(resets, default=None)
