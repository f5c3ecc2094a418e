"""Hand-offs, counted and listed by the same conditions: what a figure says, its list shows, one row each.

A hand-off that marketing took back before it was answered counts nowhere.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Integer, Select, String, and_, case, cast, false, func, literal, not_, or_, select

from smarketing.db import db, is_postgresql
from smarketing.domain.dispositions import Channel, DispositionKind, HandoffState
from smarketing.domain.disputes import DisputeKind, DisputeState
from smarketing.domain.sla_clock import Outcome
from smarketing.models.agreements import AgreementVersion
from smarketing.models.clocks import Clock
from smarketing.models.disputes import Dispute
from smarketing.models.handoffs import Disposition, Handoff
from smarketing.models.leads import Lead
from smarketing.models.people import Team, User
from smarketing.models.personas import Persona
from smarketing.models.touches import Touch
from smarketing.reports import agreed

AnySelect = Select[*tuple[Any, ...]]
Condition = ColumnElement[bool]

LEAKED_AFTER = timedelta(days=30)
"""From then on a hand-off that nobody has touched is lost on the way."""


class Span(NamedTuple):
    """Instants [starts_at, ends_at)."""

    starts_at: datetime
    ends_at: datetime

    def holds(self, column: Any) -> Condition:
        return and_(column >= self.starts_at, column < self.ends_at)


class Wanted(NamedTuple):
    """Whose hand-offs; None is all. `source` and `persona` are empty for those without one.

    `team` is the key of the owner's team, `version` the number of the version a hand-off was made under.
    """

    source: str | None = None
    persona: str | None = None
    team: str | None = None
    version: int | None = None
    owner_id: int | None = None

    @property
    def is_of_source_only(self) -> bool:
        return self == Wanted(source=self.source)


class Of(StrEnum):
    """What can be counted of hand-offs, each in its own right."""

    OFFERED = "offered"
    ANSWERED = "answered"
    WAITING = "waiting"
    ACCEPTED = "accepted"
    SILENT = "silent"
    REFUSED = "refused"
    NOTED = "noted"
    CONTESTED = "contested"
    RULED = "ruled"
    OVERTURNED = "overturned"
    MET = "met"
    SQL = "sql"
    WON = "won"
    LOST = "lost"
    RECYCLED = "recycled"
    LEAKED = "leaked"
    UNOWNED = "unowned"
    AGAIN = "again"
    LEFT_OUT = "left_out"
    COUNTING = "counting"
    COUNTING_SQL = "counting_sql"


Counts = dict[Of, int]


class By(StrEnum):
    """What counts are gathered by."""

    PERSONA = "persona"
    SOURCE = "source"
    OWNER = "owner"
    VERSION = "version"
    CYCLE = "cycle"


KEYS: dict[By, Any] = {
    By.PERSONA: func.coalesce(Persona.key, ""),
    By.SOURCE: func.coalesce(Lead.source, ""),
    By.OWNER: Handoff.owner_id,
    By.VERSION: AgreementVersion.number,
    By.CYCLE: case((Handoff.cycle > 1, 2), else_=1),
}


def _disputed(*states: DisputeState) -> Condition:
    of_refusal = (Dispute.handoff_id == Handoff.id, Dispute.kind == DisputeKind.REFUSAL, Dispute.state.in_(states))
    return select(Dispute.id).where(*of_refusal).exists()


def _answered_with(kind: DispositionKind, *conditions: Condition) -> Condition:
    is_answer = (Disposition.handoff_id == Handoff.id, Disposition.kind == kind, *conditions)
    return select(Disposition.id).where(*is_answer).exists()


def condition(of: Of, *, now: datetime) -> Condition:
    """The one place that says which hand-offs a figure counts."""
    if of in (Of.LEFT_OUT, Of.COUNTING, Of.COUNTING_SQL):
        return _on_conversion(of)
    is_touched = select(Touch.id).where(Touch.handoff_id == Handoff.id).exists()
    is_refused = Handoff.state == HandoffState.REFUSED
    conditions: dict[Of, Condition] = {
        Of.OFFERED: literal(1) == literal(1),
        Of.ANSWERED: Handoff.answered_at.is_not(None),
        Of.WAITING: Handoff.answered_at.is_(None),
        Of.ACCEPTED: and_(Handoff.answered_at.is_not(None), Handoff.state != HandoffState.REFUSED),
        Of.SILENT: _answered_with(DispositionKind.ACCEPTED, Disposition.clause_id.is_not(None)),
        Of.REFUSED: is_refused,
        Of.NOTED: and_(is_refused, _answered_with(DispositionKind.REFUSED, Disposition.note != "")),
        Of.CONTESTED: _disputed(*(state for state in DisputeState if state is not DisputeState.TAKEN_BACK)),
        Of.RULED: _disputed(DisputeState.UPHELD, DisputeState.DISMISSED),
        Of.OVERTURNED: _disputed(DisputeState.UPHELD),
        Of.MET: select(Touch.id).where(Touch.handoff_id == Handoff.id, Touch.channel == Channel.MEETING).exists(),
        Of.SQL: _answered_with(DispositionKind.CONFIRMED),
        Of.WON: Handoff.state == HandoffState.WON,
        Of.LOST: Handoff.state == HandoffState.LOST,
        Of.RECYCLED: Handoff.state == HandoffState.RECYCLED,
        Of.LEAKED: and_(~is_refused, Handoff.offered_at < now - LEAKED_AFTER, ~is_touched),
        Of.UNOWNED: and_(~is_refused, Handoff.offered_at < now - LEAKED_AFTER, ~is_touched, Handoff.owner_id.is_(None)),
        Of.AGAIN: Handoff.cycle > 1,
    }
    return conditions[of]


def _on_conversion(of: Of) -> Condition:
    """What the conversion counts once the hand-offs are left out in which a promise was missed that says so."""
    is_left_out = or_(false(), *(_is_missed(version_id, clauses) for version_id, clauses in agreed.leaving_out()))
    if of is Of.LEFT_OUT:
        return is_left_out
    if of is Of.COUNTING:
        return not_(is_left_out)
    return and_(not_(is_left_out), _answered_with(DispositionKind.CONFIRMED))


def _is_missed(version_id: int, clauses: Sequence[str]) -> Condition:
    """One of these promises of its version, and it was not excused."""
    is_breached = (Clock.outcome == Outcome.BREACHED, Clock.excused_at.is_(None), Clock.clause_id.in_(clauses))
    missed = select(Clock.id).where(Clock.handoff_id == Handoff.id, *is_breached).exists()
    return and_(Handoff.agreement_version_id == version_id, missed)


def narrowed(query: AnySelect, wanted: Wanted) -> AnySelect:
    """A select from hand-offs joined to their leads, personas and versions, of those wanted."""
    if wanted.source is not None:
        query = query.where(func.coalesce(Lead.source, "") == wanted.source)
    if wanted.persona is not None:
        query = query.where(func.coalesce(Persona.key, "") == wanted.persona)
    if wanted.version is not None:
        query = query.where(AgreementVersion.number == wanted.version)
    if wanted.owner_id is not None:
        query = query.where(Handoff.owner_id == wanted.owner_id)
    if wanted.team is not None:
        query = query.where(Handoff.owner_id.in_(members_of(wanted.team)))
    return query


def members_of(team: str) -> Select[int]:
    return select(User.id).join(Team, Team.id == User.team_id).where(Team.key == team)


def among_handoffs(columns: Sequence[Any], span: Span, wanted: Wanted) -> AnySelect:
    """Hand-offs offered within a span, without those taken back."""
    query: AnySelect = (
        select(*columns)
        .select_from(Handoff)
        .join(Lead, Lead.id == Handoff.lead_id)
        .join(AgreementVersion, AgreementVersion.id == Handoff.agreement_version_id)
        .outerjoin(Persona, Persona.id == Handoff.persona_id)
        .where(span.holds(Handoff.offered_at), Handoff.state != HandoffState.WITHDRAWN)
    )
    return narrowed(query, wanted)


def counted(span: Span, wanted: Wanted, wished: Sequence[Of], *, now: datetime) -> Counts:
    return counted_by(None, span, wanted, wished, now=now).get(None, dict.fromkeys(wished, 0))


def counted_by(by: By | None, span: Span, wanted: Wanted, wished: Sequence[Of], *, now: datetime) -> dict[Any, Counts]:
    """By what they are gathered by; under None all together."""
    sums = [func.count(case((condition(of, now=now), 1))) for of in wished]
    key = literal(None) if by is None else KEYS[by]
    query = among_handoffs((key, *sums), span, wanted)
    if by is not None:
        query = query.group_by(key)
    return {row[0]: dict(zip(wished, row[1:], strict=True)) for row in db.session.execute(query)}


def counted_in(spans: Sequence[Span], wanted: Wanted, wished: Sequence[Of], *, now: datetime) -> list[Counts]:
    """The same for spans that follow each other, in one question."""
    if not spans:
        return []
    place = case(*((Handoff.offered_at < span.ends_at, number) for number, span in enumerate(spans)), else_=len(spans))
    sums = [func.count(case((condition(of, now=now), 1))) for of in wished]
    whole = Span(spans[0].starts_at, spans[-1].ends_at)
    query = among_handoffs((place, *sums), whole, wanted).group_by(place)
    rows = {row[0]: dict(zip(wished, row[1:], strict=True)) for row in db.session.execute(query)}
    return [rows.get(number, dict.fromkeys(wished, 0)) for number in range(len(spans))]


def refusals(span: Span, wanted: Wanted, by: By) -> dict[tuple[str, Any], int]:
    """By agreed reason (empty without one) and by persona or source: refused hand-offs offered within the span."""
    reason = func.coalesce(Disposition.reason, "")
    query = among_handoffs((reason, KEYS[by], func.count()), span, wanted)
    refused = and_(Disposition.handoff_id == Handoff.id, Disposition.kind == DispositionKind.REFUSED)
    query = query.join(Disposition, refused).where(Handoff.state == HandoffState.REFUSED)
    return {(row[0], row[1]): row[2] for row in db.session.execute(query.group_by(reason, KEYS[by]))}


def attempts(span: Span, wanted: Wanted) -> dict[tuple[HandoffState, int], int]:
    """By state and number of attempts: accepted hand-offs. Several logged in one minute are one attempt."""
    minute = minute_of(Touch.occurred_at)
    each = among_handoffs((Handoff.id, Handoff.state, func.count(minute.distinct()).label("touches")), span, wanted)
    each = each.outerjoin(Touch, Touch.handoff_id == Handoff.id).where(condition(Of.ACCEPTED, now=span.ends_at))
    counted_each = each.group_by(Handoff.id, Handoff.state).subquery()
    query = select(counted_each.c.state, counted_each.c.touches, func.count()).group_by(
        counted_each.c.state, counted_each.c.touches
    )
    return {(HandoffState(state), touches): count for state, touches, count in db.session.execute(query)}


def minute_of(column: Any) -> Any:
    """The minute of an instant, as text."""
    return func.substr(func.to_char(column, "YYYY-MM-DD HH24:MI") if is_postgresql() else cast(column, String), 1, 16)


def days_between(start: Any, end: Any) -> Any:
    """Days, as a number."""
    if is_postgresql():
        return func.extract("epoch", end - start) / 86400.0
    return func.julianday(end) - func.julianday(start)


def quarter_hour(column: Any) -> Any:
    """The quarter of an hour an instant lies in, as seconds since 1970: days of every zone are made of these."""
    if is_postgresql():
        return func.floor(func.extract("epoch", column) / 900) * 900
    return cast(func.strftime("%s", column), Integer) / 900 * 900
