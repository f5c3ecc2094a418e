"""Shares that one side promises, as written in an agreement: so many of these among those."""

from typing import Final, Literal

from pydantic import Field, model_validator

from smarketing.domain.clauses import Clause, Criteria, is_absent
from smarketing.domain.errors import N_
from smarketing.domain.roles import Department
from smarketing.domain.terms_faults import broken_rule
from smarketing.domain.terms_references import ClockKey
from smarketing.domain.terms_targets import PeriodLength

Counted = Literal[
    "leads",
    "mqls",
    "handoffs",
    "sals",
    "sqls",
    "wons",
    "refusals",
    "refusals_with_note",
    "recyclings",
    "disputes",
    "disputes_upheld",
    "tasks",
    "tasks_overdue",
    "meetings",
    "deadlines",
    "deadlines_met",
]

COUNTED_ELSEWHERE: Final = frozenset({"tasks", "tasks_overdue"})
"""What this system keeps no record of: agreed here, counted by people or other systems."""
OF_CLOCKS: Final = ("deadlines_met", "deadlines")


class RatioClause(Clause):
    """`counted` ÷ `among`, each narrowed by its criteria, within these bounds (shares from 0 to 1).

    By `cohort` the leads that began in the period are followed to what became of them; by `period` both are counted
    when they happened. Fewer than `minimum_count` in the denominator decide nothing. `clock` narrows deadlines to
    those of one clause.
    """

    side: Department
    counted: Counted
    among: Counted
    counted_when: Criteria | None = None
    among_when: Criteria | None = None
    at_least: float | None = Field(default=None, ge=0, le=1)
    at_most: float | None = Field(default=None, ge=0, le=1)
    period: PeriodLength = "month"
    by: Literal["cohort", "period"] = "cohort"
    each: Literal["person", "team"] | None = None
    is_ramped: bool = Field(default=False, exclude_if=is_absent, description="whether the ramp lessens the least share")
    clock: ClockKey | None = Field(default=None, exclude_if=is_absent)
    minimum_count: int | None = Field(default=None, ge=1, le=100000)

    @property
    def is_measured(self) -> bool:
        return not {self.counted, self.among} & COUNTED_ELSEWHERE

    @property
    def is_of_clocks(self) -> bool:
        return (self.counted, self.among) == OF_CLOCKS

    @property
    def is_narrowed(self) -> bool:
        return bool(self.counted_when or self.among_when)

    def least(self, ramp_ratio: float) -> float | None:
        """The least share owed where the ramp leaves so much of it; None without one."""
        return None if self.at_least is None else self.at_least * ramp_ratio

    @model_validator(mode="after")
    def _is_bounded(self) -> "RatioClause":
        if self.at_least is None and self.at_most is None:
            raise broken_rule(N_("A share needs a bound: add “at_least” or “at_most”."))
        if self.at_least is not None and self.at_most is not None and self.at_least > self.at_most:
            raise broken_rule(N_("“at_least” must not be more than “at_most”."), at=("at_least",))
        if self.counted == self.among and self.counted_when is None:
            message = N_("This share is always whole: count something else, or add “counted_when”.")
            raise broken_rule(message, at=("counted",))
        return self

    @model_validator(mode="after")
    def _can_be_owed(self) -> "RatioClause":
        if self.is_ramped and (self.each != "person" or self.at_least is None):
            raise broken_rule(N_("Only the least share of each person is ramped."), at=("is_ramped",))
        if {self.counted, self.among} & set(OF_CLOCKS) and not self.is_of_clocks:
            message = N_("Deadlines stand among deadlines: count “deadlines_met” among “deadlines”.")
            raise broken_rule(message, at=("counted",))
        if self.clock and not self.is_of_clocks:
            raise broken_rule(N_("Only deadlines are those of one clock."), at=("clock",))
        if self.each and "leads" in (self.counted, self.among):
            raise broken_rule(N_("A lead that just came in is nobody’s yet: leave “each” out."), at=("each",))
        return self
