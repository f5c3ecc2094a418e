"""What must be known or written down when a lead moves on, as written in an agreement."""

from typing import Literal

from pydantic import Field, field_validator, model_validator

from smarketing.domain.cells import READERS
from smarketing.domain.clauses import Clause, Criteria, is_absent
from smarketing.domain.errors import N_
from smarketing.domain.roles import Department
from smarketing.domain.terms_allowances import Allowance
from smarketing.domain.terms_faults import broken_rule

Transition = Literal[
    "handoff.offered",
    "handoff.accepted",
    "handoff.refused",
    "handoff.confirmed",
    "handoff.recycled",
    "handoff.won",
    "handoff.lost",
]


class EvidenceItem(Clause):
    """Something to be there; `count` of it, by `within` after the step (with the step, when null)."""

    count: int | None = Field(default=None, ge=1, le=1000)
    within: Allowance | None = None


class CompletenessClause(Clause):
    """At a step of the lead these fields are known, a note is written, and the evidence is there."""

    side: Department
    at: Transition
    when: Criteria | None = None
    fields: tuple[str, ...] = Field(default=(), exclude_if=is_absent, max_length=50)
    needs_note: bool = Field(default=False, exclude_if=is_absent)
    evidence: tuple[EvidenceItem, ...] = Field(default=(), exclude_if=is_absent, max_length=50)

    @field_validator("fields")
    @classmethod
    def _are_known(cls, fields: tuple[str, ...]) -> tuple[str, ...]:
        for index, field in enumerate(fields):
            if field not in READERS and field.removeprefix("custom.") in ("", field):
                message = N_("There is no field “%(field)s”; use one of %(known)s, or custom.… for your own.")
                raise broken_rule(message, at=(index,), field=field[:60], known=", ".join(sorted(READERS)))
        return fields

    @model_validator(mode="after")
    def _asks_for_something(self) -> "CompletenessClause":
        if not (self.fields or self.needs_note or self.evidence):
            raise broken_rule(N_("This asks for nothing: add “fields”, “needs_note” or “evidence”."))
        return self
