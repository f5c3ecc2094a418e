"""The signed document: frozen, validated, with one canonical form and one digest.

Every clause has an id that is unique in the document and a title in French and English. Durations are whole
minutes, ratios lie between 0 and 1, money is in 1/100 of `currency`.
"""

import hashlib
import json
from collections.abc import Iterator
from functools import cached_property, lru_cache
from typing import Annotated, Any, Final, Literal, TypeVar

from pydantic import BeforeValidator, Field, StringConstraints, ValidationError, ValidationInfo, model_validator

from smarketing.domain.calendars import Calendar, Zone
from smarketing.domain.clauses import Clause, Key, Value, Words, is_absent
from smarketing.domain.dispositions import NextStep
from smarketing.domain.errors import N_, InvalidInput
from smarketing.domain.lifecycle import Stage
from smarketing.domain.points_checks import AUTHORED, is_authored
from smarketing.domain.roles import Department
from smarketing.domain.terms_assumptions import AssumptionsClause
from smarketing.domain.terms_cadences import CadenceClause
from smarketing.domain.terms_checks import (
    check_calendars,
    check_examples,
    check_ids,
    check_ladders,
    check_parties,
    check_personas,
    check_road,
    check_statuses,
    check_timeboxes,
)
from smarketing.domain.terms_clocks import ClockClause
from smarketing.domain.terms_completeness import CompletenessClause
from smarketing.domain.terms_consequences import ConsequenceClause
from smarketing.domain.terms_contests import ContestClause, ExcuseClause
from smarketing.domain.terms_disputes import DisputesClause
from smarketing.domain.terms_escalation import EscalationClause
from smarketing.domain.terms_examples import ExampleClause, SituationClause
from smarketing.domain.terms_faults import CURRENCY_PATTERN, InvalidTerms, Path, broken_rule, faults_of
from smarketing.domain.terms_governance import (
    AmendmentClause,
    RenewalClause,
    ReportingClause,
    ReviewClause,
    TermDates,
    TerminationClause,
)
from smarketing.domain.terms_handoff import ChecklistClause, HandoffClause, Reason, ReasonClause, RecycleReason
from smarketing.domain.terms_people import ResponsibilityClause, RoleClause, ServiceClause
from smarketing.domain.terms_ratios import RatioClause
from smarketing.domain.terms_references import check_references, clauses_in
from smarketing.domain.terms_retention import BackupClause, RetentionClause
from smarketing.domain.terms_routing import CapacityClause, OffboardingClause, RampClause, RouteClause
from smarketing.domain.terms_scoring import CriteriaClause, PersonaClause, ScoringClause
from smarketing.domain.terms_targets import CountClause
from smarketing.domain.terms_timeboxes import TimeboxClause
from smarketing.domain.terms_vocabulary import StatusClause

SCHEMA_VERSION: Final = 1


def _schema(version: object) -> object:
    if isinstance(version, int) and not isinstance(version, bool) and version > SCHEMA_VERSION:
        message = N_("This document is of schema %(found)s; schema %(known)s is the newest read here: update first.")
        raise broken_rule(message, found=version, known=SCHEMA_VERSION)
    return version


class Party(Value):
    department: Department
    team: Key


