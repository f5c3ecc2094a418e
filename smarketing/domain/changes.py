"""When a score can change by the passing of time alone: the instants that its rules wait for.

A watch may name an instant at which nothing changes after all, but misses none at which something does.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from smarketing.domain.criteria import Criterion, Engaged, OlderThan, Within, walk
from smarketing.domain.criteria_fields import ANY_KIND
from smarketing.domain.decay import fades_next, idles_next
from smarketing.domain.engagement_points import breaking
from smarketing.domain.facts import Facts, instant_of
from smarketing.domain.second_models import ends_at, judged_next
from smarketing.domain.terms import Terms
from smarketing.domain.terms_scoring import ModelClause, PointsClause


class Watch:
    def __init__(self, terms: Terms) -> None:
        rules = [part for rule in _rules(terms) for part in walk(rule)]
        self._kinds = {(rule.engagement, rule.within_days) for rule in rules if isinstance(rule, Engaged)}
        self._fields = {(rule.field, rule.within_days) for rule in rules if isinstance(rule, Within)}
        self._fields |= {(rule.field, rule.older_than_days) for rule in rules if isinstance(rule, OlderThan)}
        self._models: tuple[ModelClause, ...] = terms.scoring.models or ()
        self._clauses: tuple[PointsClause, ...] = (terms.scoring, *self._models)
        self._is_timeless = not (
            self._fields
            or self._models
            or any(days for _kind, days in self._kinds)
            or any(clause.decay or clause.idle for clause in self._clauses)
        )

    def next_change(self, facts: Facts) -> datetime | None:
        now = facts.now
        if self._is_timeless and not facts.recycled:
            return min((at for _kind, at in facts.engagements if at > now), default=None)
        return min((at for at in self._instants(facts) if at is not None and at > now), default=None)

    def _instants(self, facts: Facts) -> Iterator[datetime | None]:
        for kind, at in facts.engagements:
            yield at
            for asked, days in self._kinds:
                if days and asked in (kind, ANY_KIND):
                    yield at + timedelta(days=days)
        for recycling in facts.recycled:
            yield recycling.at
        for field, days in self._fields:
            if at_field := instant_of(facts, field):
                yield at_field
                yield at_field + timedelta(days=days)
        for clause in self._clauses:
            yield from _fading(clause, facts)
        for model in self._models:
            ends = ends_at(model, facts)
            if ends is not None:
                yield ends
                yield judged_next(model, facts.now)


def _fading(clause: PointsClause, facts: Facts) -> Iterator[datetime | None]:
    now = facts.now
    past = [(kind, at) for kind, at in facts.engagements if at <= now]
    if clause.decay:
        for rule in clause.engagement:
            for kind, at in past:
                if rule.engagement in (kind, ANY_KIND):
                    yield fades_next(rule.points, at, clause.decay.half_life_days, now=now)
    for idle in clause.idle or ():
        if acts := breaking(idle, past):
            yield idles_next(acts[-1], idle.days, idle.at_most, now=now)


def _rules(terms: Terms) -> Iterable[Criterion]:
    """Every criterion that a score or its verdict is made of."""
    within = (clause for _path, clause in (*terms.scoring.placed(), *terms.mql.placed()))
    for clause in (*terms.personas, terms.mql, *within):
        for name in ("when", "criteria"):
            if (rule := getattr(clause, name, None)) is not None:
                yield rule
