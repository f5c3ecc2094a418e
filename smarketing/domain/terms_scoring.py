"""Who the leads are, what their interest is worth and when they are MQLs, as written in an agreement."""

from typing import Literal

from pydantic import Field

from smarketing.domain.clauses import Clause, Criteria, Words
from smarketing.domain.criteria import EngagementKind


class PersonaClause(Clause):
    """A described kind of buyer. `when` decides who belongs to it; the one without is the fallback."""

    description: Words
    when: Criteria | None = None


class FitRule(Clause):
    when: Criteria
    points: int = Field(ge=-1000, le=1000)


class EngagementRule(Clause):
    """Points for each engagement of a kind, counted at most once per `once_per` (each time, when None)."""

    engagement: EngagementKind
    points: int = Field(ge=-1000, le=1000)
    once_per: Literal["day", "week", "ever"] | None = None


class ScoringClause(Clause):
    fit: tuple[FitRule, ...]
    engagement: tuple[EngagementRule, ...]
    fit_limit: int | None = Field(default=None, ge=0, le=10000)
    engagement_limit: int | None = Field(default=None, ge=0, le=10000)


class CriteriaClause(Clause):
    when: Criteria
