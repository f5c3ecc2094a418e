"""What is served, by whom, and who does what at each stage of a lead, as written in an agreement."""

from typing import Literal

from pydantic import Field, model_validator

from smarketing.domain.clauses import Clause, Words, is_absent
from smarketing.domain.errors import N_
from smarketing.domain.lifecycle import Stage
from smarketing.domain.roles import Department
from smarketing.domain.terms_allowances import Allowance, check_has_calendar
from smarketing.domain.terms_faults import broken_rule
from smarketing.domain.terms_references import CalendarKey, RoleKey

Degree = Literal["none", "informed", "supports", "shares", "leads"]
"""How far a side is involved: not at all, kept informed, helps, does it together with the other, or does it."""


class ServiceStep(Clause):
    """One step of a service and its time, from the request."""

    within: Allowance


class ServiceClause(Clause):
    """What one side delivers to the other, by which steps, and what it does not: the specification of the service."""

    side: Department
    includes: Words
    excludes: Words | None = None
    steps: tuple[ServiceStep, ...] = Field(default=(), exclude_if=is_absent)
    calendar: CalendarKey | None = None

    @model_validator(mode="after")
    def _has_a_calendar(self) -> "ServiceClause":
        for step in self.steps:
            check_has_calendar(step.within, self.calendar, "steps")
        return self


class RoleClause(Clause):
    """Somebody the agreement speaks of: by function, with the name of who holds it where the parties want it."""

    side: Department | None = Field(default=None, description="null is above both sides")
    duties: Words | None = None
    holder: str | None = Field(default=None, min_length=1, max_length=200)
    signs: bool = Field(default=False, exclude_if=is_absent)
    endorses: bool = Field(default=False, exclude_if=is_absent)


class ResponsibilityClause(Clause):
    """One task at one stage: how far each side is involved, and who answers for what (RACI)."""

    stage: Stage
    marketing: Degree
    sales: Degree
    responsible: tuple[RoleKey, ...] = Field(min_length=1)
    accountable: RoleKey
    consulted: tuple[RoleKey, ...] = Field(default=(), exclude_if=is_absent)
    informed: tuple[RoleKey, ...] = Field(default=(), exclude_if=is_absent)

    @property
    def is_before_handover(self) -> bool:
        return self.stage in (Stage.INQUIRY, Stage.RECYCLED)

    @model_validator(mode="after")
    def _is_led(self) -> "ResponsibilityClause":
        degrees = {self.marketing, self.sales}
        if degrees.isdisjoint({"leads", "shares"}) or (self.marketing == self.sales == "leads"):
            raise broken_rule(N_("One side leads, or both share: say which."), at=("marketing",))
        return self
