"""Examples by which both sides test what they agree on: a lead, or a situation, and what should come of it.

An agreement is not proposed or signed while one of them does not hold. How they are tried stands in
domain/clause_tests.py.
"""

import re
from datetime import datetime
from typing import Annotated, Final, Literal

from pydantic import BeforeValidator, Field, StringConstraints, WithJsonSchema, field_validator, model_validator

from smarketing.domain.clauses import Clause, Key, Value, is_absent
from smarketing.domain.criteria import EngagementKind
from smarketing.domain.criteria_fields import INSTANT_FIELDS, KNOWN_FIELDS, is_custom
from smarketing.domain.errors import N_
from smarketing.domain.terms_faults import broken_rule
from smarketing.domain.terms_references import ClockKey, JudgedKey

DERIVED: Final = {
    "persona": N_("The persona follows from the facts: write those instead."),
    "email_domain": N_("The domain follows from the e-mail: write that instead."),
    "last_engaged_at": N_("The last engagement follows from the engagements: write those instead."),
}


def _moment(written: object) -> str:
    found = _WRITTEN.fullmatch(written.strip()) if isinstance(written, str) else None
    try:
        return datetime.fromisoformat(f"{found[1]}T{found[2]}" if found else "").isoformat(timespec="minutes")
    except ValueError:
        message = N_("“%(moment)s” is no day and time; write it as 2026-03-06T17:30.")
        raise broken_rule(message, moment=str(written)[:20]) from None


_WRITTEN = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]([0-9]{2}:[0-9]{2})", re.ASCII)
Moment = Annotated[
    str,
    BeforeValidator(_moment),
    WithJsonSchema({"type": "string", "pattern": _WRITTEN.pattern, "examples": ["2026-03-06T17:30"]}),
]
"""A wall time in the zone of the calendar that counts."""
Points = Annotated[int, Field(ge=-100_000, le=100_000)]


class ExampleFact(Value):
    """What is known of the lead: a text or a number, or for an instant how many days ago it was."""

    field: str
    value: str | None = Field(default=None, min_length=1, max_length=500)
    days_ago: int | None = Field(default=None, ge=0, le=3660)

    @field_validator("field")
    @classmethod
    def _is_known(cls, field: str) -> str:
        if field in DERIVED:
            raise broken_rule(DERIVED[field])
        if field in KNOWN_FIELDS or is_custom(field):
            return field
        message = N_("There is no field “%(field)s”; use one of %(known)s, or custom.… for your own.")
        raise broken_rule(message, field=field[:60], known=", ".join(sorted(KNOWN_FIELDS - set(DERIVED))))

    @model_validator(mode="after")
    def _says_it(self) -> "ExampleFact":
        if self.field in INSTANT_FIELDS:
            if self.days_ago is None or self.value is not None:
                raise broken_rule(N_("Write how many days ago this was."), at=("days_ago",))
        elif self.value is None or self.days_ago is not None:
            raise broken_rule(N_("Write what is known here as a value."), at=("value",))
        return self


class ExampleEngagement(Value):
    """What the lead has done: today when `days_ago` is absent, once when `times` is."""

    engagement: EngagementKind
    days_ago: int | None = Field(default=None, ge=0, le=3660)
    times: int | None = Field(default=None, ge=1, le=100)


class ExampleClause(Clause):
    """A lead, and what a clause makes of it: whether it `holds`, how many points it gives, which grade.

    `answered` are the items of a checklist that sales has found out.
    """

    about: JudgedKey
    facts: tuple[ExampleFact, ...] = Field(default=(), exclude_if=is_absent)
    engagements: tuple[ExampleEngagement, ...] = Field(default=(), exclude_if=is_absent)
    answered: tuple[Key, ...] = Field(default=(), exclude_if=is_absent)
    holds: Literal["yes", "no"] | None = None
    points: Points | None = None
    at_least: Points | None = None
    at_most: Points | None = None
    grade: Annotated[str, StringConstraints(pattern=r"^[A-D][1-4]$")] | None = None

    @property
    def bounds(self) -> tuple[int | None, int | None]:
        return self.at_least, self.at_most

    @model_validator(mode="after")
    def _expects_something(self) -> "ExampleClause":
        if all(each is None for each in (self.holds, self.points, self.at_least, self.at_most, self.grade)):
            raise broken_rule(N_("Say what should come of it: whether it holds, or how many points."), at=("holds",))
        return self


class Standstill(Value):
    paused_at: Moment
    resumed_at: Moment

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> "Standstill":
        if self.resumed_at <= self.paused_at:
            raise broken_rule(N_("The pause ends after it begins."), at=("resumed_at",))
        return self


class SituationClause(Clause):
    """A clock from its start on, and when it should be due, or whether what stopped it came in time.

    Without `stopped_at` nothing has stopped it.
    """

    about: ClockKey
    started_at: Moment
    stopped_at: Moment | None = None
    pauses: tuple[Standstill, ...] = Field(default=(), exclude_if=is_absent)
    due_at: Moment | None = None
    outcome: Literal["met", "breached"] | None = None

    @model_validator(mode="after")
    def _expects_something(self) -> "SituationClause":
        if self.due_at is None and self.outcome is None:
            raise broken_rule(N_("Say when it should be due, or whether it is met or missed."), at=("due_at",))
        if self.stopped_at is not None and self.stopped_at < self.started_at:
            raise broken_rule(N_("It cannot be stopped before it has started."), at=("stopped_at",))
        return self
