"""What follows when a promise is missed, as written in an agreement."""

from typing import Literal

from pydantic import Field, model_validator

from smarketing.domain.clauses import Clause, Words
from smarketing.domain.errors import N_
from smarketing.domain.roles import Department
from smarketing.domain.terms_faults import broken_rule
from smarketing.domain.terms_references import PromiseKey
from smarketing.domain.terms_targets import PeriodLength

Relief = Literal["no_follow_up", "out_of_conversion", "credit", "listed", "criteria_review"]


class ConsequenceClause(Clause):
    """When `side` misses one of `promises`: a relief that is computed, a remedy in words, or both.

    It follows in each case, or once a `period` falls short of the objective; with `after_periods`, only when so many
    in a row did. `credit_count` leads are credited to the other side.
    """

    side: Department
    promises: tuple[PromiseKey, ...] = Field(min_length=1)
    per: Literal["case"] | PeriodLength = "case"
    after_periods: int | None = Field(default=None, ge=2, le=12)
    relief: Relief | None = None
    credit_count: int | None = Field(default=None, ge=1, le=100000)
    remedy: Words | None = None

    @model_validator(mode="after")
    def _follows(self) -> "ConsequenceClause":
        if self.relief is None and self.remedy is None:
            raise broken_rule(N_("Nothing follows: add “relief” or “remedy”."))
        if (self.relief == "credit") != (self.credit_count is not None):
            raise broken_rule(N_("A credit needs “credit_count”, and only a credit has one."), at=("credit_count",))
        if self.after_periods and self.per == "case":
            raise broken_rule(N_("“after_periods” needs a period: set “per”."), at=("after_periods",))
        return self
