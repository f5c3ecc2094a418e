"""Who the leads are, what their interest is worth and when they are MQLs, as written in an agreement.

What is None is not agreed, and leaves no trace in the canonical text.
"""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, field_validator, model_validator

from smarketing.domain.calendars import Zone
from smarketing.domain.clauses import Clause, Criteria, Key, Value, Words
from smarketing.domain.criteria import EngagementKind
from smarketing.domain.points_checks import (
    check_between,
    check_groups,
    check_times,
    forbid_fields,
    forbid_half_life_with_idle,
)
from smarketing.domain.terms_faults import Path

Points = Annotated[int, Field(ge=-1000, le=1000)]
Limit = Annotated[int, Field(ge=0, le=10000)]
Floor = Annotated[int, Field(ge=-10000, le=0)]
Days = Annotated[int, Field(ge=1, le=3660)]
ClockTime = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]


class PersonaClause(Clause):
    """A described kind of buyer. `when` decides who belongs to it; the one without is the fallback."""

    description: Words
    goals: Words | None = None
    pains: Words | None = None
    roles: Words | None = None
    company: Words | None = None
    when: Criteria | None = None

    @field_validator("when")
    @classmethod
    def _needs_no_score(cls, rule: Criteria | None, info: ValidationInfo) -> Criteria | None:
        return forbid_fields(rule, info, of_persona=True)


class FitRule(Clause):
    when: Criteria
    points: Points
    group: Key | None = None

    @field_validator("when")
    @classmethod
    def _needs_no_score(cls, rule: Criteria, info: ValidationInfo) -> Criteria | None:
        return forbid_fields(rule, info)


class After(Value):
    """Only within so many days after an engagement of another kind."""

    engagement: EngagementKind
    within_days: Days


class EngagementRule(Clause):
    """Points for each engagement of a kind, “any” for all kinds.

    It counts at most once per `once_per`, or `at_most` times in any `per_days` days of 24 hours (ever, when None); each
    time, when neither is given. With `count` it counts each time so many have come together `within_days`.
    """

    engagement: EngagementKind
    points: Points
    once_per: Literal["day", "week", "ever"] | None = None
    at_most: int | None = Field(default=None, ge=1, le=1000)
    per_days: Days | None = None
    when: Criteria | None = None
    count: int | None = Field(default=None, ge=2, le=1000)
    within_days: Days | None = None
    after: After | None = None
    group: Key | None = None

    @field_validator("when")
    @classmethod
    def _needs_no_score(cls, rule: Criteria | None, info: ValidationInfo) -> Criteria | None:
        return forbid_fields(rule, info)

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> "EngagementRule":
        check_times(self)
        return self


class GroupClause(Clause):
    """Rules that are limited together: never above `limit`, never below `floor`."""

    limit: Limit | None = None
    floor: Floor | None = None


class IdleRule(Clause):
    """Points lost for each full `days` of 24 hours without an engagement, `at_most` times in one such silence.

    Only the kinds `engagements` break the silence, all when None; none begins before the first of them.
    """

    engagements: tuple[EngagementKind, ...] | None = Field(default=None, min_length=1)
    days: Days
    points: int = Field(ge=-1000, lt=0)
    at_most: int | None = Field(default=None, ge=1, le=1000)


class ResetClause(Clause):
    """What a lead did before this counts no more: before an engagement of a kind, or before sales “recycled” it.

    The recycling of a lead that a marketer had marked by hand is spared within `spare_marked_days` of the mark.
    """

    on: EngagementKind
    spare_marked_days: Days | None = None


class ExclusionClause(Clause):
    """Whoever this holds for is not scored and becomes no MQL by the criteria."""

    when: Criteria

    @field_validator("when")
    @classmethod
    def _needs_no_score(cls, rule: Criteria, info: ValidationInfo) -> Criteria | None:
        return forbid_fields(rule, info)


class Decay(Value):
    """The points of an engagement halve with each `half_life_days` of its age, counted in whole days of 24 hours."""

    half_life_days: Days


class Grid(Value):
    """From how many points on fit is A, B or C (else D), and engagement 1, 2 or 3 (else 4)."""

    fit: tuple[int, int, int]
    engagement: tuple[int, int, int]

    @field_validator("fit", "engagement")
    @classmethod
    def _falls(cls, bounds: tuple[int, int, int]) -> tuple[int, int, int]:
        return check_between(bounds)


class PointsClause(Clause):
    """How points add up: rules, groups, limits and floors, decay, resets, and who is left out."""

    fit: tuple[FitRule, ...]
    engagement: tuple[EngagementRule, ...]
    groups: tuple[GroupClause, ...] | None = None
    fit_limit: Limit | None = None
    fit_floor: Floor | None = None
    engagement_limit: Limit | None = None
    engagement_floor: Floor | None = None
    total_limit: Limit | None = None
    total_floor: Floor | None = None
    decay: Decay | None = None
    idle: tuple[IdleRule, ...] | None = None
    resets: tuple[ResetClause, ...] | None = None
    exclusions: tuple[ExclusionClause, ...] | None = None

    @model_validator(mode="after")
    def _adds_up(self) -> "PointsClause":
        check_groups(self)
        forbid_half_life_with_idle(self)
        return self

    def placed(self, *place: str | int) -> Iterator[tuple[Path, Clause]]:
        """Every clause within, with its place in the document."""
        for name in ("fit", "engagement", "groups", "idle", "resets", "exclusions"):
            for index, clause in enumerate(getattr(self, name) or ()):
                yield (*place, name, index), clause


class ModelClause(PointsClause):
    """A second model beside the first, for some leads and for a time: it too can make an MQL.

    It holds for those whom `when` takes, from an engagement of kind `starts_on` (always, when None) for `lasts_days`.
    It is judged at the times of day `judged_at` of `zone`, or at once when None.
    """

    when: Criteria | None = None
    starts_on: EngagementKind | None = None
    lasts_days: Days | None = None
    judged_at: tuple[ClockTime, ...] | None = Field(default=None, min_length=1, max_length=24)
    zone: Zone | None = None
    criteria: Criteria


class ScoringClause(PointsClause):
    grid: Grid | None = None
    models: tuple[ModelClause, ...] | None = None

    def placed(self, *place: str | int) -> Iterator[tuple[Path, Clause]]:
        yield from super().placed(*place)
        for index, model in enumerate(self.models or ()):
            yield (*place, "models", index), model
            yield from model.placed(*place, "models", index)


class InstantRule(Clause):
    """Whoever this holds for is an MQL whatever the score."""

    when: Criteria


class ThresholdClause(Clause):
    """Whoever `when` holds for is judged by these criteria instead of those for all; the first that takes them."""

    when: Criteria
    criteria: Criteria


class CriteriaClause(Clause):
    when: Criteria
    instant: tuple[InstantRule, ...] | None = None
    thresholds: tuple[ThresholdClause, ...] | None = None

    def placed(self, *place: str | int) -> Iterator[tuple[Path, Clause]]:
        for name in ("instant", "thresholds"):
            for index, clause in enumerate(getattr(self, name) or ()):
                yield (*place, name, index), clause
