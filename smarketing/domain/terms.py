"""The signed document: frozen, validated, with one canonical form and one digest.

Every clause has an id that is unique in the document and a title in French and English. Durations are whole
minutes, ratios lie between 0 and 1, money is in 1/100 of `currency`.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Annotated, Any, Final, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from smarketing.domain.calendars import Calendar, Key, Zone
from smarketing.domain.criteria import MAX_DEPTH, Criterion, EngagementKind, depth
from smarketing.domain.dispositions import NextStep
from smarketing.domain.errors import N_, InvalidInput
from smarketing.domain.roles import Department
from smarketing.domain.terms_checks import check_calendars, check_ids, check_parties, check_personas
from smarketing.domain.terms_faults import CURRENCY_PATTERN, InvalidTerms, Path, broken_rule, faults_of

SCHEMA_VERSION: Final = 1

StartEvent = Literal["handoff.offered", "handoff.accepted", "handoff.confirmed"]
StopEvent = Literal["handoff.accepted", "handoff.refused", "handoff.confirmed", "handoff.recycled", "touch.logged"]


NEVER_TOGETHER: Final = frozenset(
    {
        ("handoff.accepted", "handoff.accepted"),
        ("handoff.accepted", "handoff.refused"),
        ("handoff.confirmed", "handoff.accepted"),
        ("handoff.confirmed", "handoff.refused"),
        ("handoff.confirmed", "handoff.confirmed"),
    }
)
"""Starts of a clock with the events that cannot follow them: they would never stop it."""


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def _shallow(rule: Criterion) -> Criterion:
    if depth(rule) > MAX_DEPTH:
        raise broken_rule(N_("Criteria may be nested %(limit)s levels deep."), limit=MAX_DEPTH)
    return rule


Criteria = Annotated[Criterion, AfterValidator(_shallow)]


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
    when: Criteria | None = None


class FitRule(Clause):
    when: Criteria
    points: int = Field(ge=-1000, le=1000)


class EngagementRule(Clause):
    """Points for each engagement of a kind, counted at most once per `once_per` (each time, when None)."""

    engagement: EngagementKind
    points: int = Field(ge=-1000, le=1000)
    once_per: Literal["day", "week", "ever"] | None = None


class ScoringClause(Clause):
    fit: tuple[FitRule, ...]
    engagement: tuple[EngagementRule, ...]
    fit_limit: int | None = Field(default=None, ge=0, le=10000)
    engagement_limit: int | None = Field(default=None, ge=0, le=10000)


class CriteriaClause(Clause):
    when: Criteria


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

    @model_validator(mode="after")
    def _can_stop(self) -> "ClockClause":
        for index, stop in enumerate(self.stops_on):
            if (self.starts_on, stop) in NEVER_TOGETHER:
                raise broken_rule(
                    N_("“%(stop)s” cannot follow “%(start)s”, so it would never stop this clock: remove it."),
                    at=("stops_on", index),
                    stop=stop,
                    start=self.starts_on,
                )
        return self


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
    currency: Annotated[str, StringConstraints(pattern=CURRENCY_PATTERN)]
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
        return (clause for _path, clause in self.placed_clauses())

    def placed_clauses(self) -> Iterator[tuple[Path, Clause]]:
        """Every clause with its place in the document."""
        yield from _placed(self.personas, "personas")
        yield ("scoring",), self.scoring
        yield from _placed(self.scoring.fit, "scoring", "fit")
        yield from _placed(self.scoring.engagement, "scoring", "engagement")
        yield ("mql",), self.mql
        yield ("sql",), self.sql
        yield from _placed(self.sql.items, "sql", "items")
        yield ("handoff",), self.handoff
        yield from _placed(self.handoff.refusal_reasons, "handoff", "refusal_reasons")
        yield from _placed(self.handoff.recycle_reasons, "handoff", "recycle_reasons")
        yield from _placed(self.handoff.loss_reasons, "handoff", "loss_reasons")
        yield from _placed(self.clocks, "clocks")
        yield from _placed(self.targets, "targets")

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
    def _agrees_with_itself(self) -> "Terms":
        check_ids(self)
        check_parties(self)
        check_personas(self)
        check_calendars(self)
        return self


def _placed(clauses: Sequence[Clause], *place: str) -> Iterator[tuple[Path, Clause]]:
    return (((*place, index), clause) for index, clause in enumerate(clauses))


_C = TypeVar("_C", bound=Clause)


def _reason(reasons: tuple[_C, ...], reason_id: str) -> _C:
    for reason in reasons:
        if reason.id == reason_id:
            return reason
    raise InvalidInput("reason", N_("The agreement does not know the reason “%(reason)s”."), reason=reason_id[:60])


def read_terms(document: Any) -> Terms:
    """Validate a document as read from YAML or JSON. Raises InvalidTerms with every fault: its place and the cure."""
    try:
        return Terms.model_validate(document)
    except ValidationError as invalid:
        raise InvalidTerms(faults_of(invalid, document)) from None


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
