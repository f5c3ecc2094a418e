"""What must be done in time, and in how much of it, as written in an agreement.

Time is granted in whole minutes or whole days: of the hours of a calendar, or with `time: wall` of all hours.
"""

from typing import Final, Literal

from pydantic import Field, model_validator

from smarketing.domain.clauses import Clause, Criteria, Key
from smarketing.domain.criteria import EngagementKind
from smarketing.domain.dispositions import Channel
from smarketing.domain.errors import N_
from smarketing.domain.roles import Department
from smarketing.domain.terms_faults import broken_rule

StartEvent = Literal["handoff.offered", "handoff.accepted", "handoff.confirmed", "handoff.returned", "lead.engaged"]
StopEvent = Literal[
    "handoff.accepted",
    "handoff.refused",
    "handoff.confirmed",
    "handoff.recycled",
    "touch.logged",
    "handoff.assigned",
    "handoff.won",
    "handoff.lost",
    "lead.qualified",
    "lead.engaged",
]
PauseEvent = Literal["handoff.paused", "touch.logged"]
ResumeEvent = Literal["handoff.resumed", "touch.logged", "lead.engaged"]
TurnEvent = Literal["touch.logged", "lead.engaged", "handoff.accepted", "handoff.confirmed", "handoff.reassigned"]
Again = Literal["continue", "restart"]


NEVER_TOGETHER: Final = frozenset(
    {
        ("handoff.accepted", "handoff.accepted"),
        ("handoff.accepted", "handoff.refused"),
        ("handoff.confirmed", "handoff.accepted"),
        ("handoff.confirmed", "handoff.refused"),
        ("handoff.confirmed", "handoff.confirmed"),
        ("handoff.returned", "handoff.accepted"),
        ("handoff.returned", "handoff.refused"),
        ("handoff.returned", "handoff.confirmed"),
        ("handoff.returned", "handoff.recycled"),
        ("handoff.returned", "touch.logged"),
    }
)
"""Starts of a clock with the events that cannot follow them: they would never stop it."""


class ClockClause(Clause):
    """One side must do something in time: the service level objective is a share of such clocks."""

    side: Department
    starts_on: StartEvent
    stops_on: tuple[StopEvent, ...] = Field(min_length=1)
    allowance_minutes: int | None = Field(default=None, ge=1, le=525600)
    allowance_days: int | None = Field(default=None, ge=1, le=365)
    time: Literal["wall"] | None = Field(default=None, description="all time counts, not only that of the calendar")
    limit_minutes: int | None = Field(default=None, ge=1, le=525600, description="the hard limit beyond the allowance")
    limit_days: int | None = Field(default=None, ge=1, le=365)
    when: Criteria | None = Field(default=None, description="which leads it is about; all, when absent")
    group: Key | None = Field(default=None, description="of the clocks of a group only the first that applies starts")
    calendar: Key
    calendar_of: Literal["assignee", "team", "country"] | None = Field(
        default=None, description="whose calendar counts; the named one where they have none"
    )
    engagement: EngagementKind | None = Field(default=None, description="which act of the lead starts it")
    touches: int | None = Field(default=None, ge=2, le=50, description="it stops only after so many touches")
    channels: int | None = Field(default=None, ge=2, le=len(Channel), description="which go by so many channels")
    pauses_on: tuple[PauseEvent, ...] | None = None
    resumes_on: tuple[ResumeEvent, ...] | None = None
    cancels_on: tuple[TurnEvent, ...] | None = None
    resets_on: tuple[TurnEvent, ...] | None = None
    on_reassign: Again | None = None
    on_reopen: Again | None = None
    at_risk_ratio: float = Field(
        default=0.75, gt=0, lt=1, description="the share of the allowance after which it is at risk"
    )
    objective: float = Field(gt=0, le=1, description="the share of clocks to be met")

    def may_be_paused(self) -> bool:
        """Whether people may let it stand still by hand."""
        return "handoff.paused" in (self.pauses_on or ())

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

    @model_validator(mode="after")
    def _grants_one_time(self) -> "ClockClause":
        if (self.allowance_minutes is None) == (self.allowance_days is None):
            raise broken_rule(N_("Grant minutes or days: one of allowance_minutes and allowance_days."))
        for place, limit, allowance in (
            ("limit_minutes", self.limit_minutes, self.allowance_minutes),
            ("limit_days", self.limit_days, self.allowance_days),
        ):
            if limit is not None and (allowance is None or limit <= allowance):
                message = N_("The hard limit is more than the allowance, and in the same unit.")
                raise broken_rule(message, at=(place,))
        return self

    @model_validator(mode="after")
    def _says_what_it_needs(self) -> "ClockClause":
        if (self.engagement is None) == (self.starts_on == "lead.engaged"):
            message = N_("A clock that starts on lead.engaged names the engagement that starts it, and no other does.")
            raise broken_rule(message, at=("engagement",) if self.engagement else ("starts_on",))
        if (self.touches or self.channels) and "touch.logged" not in self.stops_on:
            message = N_("Touches and channels are counted only where touch.logged stops the clock.")
            raise broken_rule(message, at=("touches",) if self.touches else ("channels",))
        if bool(self.pauses_on) != bool(self.resumes_on):
            message = N_("A clock that pauses also says what lets it go on: write pauses_on and resumes_on.")
            raise broken_rule(message, at=("pauses_on",) if self.pauses_on else ("resumes_on",))
        return self
