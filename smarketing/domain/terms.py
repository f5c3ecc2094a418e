"""The signed document: frozen, validated, with one canonical form and one digest.

Every clause has an id that is unique in the document and a title in French and English. Durations are whole
minutes, ratios lie between 0 and 1, money is in 1/100 of `currency`.
"""

import hashlib
import json
from collections.abc import Iterator
from functools import lru_cache
from typing import Annotated, Any, Final, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from smarketing.domain.calendars import Calendar, Zone
from smarketing.domain.criteria import MAX_DEPTH, Criterion, depth
from smarketing.domain.dispositions import NextStep
from smarketing.domain.errors import N_, InvalidInput
from smarketing.domain.roles import Department

SCHEMA_VERSION: Final = 1

Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,59}$")]
StartEvent = Literal["handoff.offered", "handoff.accepted", "handoff.confirmed"]
StopEvent = Literal["handoff.accepted", "handoff.refused", "handoff.confirmed", "handoff.recycled", "touch.logged"]


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Words(_Value):
    """The same words in both languages."""

    en: str = Field(min_length=1, max_length=4000)
    fr: str = Field(min_length=1, max_length=4000)

    def in_locale(self, locale: str) -> str:
        return self.fr if locale.startswith("fr") else self.en


class Clause(_Value):
    id: Key
    title: Words


class Party(_Value):
    department: Department
    team: Key


class PersonaClause(Clause):
    """A described kind of buyer. `when` decides who belongs to it; the one without is the fallback."""

    description: Words
    when: Criterion | None = None


class FitRule(Clause):
    when: Criterion
    points: int = Field(ge=-1000, le=1000)


class EngagementRule(Clause):
    """Points for each engagement of a kind, counted at most once per `once_per` (each time, when None)."""

    engagement: Key
    points: int = Field(ge=-1000, le=1000)
    once_per: Literal["day", "week", "ever"] | None = None


class ScoringClause(Clause):
    fit: tuple[FitRule, ...]
    engagement: tuple[EngagementRule, ...]
    fit_limit: int | None = Field(default=None, ge=0, le=10000)
    engagement_limit: int | None = Field(default=None, ge=0, le=10000)


class CriteriaClause(Clause):
    when: Criterion

    @model_validator(mode="after")
    def _is_shallow(self) -> "CriteriaClause":
        if depth(self.when) > MAX_DEPTH:
            raise ValueError(f"criteria may be nested {MAX_DEPTH} levels deep")
        return self


class ReasonClause(Clause):
    """A reason sales may refuse with, and what then happens to the lead."""

    next_step: NextStep


class ChecklistItem(Clause):
    is_required: bool = True


class ChecklistClause(Clause):
    """What sales must have found out before a lead counts as an SQL."""

    items: tuple[ChecklistItem, ...] = Field(min_length=1)
    at_least: int | None = Field(default=None, ge=1, description="how many items suffice; all required ones, when null")


class HandoffClause(Clause):
    """To which team MQLs go, in turn, and with which reasons sales may refuse or recycle them."""

    team: Key
    refusal_reasons: tuple[ReasonClause, ...] = Field(min_length=1)
    recycle_reasons: tuple[Clause, ...] = Field(min_length=1)
    loss_reasons: tuple[Clause, ...] = Field(min_length=1)


class ClockClause(Clause):
    """One side must do something in time: the service level objective is a share of such clocks."""

    side: Department
    starts_on: StartEvent
    stops_on: tuple[StopEvent, ...] = Field(min_length=1)
    allowance_minutes: int = Field(ge=1, le=525600)
    calendar: Key
    at_risk_ratio: float = Field(
        default=0.75, gt=0, lt=1, description="the share of the allowance after which it is at risk"
    )
    objective: float = Field(gt=0, le=1, description="the share of clocks to be met")


class CountClause(Clause):
    """One side owes a volume per period."""

    side: Department
    metric: Literal["mqls", "sals", "sqls", "wons"]
    period: Literal["month"] = "month"
    owed: int = Field(ge=1, le=10**9)
    calendar: Key


