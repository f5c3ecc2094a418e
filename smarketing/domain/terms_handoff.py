"""How leads are handed to sales and what sales may answer, as written in an agreement."""

from collections.abc import Iterator

from pydantic import Field, model_validator

from smarketing.domain.clauses import Clause, Key, is_absent
from smarketing.domain.dispositions import NextStep
from smarketing.domain.errors import N_
from smarketing.domain.roles import Department
from smarketing.domain.terms_allowances import Allowance
from smarketing.domain.terms_faults import broken_rule


class Reason(Clause):
    """A reason for an answer. `contested_by` says who may dispute it, within the time of the dispute clause."""

    needs_note: bool = Field(default=False, exclude_if=is_absent)
    contested_by: Department | None = None


class ReasonClause(Reason):
    """A reason sales may refuse with, and what then happens to the lead; `group` is a heading among them."""

    next_step: NextStep
    group: Key | None = None


class RecycleReason(Reason):
    """A reason sales may recycle with, and how long the lead is nurtured unless sales says otherwise."""

    wait: Allowance | None = None

    @model_validator(mode="after")
    def _waits_in_calendar_time(self) -> "RecycleReason":
        if self.wait is not None and self.wait.is_business:
            raise broken_rule(N_("Write this in calendar time, such as days."), at=("wait",))
        return self


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
    recycle_reasons: tuple[RecycleReason, ...] = Field(min_length=1)
    loss_reasons: tuple[Reason, ...] = Field(min_length=1)
    reason_groups: tuple[Clause, ...] = Field(default=(), exclude_if=is_absent)

    def reasons(self) -> Iterator[Reason]:
        """All of them: to refuse, to recycle, for a loss."""
        yield from self.refusal_reasons
        yield from self.recycle_reasons
        yield from self.loss_reasons

    @model_validator(mode="after")
    def _groups_exist(self) -> "HandoffClause":
        known = {group.id for group in self.reason_groups}
        for index, reason in enumerate(self.refusal_reasons):
            if reason.group is not None and reason.group not in known:
                raise broken_rule(
                    N_("There is no group of reasons “%(group)s”: add it to “reason_groups”."),
                    at=("refusal_reasons", index, "group"),
                    group=reason.group,
                )
        return self
