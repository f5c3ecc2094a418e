"""The signed document: frozen, validated, with one canonical form and one digest.

Every clause has an id that is unique in the document and a title in French and English. Durations are whole
minutes, ratios lie between 0 and 1, money is in 1/100 of `currency`.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Annotated, Any, Final, Literal, TypeVar

from pydantic import Field, StringConstraints, ValidationError, model_validator

from smarketing.domain.calendars import Calendar, Key, Zone
from smarketing.domain.clauses import Clause, Value, Words
from smarketing.domain.errors import N_, InvalidInput
from smarketing.domain.points_checks import AUTHORED
from smarketing.domain.roles import Department
from smarketing.domain.terms_checks import check_calendars, check_ids, check_parties, check_personas
from smarketing.domain.terms_clocks import ClockClause
from smarketing.domain.terms_disputes import DisputesClause
from smarketing.domain.terms_faults import CURRENCY_PATTERN, InvalidTerms, Path, faults_of
from smarketing.domain.terms_handoff import ChecklistClause, HandoffClause, ReasonClause
from smarketing.domain.terms_scoring import CriteriaClause, PersonaClause, ScoringClause
from smarketing.domain.terms_targets import CountClause

SCHEMA_VERSION: Final = 1


class Party(Value):
    department: Department
    team: Key


class Terms(Value):
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
    disputes: DisputesClause | None = None

    def clauses(self) -> Iterator[Clause]:
        """Every clause that has an id, in the order of the document."""
        return (clause for _path, clause in self.placed_clauses())

    def placed_clauses(self) -> Iterator[tuple[Path, Clause]]:
        """Every clause with its place in the document."""
        yield from _placed(self.personas, "personas")
        yield ("scoring",), self.scoring
        yield from self.scoring.placed("scoring")
        yield ("mql",), self.mql
        yield from self.mql.placed("mql")
        yield ("sql",), self.sql
        yield from _placed(self.sql.items, "sql", "items")
        yield ("handoff",), self.handoff
        yield from _placed(self.handoff.refusal_reasons, "handoff", "refusal_reasons")
        yield from _placed(self.handoff.recycle_reasons, "handoff", "recycle_reasons")
        yield from _placed(self.handoff.loss_reasons, "handoff", "loss_reasons")
        yield from _placed(self.clocks, "clocks")
        yield from _placed(self.targets, "targets")
        if self.disputes:
            yield ("disputes",), self.disputes

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