class Terms(_Value):
    schema_version: Literal[1] = SCHEMA_VERSION
    title: Words
    preamble: Words
    scope: Words
    zone: Zone
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
    term_months: int = Field(ge=1, le=120)
    notice_days: int = Field(ge=0, le=730)
    parties: tuple[Party, ...] = Field(min_length=2, max_length=2)
    calendars: tuple[Calendar, ...] = Field(min_length=1)
    personas: tuple[PersonaClause, ...] = Field(min_length=1)
    scoring: ScoringClause
    mql: CriteriaClause
    sql: ChecklistClause
    handoff: HandoffClause
    clocks: tuple[ClockClause, ...] = Field(min_length=1)
    targets: tuple[CountClause, ...] = ()

    def clauses(self) -> Iterator[Clause]:
        """Every clause that has an id, in the order of the document."""
        yield from self.personas
        yield self.scoring
        yield from self.scoring.fit
        yield from self.scoring.engagement
        yield self.mql
        yield self.sql
        yield self.handoff
        yield from self.handoff.refusal_reasons
        yield from self.handoff.recycle_reasons
        yield from self.handoff.loss_reasons
        yield from self.clocks
        yield from self.targets

    def calendar(self, calendar_id: str) -> Calendar:
        return next(calendar for calendar in self.calendars if calendar.id == calendar_id)

    def clock(self, clause_id: str) -> ClockClause:
        return next(clause for clause in self.clocks if clause.id == clause_id)

    def refusal_reason(self, reason_id: str) -> ReasonClause:
        """Raises InvalidInput for a reason that this version does not know."""
        return _reason(self.handoff.refusal_reasons, reason_id)

    def recycle_reason(self, reason_id: str) -> Clause:
        return _reason(self.handoff.recycle_reasons, reason_id)

    def loss_reason(self, reason_id: str) -> Clause:
        return _reason(self.handoff.loss_reasons, reason_id)

    @model_validator(mode="after")
    def _names_agree(self) -> "Terms":
        ids = [clause.id for clause in self.clauses()]
        twice = sorted({clause_id for clause_id in ids if ids.count(clause_id) > 1})
        if twice:
            raise ValueError(f"clause ids must be unique; used twice: {', '.join(twice)}")
        calendar_ids = {calendar.id for calendar in self.calendars}
        named = [(clause.id, clause.calendar) for clause in self.clocks]
        named += [(clause.id, clause.calendar) for clause in self.targets]
        for clause_id, calendar_id in named:
            if calendar_id not in calendar_ids:
                raise ValueError(f"clause “{clause_id}” names the calendar “{calendar_id}”, which does not exist")
        if {party.department for party in self.parties} != set(Department):
            raise ValueError("the parties are marketing and sales, each once")
        if self.personas[-1].when is not None or any(persona.when is None for persona in self.personas[:-1]):
            raise ValueError("the last persona, and only the last, has no rule: it is the fallback")
        return self


_C = TypeVar("_C", bound=Clause)


def _reason(reasons: tuple[_C, ...], reason_id: str) -> _C:
    for reason in reasons:
        if reason.id == reason_id:
            return reason
    raise InvalidInput("reason", N_("The agreement does not know the reason “%(reason)s”."), reason=reason_id[:60])


def read_terms(document: Any) -> Terms:
    """Validate a document as read from YAML or JSON. Raises InvalidInput naming the place and the cure."""
    try:
        return Terms.model_validate(document)
    except ValidationError as invalid:
        first = invalid.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "document"
        raise InvalidInput("terms", N_("%(place)s: %(fault)s"), place=place, fault=first["msg"]) from None


def canonical(terms: Terms) -> str:
    """The one text the digest is taken of: JSON with sorted keys, no spaces, unescaped Unicode."""
    document = terms.model_dump(mode="json", by_alias=True, exclude_none=True)
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest(canonical_terms: str) -> str:
    return hashlib.sha256(canonical_terms.encode()).hexdigest()


@lru_cache(maxsize=64)
def parse(canonical_terms: str) -> Terms:
    """The terms of a stored version; cached, since what was signed does not change."""
    return Terms.model_validate_json(canonical_terms)
