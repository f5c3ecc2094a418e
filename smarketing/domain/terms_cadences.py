"""How persistently sales works a lead before it may give up, as written in an agreement."""

from typing import Literal

from pydantic import Field, model_validator

from smarketing.domain.clauses import Clause, Criteria, is_absent
from smarketing.domain.dispositions import Channel
from smarketing.domain.errors import N_
from smarketing.domain.roles import Department
from smarketing.domain.terms_allowances import Allowance, check_has_calendar
from smarketing.domain.terms_clocks import StartEvent
from smarketing.domain.terms_faults import broken_rule
from smarketing.domain.terms_references import CalendarKey, ReasonKey

GivenUp = Literal["refused", "recycled", "lost"]


class CadenceClause(Clause):
    """At least `touches` on at least `channels` channels, `within` the time from `starts_on`.

    Before that no answer of `before` may be given, with one of `reasons` (any, when empty); an empty `before` only
    measures. Touches by `through` alone count (by any channel, when empty).
    """

    side: Department = Department.SALES
    starts_on: StartEvent = "handoff.offered"
    when: Criteria | None = None
    touches: int = Field(ge=1, le=100)
    most_touches: int | None = Field(default=None, ge=1, le=100)
    channels: int | None = Field(default=None, ge=1, le=4)
    through: tuple[Channel, ...] = Field(default=(), exclude_if=is_absent)
    within: Allowance
    no_sooner_than: Allowance | None = None
    calendar: CalendarKey | None = None
    before: tuple[GivenUp, ...] = Field(default=(), exclude_if=is_absent)
    reasons: tuple[ReasonKey, ...] = Field(default=(), exclude_if=is_absent)
    objective: float | None = Field(default=None, gt=0, le=1, description="the share of leads worked like this")

    @model_validator(mode="after")
    def _can_be_kept(self) -> "CadenceClause":
        check_has_calendar(self.within, self.calendar)
        check_has_calendar(self.no_sooner_than, self.calendar, "no_sooner_than")
        if self.channels and self.channels > self.touches:
            raise broken_rule(N_("There cannot be more channels than touches."), at=("channels",))
        if self.channels and self.through and self.channels > len(self.through):
            raise broken_rule(N_("There cannot be more channels than “through” names."), at=("channels",))
        if self.most_touches and self.most_touches < self.touches:
            raise broken_rule(N_("“most_touches” must not be less than “touches”."), at=("most_touches",))
        return self