class Terms(Value):
    schema_version: Annotated[Literal[1], BeforeValidator(_schema)] = SCHEMA_VERSION
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
    assumptions: AssumptionsClause | None = None
    ratios: tuple[RatioClause, ...] = Field(default=(), exclude_if=is_absent)
    cadences: tuple[CadenceClause, ...] = Field(default=(), exclude_if=is_absent)
    timeboxes: tuple[TimeboxClause, ...] = Field(default=(), exclude_if=is_absent)
    completeness: tuple[CompletenessClause, ...] = Field(default=(), exclude_if=is_absent)
    escalations: tuple[EscalationClause, ...] = Field(default=(), exclude_if=is_absent)
    consequences: tuple[ConsequenceClause, ...] = Field(default=(), exclude_if=is_absent)
    disputes: DisputesClause | None = None
    contests: tuple[ContestClause, ...] = Field(default=(), exclude_if=is_absent)
    excuses: tuple[ExcuseClause, ...] = Field(default=(), exclude_if=is_absent)
    statuses: tuple[StatusClause, ...] = Field(default=(), exclude_if=is_absent)
    services: tuple[ServiceClause, ...] = Field(default=(), exclude_if=is_absent)
    roles: tuple[RoleClause, ...] = Field(default=(), exclude_if=is_absent)
    responsibilities: tuple[ResponsibilityClause, ...] = Field(default=(), exclude_if=is_absent)
    routes: tuple[RouteClause, ...] = Field(default=(), exclude_if=is_absent)
    capacities: tuple[CapacityClause, ...] = Field(default=(), exclude_if=is_absent)
    ramp: RampClause | None = None
    offboarding: tuple[OffboardingClause, ...] = Field(default=(), exclude_if=is_absent)
    dates: TermDates | None = None
    renewal: RenewalClause | None = None
    terminations: tuple[TerminationClause, ...] = Field(default=(), exclude_if=is_absent)
    amendments: tuple[AmendmentClause, ...] = Field(default=(), exclude_if=is_absent)
    reviews: tuple[ReviewClause, ...] = Field(default=(), exclude_if=is_absent)
    reporting: tuple[ReportingClause, ...] = Field(default=(), exclude_if=is_absent)
    retention: tuple[RetentionClause, ...] = Field(default=(), exclude_if=is_absent)
    backup: BackupClause | None = None
    examples: tuple[ExampleClause, ...] = Field(default=(), exclude_if=is_absent)
    situations: tuple[SituationClause, ...] = Field(default=(), exclude_if=is_absent)

    def clauses(self) -> Iterator[Clause]:
        """Every clause that has an id, in the order of the document."""
        return (clause for _path, clause in self.placed_clauses)

    @cached_property
    def placed_clauses(self) -> tuple[tuple[Path, Clause], ...]:
        """Every clause with its place in the document; found once, since the document does not change."""
        return tuple(clauses_in(self))

    def promises(self) -> Iterator[Clause]:
        """The clauses that one side can keep or miss."""
        yield from self.clocks
        yield from self.targets
        yield from self.ratios
        yield from self.cadences
        yield from self.completeness
        yield from self.reporting

    def judging(self) -> Iterator[Clause]:
        """The clauses that say something of a lead: those with a rule, the personas, the points and the checklist."""
        always = {
            clause.id for clause in (*self.personas, self.scoring, *(self.scoring.models or ()), self.mql, self.sql)
        }
        for clause in self.clauses():
            if clause.id in always or getattr(clause, "when", None) is not None:
                yield clause

    def calendar(self, calendar_id: str) -> Calendar:
        return next(calendar for calendar in self.calendars if calendar.id == calendar_id)

    def clock(self, clause_id: str) -> ClockClause:
        return next(clause for clause in self.clocks if clause.id == clause_id)

    def ladder(self, clause_id: str) -> EscalationClause:
        return next(clause for clause in self.escalations if clause.id == clause_id)

    def refusal_reason(self, reason_id: str) -> ReasonClause:
        """Raises InvalidInput for a reason that this version does not know."""
        return _reason(self.handoff.refusal_reasons, reason_id)

    def recycle_reason(self, reason_id: str) -> RecycleReason:
        return _reason(self.handoff.recycle_reasons, reason_id)

    def loss_reason(self, reason_id: str) -> Reason:
        return _reason(self.handoff.loss_reasons, reason_id)

    def recycles(self, reason: str, stage: Stage) -> bool:
        """Whether a lead at this stage goes back to be nurtured when sales gives this reason."""
        if stage is Stage.MQL:
            refusals = self.handoff.refusal_reasons
            return reason in {each.id for each in refusals if each.next_step is NextStep.RECYCLE}
        return stage in (Stage.SAL, Stage.SQL) and reason in {each.id for each in self.handoff.recycle_reasons}

    @model_validator(mode="after")
    def _agrees_with_itself(self, info: ValidationInfo) -> "Terms":
        check_ids(self)
        check_parties(self)
        check_personas(self)
        check_statuses(self)
        if is_authored(info):
            check_road(self)
        check_calendars(self)
        check_references(self)
        check_timeboxes(self)
        check_ladders(self)
        check_examples(self)
        return self


_C = TypeVar("_C", bound=Clause)


def _reason(reasons: tuple[_C, ...], reason_id: str) -> _C:
    for reason in reasons:
        if reason.id == reason_id:
            return reason
    raise InvalidInput("reason", N_("The agreement does not know the reason “%(reason)s”."), reason=reason_id[:60])


def read_terms(document: Any) -> Terms:
    """Validate a document as read from YAML or JSON. Raises InvalidTerms with every fault: its place and the cure."""
    try:
        return Terms.model_validate(document, context=AUTHORED)
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
