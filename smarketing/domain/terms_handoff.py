"""How leads are handed to sales and what sales may answer, as written in an agreement."""

from pydantic import Field, model_validator

from smarketing.domain.calendars import Key
from smarketing.domain.clauses import Clause
from smarketing.domain.dispositions import NextStep
from smarketing.domain.errors import N_
from smarketing.domain.terms_faults import broken_rule


class ReasonClause(Clause):
    """A reason sales may refuse with, and what then happens to the lead."""

    next_step: NextStep


class ChecklistItem(Clause):
    is_required: bool = True


class ChecklistClause(Clause):
    """What sales must have found out before a lead counts as an SQL."""

    items: tuple[ChecklistItem, ...] = Field(min_length=1)
    at_least: int | None = Field(default=None, ge=1, description="how many items suffice; all required ones, when null")

    @model_validator(mode="after")
    def _can_be_fulfilled(self) -> "ChecklistClause":
        if self.at_least and self.at_least > len(self.items):
            raise broken_rule(
                N_("At least %(asked)s items are asked for, but there are only %(count)s."),
                at=("at_least",),
                asked=self.at_least,
                count=len(self.items),
            )
        return self


class HandoffClause(Clause):
    """To which team MQLs go, in turn, and with which reasons sales may refuse or recycle them."""

    team: Key
    refusal_reasons: tuple[ReasonClause, ...] = Field(min_length=1)
    recycle_reasons: tuple[Clause, ...] = Field(min_length=1)
    loss_reasons: tuple[Clause, ...] = Field(min_length=1)
