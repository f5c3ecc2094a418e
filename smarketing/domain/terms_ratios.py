"""Shares that one side promises, as written in an agreement: so many of these among those."""

from typing import Literal

from pydantic import Field, model_validator

from smarketing.domain.clauses import Clause, Criteria
from smarketing.domain.errors import N_
from smarketing.domain.roles import Department
from smarketing.domain.terms_faults import broken_rule
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
]


class RatioClause(Clause):
    """`counted` ÷ `among`, each narrowed by its criteria, within these bounds (shares from 0 to 1).

    By `cohort` the leads that began in the period are followed to what became of them; by `period` both are counted
    when they happened. Fewer than `minimum_count` in the denominator decide nothing.
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
    each: Literal["person"] | None = None
    minimum_count: int | None = Field(default=None, ge=1, le=100000)

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
