"""A score as values: points by rule, what limits and floors made of them, and how they add up."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

FIT_LIMIT = "fit-limit"
FIT_FLOOR = "fit-floor"
ENGAGEMENT_LIMIT = "engagement-limit"
ENGAGEMENT_FLOOR = "engagement-floor"
TOTAL_LIMIT = "total-limit"
TOTAL_FLOOR = "total-floor"


class Part(NamedTuple):
    """Points that one rule gave, or that a limit took away or a floor gave back.

    `times` is how often it counted (1 for fit), `uncounted` how many engagements came too often to count, and `faded`
    the points that decay has taken from it.
    """

    rule: str
    points: int
    times: int
    last_at: str | None = None
    uncounted: int = 0
    faded: int = 0

    def stored(self) -> list[Any]:
        return list(self) if self.uncounted or self.faded else list(self[:4])


Parts = tuple[Part, ...]


class Points(NamedTuple):
    """The parts of each group sum to the group."""

    fit: int
    engagement: int
    fit_parts: Parts
    engagement_parts: Parts
    excluded_by: str | None = None


class ModelScore(NamedTuple):
    """What a second model makes of a lead as of its latest judgement."""

    model: str
    points: Points
    is_mql: bool
    judged_at: str


class Score(NamedTuple):
    """`fit_points + engagement_points == points`, and the parts of each group sum to the group.

    `excluded_by` is the exclusion that holds, `threshold` the one whose criteria decided: None for those for all.
    """

    persona: str
    fit_points: int
    engagement_points: int
    is_mql: bool
    fit_parts: Parts
    engagement_parts: Parts
    grade: str | None = None
    excluded_by: str | None = None
    threshold: str | None = None
    models: tuple[ModelScore, ...] = ()

    @property
    def points(self) -> int:
        return self.fit_points + self.engagement_points


def bounded(parts: Parts, *, limit: int | None, floor: int | None, names: tuple[str, str]) -> Parts:
    """With one part more where the sum lies above the limit or below the floor; `names` are those of the two."""
    points = sum(part.points for part in parts)
    if limit is not None and points > limit:
        return (*parts, Part(names[0], limit - points, 1))
    if floor is not None and points < floor:
        return (*parts, Part(names[1], floor - points, 1))
    return parts


def grouped(
    parts: Sequence[Part], groups: Mapping[str, tuple[int | None, int | None]], of_rule: Mapping[str, str]
) -> Parts:
    """With one part more, of the group's name, for each group whose rules sum to too much or too little."""
    added: list[Part] = []
    for name, (limit, floor) in groups.items():
        within = tuple(part for part in parts if of_rule.get(part.rule) == name)
        added += bounded(within, limit=limit, floor=floor, names=(name, name))[len(within) :]
    return (*parts, *added)


def in_total(fit: Parts, engagement: Parts, *, limit: int | None, floor: int | None) -> tuple[Parts, Parts]:
    """Both groups within the bounds of the whole. What is too much is taken from engagement first, and what is too
    little given back to fit first; neither changes its sign by it."""
    of_fit, of_engagement = total(fit), total(engagement)
    if limit is not None and (over := of_fit + of_engagement - limit) > 0:
        taken = min(over, max(of_engagement, 0))
        return _added(fit, TOTAL_LIMIT, taken - over), _added(engagement, TOTAL_LIMIT, -taken)
    if floor is not None and (under := floor - of_fit - of_engagement) > 0:
        given = min(under, max(-of_fit, 0))
        return _added(fit, TOTAL_FLOOR, given), _added(engagement, TOTAL_FLOOR, under - given)
    return fit, engagement


def total(parts: Iterable[Part]) -> int:
    return sum(part.points for part in parts)


def _added(parts: Parts, name: str, points: int) -> Parts:
    return (*parts, Part(name, points, 1)) if points else parts
