"""What each side owes in numbers, as written in an agreement."""

from typing import Final, Literal

from pydantic import Field, model_validator

from smarketing.domain.calendars import Key
from smarketing.domain.clauses import Clause, Criteria, Value, is_absent
from smarketing.domain.errors import N_
from smarketing.domain.roles import Department
from smarketing.domain.terms_faults import broken_rule
from smarketing.domain.terms_references import PersonaKey

Metric = Literal[
    "visits", "leads", "mqls", "sals", "sqls", "wons", "revenue", "touches", "calls", "meetings", "conversations"
]
PeriodLength = Literal["day", "week", "month", "quarter", "year"]

COUNTED_ELSEWHERE: Final = frozenset({"visits", "conversations"})
"""What no lead of this system shows: agreed here, counted by people or other systems."""


class Worth(Value):
    """What one of a persona counts for, in 1/100 of the currency."""

    persona: PersonaKey
    value: int = Field(ge=0, le=10**12)


class CountClause(Clause):
    """One side owes a volume per period: at least so much, or at most when `bound` says so.

    With `worth` the volume is not heads but their implied value, in 1/100 of the currency.
    """

    side: Department
    metric: Metric
    period: PeriodLength = "month"
    owed: int = Field(ge=1, le=10**12)
    calendar: Key
    bound: Literal["at_most"] | None = None
    each: Literal["person"] | None = Field(default=None, description="owed by each person, not by the side as a whole")
    is_ramped: bool = Field(default=False, exclude_if=is_absent, description="whether the ramp lessens it")
    when: Criteria | None = Field(default=None, description="which leads count; all, when null")
    worth: tuple[Worth, ...] = Field(default=(), exclude_if=is_absent)

    @property
    def is_monthly_total(self) -> bool:
        """Whether it is a plain volume of the whole side in a month, over all leads."""
        return self.period == "month" and not (self.bound or self.each or self.when or self.worth)

    @model_validator(mode="after")
    def _is_ramped_per_person(self) -> "CountClause":
        if self.is_ramped and self.each is None:
            raise broken_rule(N_("Only what each person owes is ramped: add “each: person”."), at=("is_ramped",))
        return self
