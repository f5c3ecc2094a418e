"""Who is told, and what is done, while a clock runs out and after, as written in an agreement."""

from typing import Literal

from pydantic import Field, model_validator

from smarketing.domain.clauses import Clause, Criteria, Value, Words, is_absent
from smarketing.domain.errors import N_
from smarketing.domain.terms_allowances import Allowance, check_has_calendar
from smarketing.domain.terms_faults import broken_rule
from smarketing.domain.terms_references import CalendarKey, PromiseKey, ReasonKey

Addressee = Literal["owner", "sales_managers", "marketing_managers", "sales", "marketing", "administrators"]


Act = Literal["reassign", "recycle", "task", "list"]


class EscalationStep(Value):
    """At a share of the allowance (1 is its end), so long before its end or after its start: tell these, or act.

    `reason` is written down where the lead is recycled. `task` is what one person has to do: the owner, or one of
    `given_to`.
    """

    at_ratio: float | None = Field(default=None, gt=0, le=10)
    before: Allowance | None = Field(default=None, exclude_if=is_absent)
    after: Allowance | None = None
    tell: tuple[Addressee, ...] = Field(default=(), exclude_if=is_absent)
    act: Act | None = None
    reason: ReasonKey | None = Field(default=None, exclude_if=is_absent)
    task: Words | None = Field(default=None, exclude_if=is_absent)
    given_to: Addressee | None = Field(default=None, exclude_if=is_absent)
    urgent: bool = Field(default=False, exclude_if=is_absent, description="told at once, outside their hours too")

    @property
    def calls_somebody(self) -> bool:
        return bool(self.tell) or self.task is not None

    @model_validator(mode="after")
    def _happens(self) -> "EscalationStep":
        if sum(when is not None for when in (self.at_ratio, self.before, self.after)) != 1:
            raise broken_rule(N_("A step has one of “at_ratio”, “before” and “after”."))
        if not self.tell and self.act is None:
            raise broken_rule(N_("This step does nothing: add “tell” or “act”."))
        return self

    @model_validator(mode="after")
    def _says_what_its_act_needs(self) -> "EscalationStep":
        if self.act == "recycle" and self.reason is None:
            raise broken_rule(N_("Name the reason that is written down: add “reason”."), at=("act",))
        if self.act == "task" and self.task is None:
            raise broken_rule(N_("Say what is to be done: add “task”."), at=("act",))
        for name, act in (("reason", "recycle"), ("task", "task"), ("given_to", "task")):
            if getattr(self, name) is not None and self.act != act:
                message = N_("“%(field)s” is for a step whose act is “%(act)s”: remove it, or change the act.")
                raise broken_rule(message, at=(name,), field=name, act=act)
        return self


class EscalationClause(Clause):
    """The ladder for the clocks of `promises`; for every clock, when empty."""

    promises: tuple[PromiseKey, ...] = Field(default=(), exclude_if=is_absent)
    when: Criteria | None = None
    calendar: CalendarKey | None = None
    steps: tuple[EscalationStep, ...] = Field(min_length=1, max_length=10)

    @model_validator(mode="after")
    def _climbs(self) -> "EscalationClause":
        for index, step in enumerate(self.steps):
            if step.after is not None and step.after.is_business and self.calendar is None:
                check_has_calendar(step.after, self.calendar, "steps")
            if index and _is_no_later(step, self.steps[index - 1]):
                raise broken_rule(N_("Write the steps in order, each later than the one before."), at=("steps", index))
        return self


def _is_no_later(step: EscalationStep, previous: EscalationStep) -> bool:
    """As far as it can be told without a clock."""
    if step.at_ratio and previous.at_ratio:
        return step.at_ratio <= previous.at_ratio
    if step.before and previous.before:
        return step.before.unit == previous.before.unit and step.before.amount >= previous.before.amount
    return False
