"""A second scoring model beside the first: for whom it holds and how long, when it is judged, and what it gives."""

from bisect import bisect_right
from datetime import datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from smarketing.domain.facts import Facts, settled, with_engagements
from smarketing.domain.points import PointRules
from smarketing.domain.scores import ModelScore
from smarketing.domain.terms_scoring import ModelClause
from smarketing.domain.verdicts import compile_test

A_DAY = timedelta(days=1)


class SecondModel:
    def __init__(self, clause: ModelClause) -> None:
        self.clause = clause
        self._rules = PointRules(clause)
        self._takes = compile_test(clause.when) if clause.when else None
        self._criteria = compile_test(clause.criteria)

    def score(self, facts: Facts) -> ModelScore | None:
        """As of its latest judgement; None when it does not hold for this lead. Facts are those until now."""
        starts_on = self.clause.starts_on
        if starts_on is not None and starts_on not in (settled(facts).by_kind or {}):
            return None
        at = judged_last(self.clause, facts.now)
        known = with_engagements(facts._replace(now=at), facts.engagements)
        if not self._holds(known):
            return None
        known = self._rules.since_reset(known)
        points = self._rules.points(known)
        values = {
            **known.values,
            "points": points.fit + points.engagement,
            "fit_points": points.fit,
            "engagement_points": points.engagement,
            "engagement_count": len(known.engagements),
        }
        is_mql = not points.excluded_by and self._criteria(known._replace(values=values))
        return ModelScore(self.clause.id, points, is_mql, at.isoformat())

    def _holds(self, known: Facts) -> bool:
        if self._takes is not None and not self._takes(known):
            return False
        return self.clause.starts_on is None or ends_at(self.clause, known) is not None


def ends_at(clause: ModelClause, facts: Facts) -> datetime | None:
    """When it stops holding for a lead for whom it holds now; the far future when it never does, None when it does
    not hold."""
    if clause.starts_on is None:
        return datetime.max.replace(tzinfo=facts.now.tzinfo)
    started = max((at for kind, at in facts.engagements if kind == clause.starts_on and at <= facts.now), default=None)
    if started is None:
        return None
    if clause.lasts_days is None:
        return datetime.max.replace(tzinfo=facts.now.tzinfo)
    ends = started + timedelta(days=clause.lasts_days)
    return ends if facts.now < ends else None


def judged_last(clause: ModelClause, now: datetime) -> datetime:
    """The latest time of judgement until now; now itself for a model that is judged at once."""
    slots = _slots(clause.judged_at or (), clause.zone or "UTC", now)
    return slots[bisect_right(slots, now) - 1] if slots else now


def judged_next(clause: ModelClause, now: datetime) -> datetime | None:
    """The first time of judgement after now; None for a model that is judged at once."""
    slots = _slots(clause.judged_at or (), clause.zone or "UTC", now)
    return slots[bisect_right(slots, now)] if slots else None


@lru_cache(maxsize=64)  # a batch is judged at one instant
def _slots(judged_at: tuple[str, ...], zone_name: str, now: datetime) -> list[datetime]:
    """The times of judgement of yesterday, today and tomorrow, ascending."""
    zone = ZoneInfo(zone_name)
    today = now.astimezone(zone).date()
    times = [time.fromisoformat(text) for text in judged_at]
    return sorted(
        datetime.combine(today + days * A_DAY, at, zone).astimezone(now.tzinfo) for days in (-1, 0, 1) for at in times
    )
