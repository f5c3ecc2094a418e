"""What must be done in time, and in how much of it, as written in an agreement. Durations are whole minutes."""

from typing import Final, Literal

from pydantic import Field, model_validator

from smarketing.domain.calendars import Key
from smarketing.domain.clauses import Clause
from smarketing.domain.errors import N_
from smarketing.domain.roles import Department
from smarketing.domain.terms_faults import broken_rule

StartEvent = Literal["handoff.offered", "handoff.accepted", "handoff.confirmed"]
StopEvent = Literal["handoff.accepted", "handoff.refused", "handoff.confirmed", "handoff.recycled", "touch.logged"]


NEVER_TOGETHER: Final = frozenset(
    {
        ("handoff.accepted", "handoff.accepted"),
        ("handoff.accepted", "handoff.refused"),
        ("handoff.confirmed", "handoff.accepted"),
        ("handoff.confirmed", "handoff.refused"),
        ("handoff.confirmed", "handoff.confirmed"),
    }
)
"""Starts of a clock with the events that cannot follow them: they would never stop it."""


class ClockClause(Clause):
    """One side must do something in time: the service level objective is a share of such clocks."""

    side: Department
    starts_on: StartEvent
    stops_on: tuple[StopEvent, ...] = Field(min_length=1)
    allowance_minutes: int = Field(ge=1, le=525600)
    calendar: Key
    at_risk_ratio: float = Field(
        default=0.75, gt=0, lt=1, description="the share of the allowance after which it is at risk"
    )
    objective: float = Field(gt=0, le=1, description="the share of clocks to be met")

    @model_validator(mode="after")
    def _can_stop(self) -> "ClockClause":
        for index, stop in enumerate(self.stops_on):
            if (self.starts_on, stop) in NEVER_TOGETHER:
                raise broken_rule(
                    N_("“%(stop)s” cannot follow “%(start)s”, so it would never stop this clock: remove it."),
                    at=("stops_on", index),
                    stop=stop,
                    start=self.starts_on,
                )
        return self
