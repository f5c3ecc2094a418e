"""What each side owes in numbers, as written in an agreement."""

from typing import Final, Literal

from pydantic import Field, model_validator

from smarketing.domain.clauses import Clause, Criteria, Key, Value, is_absent
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
    """What one of a persona counts for, in 1/100 of the currency: a `value`, or `close_rate` times `price`.

    With a `source` it is said of those only and goes before what is said of the persona as a whole.
    """

    persona: PersonaKey
    source: str | None = Field(default=None, min_length=1, max_length=120)
    value: int | None = Field(default=None, ge=0, le=10**12)
    close_rate: float | None = Field(default=None, ge=0, le=1)
    price: int | None = Field(default=None, ge=0, le=10**12)

    @property
    def cents(self) -> int:
        if self.value is not None:
            return self.value
        return round((self.close_rate or 0) * (self.price or 0))

    @model_validator(mode="after")
    def _is_said_once(self) -> "Worth":
        parts = [part is not None for part in (self.close_rate, self.price)]
        if any(parts) if self.value is not None else not all(parts):
            raise broken_rule(N_("Say what a lead is worth: a value, or a close rate and a price."), at=("value",))
        return self


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
    each: Literal["person", "team"] | None = Field(
        default=None, description="owed by each person or team, not by the side as a whole"
    )
    is_ramped: bool = Field(default=False, exclude_if=is_absent, description="whether the ramp lessens it")
    when: Criteria | None = Field(default=None, description="which leads count; all, when null")
    worth: tuple[Worth, ...] = Field(default=(), exclude_if=is_absent)

    @property
    def is_monthly_total(self) -> bool:
        """Whether it is a plain volume of the whole side in a month, over all leads."""
        return self.period == "month" and not (self.bound or self.each or self.when or self.worth)

    @property
    def is_measured(self) -> bool:
        return self.metric not in COUNTED_ELSEWHERE

    @property
    def is_money(self) -> bool:
        """Whether the volume is an amount in 1/100 of the currency."""
        return bool(self.worth) or self.metric == "revenue"

    def worth_of(self, persona: str, source: str) -> int:
        """What one of this persona and source counts for; nothing where no value was agreed."""
        told = {(each.persona, each.source): each.cents for each in self.worth}
        return told.get((persona, source), told.get((persona, None), 0))

    @model_validator(mode="after")
    def _is_ramped_per_person(self) -> "CountClause":
        if self.is_ramped and self.each != "person":
            raise broken_rule(N_("Only what each person owes is ramped: add “each: person”."), at=("is_ramped",))
        return self
