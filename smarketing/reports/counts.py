"""How many there were of what a count clause counts, by local day: of everybody together, or of each person.

What a whole side owes is counted by leads as they arrive and become MQLs. What each person or team owes is counted by
what was given to them: hand-offs by who has them now, touches by who logged them. Several touches of one kind logged
on a hand-off within one minute are one.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any, Final

from sqlalchemy import String, and_, cast, func, literal_column, null, select

from smarketing.db import db
from smarketing.domain.dispositions import Channel, DispositionKind, HandoffState
from smarketing.domain.periods import Period, local_day
from smarketing.domain.terms_targets import CountClause
from smarketing.models.criteria import matching
from smarketing.models.handoffs import Disposition, Handoff
from smarketing.models.leads import Lead
from smarketing.models.personas import Persona
from smarketing.models.tallies import Cohort, day_column
from smarketing.models.touches import Touch
from smarketing.reports import rollups
from smarketing.reports.cases import AnySelect, Span, minute_of, quarter_hour
from smarketing.reports.rollups import By, Scope

Days = Mapping[date, int]
Counted = tuple[date, int | None, int]
"""A day, who it counts for, and how many."""

COHORTS: Final = {"leads": Cohort.ARRIVED, "mqls": Cohort.MQL}
ANSWERS: Final = {
    "sals": DispositionKind.ACCEPTED,
    "sqls": DispositionKind.CONFIRMED,
    "wons": DispositionKind.WON,
    "revenue": DispositionKind.WON,
}
CHANNELS: Final = {"calls": Channel.CALL, "meetings": Channel.MEETING}
_NONE: Final[Any] = literal_column("''")
_NOBODY: Final[Any] = null().label("who")
_UNWEIGHED: Final[Any] = (null().label("persona"), null().label("source"))


def by_day(clause: CountClause, period: Period, zone: str, *, now: datetime) -> Days:
    """Of everybody together; what an agreed value weighs is an amount in 1/100 of the currency."""
    if clause.metric not in COHORTS:
        return _added((day, count) for day, _owner, count in _happened(clause, period, zone, now=now))
    if clause.when:
        return _added(_of_leads(clause, period, now=now))
    if not clause.worth:
        counted = rollups.funnel(COHORTS[clause.metric], Scope(period), By.DAY)
        return {day: counts.leads for day, counts in counted.items()}
    if clause.metric == "mqls":
        found = rollups.mqls_by_persona(period)
        return _added((day, count * clause.worth_of(persona, source)) for day, source, persona, count in found)
    return _added(_of_leads(clause, period, now=now))


def by_person(clause: CountClause, period: Period, zone: str, *, now: datetime) -> dict[int, Days]:
    """Of each person who had any, in one question."""
    found: dict[int, list[tuple[date, int]]] = {}
    for day, owner, count in _happened(clause, period, zone, now=now, is_by_owner=True):
        if owner is not None:
            found.setdefault(owner, []).append((day, count))
    return {owner: _added(iter(days)) for owner, days in found.items()}


def _added(parts: Iterator[tuple[date, int]]) -> dict[date, int]:
    days: dict[date, int] = {}
    for day, count in parts:
        days[day] = days.get(day, 0) + count
    return days


def _of_leads(clause: CountClause, period: Period, *, now: datetime) -> Iterator[tuple[date, int]]:
    """By the day the leads of these criteria arrived or became MQLs; their persona is what they are now."""
    day_on = day_column(COHORTS[clause.metric])
    weights = _weights(clause)
    query: AnySelect = select(day_on, *(weights or _UNWEIGHED), func.count()).select_from(Lead)
    query = query.outerjoin(Persona, Persona.id == Lead.persona_id)
    query = query.where(day_on >= period.starts_on, day_on < period.ends_on, *_criteria(clause, now=now))
    for day, persona, source, count in db.session.execute(query.group_by(day_on, *weights)):
        yield day, count * (clause.worth_of(persona, source) if clause.worth else 1)


def _happened(
    clause: CountClause, period: Period, zone: str, *, now: datetime, is_by_owner: bool = False
) -> Iterator[Counted]:
    """By the day something was done."""
    span = Span(period.starts_at(zone), period.ends_at(zone))
    if clause.metric in ANSWERS:
        moment, owner, query = Disposition.occurred_at, Handoff.owner_id, _answers(clause)
    elif clause.metric in COHORTS:
        moment, owner, query = Handoff.offered_at, Handoff.owner_id, _offers()
    else:
        moment, owner, query = Touch.occurred_at, Touch.actor_id, _touches(clause)
    quarter, weights, owners = quarter_hour(moment), _weights(clause), (owner,) if is_by_owner else ()
    told = (*(owners or (_NOBODY,)), *(weights or _UNWEIGHED))
    query = query.add_columns(quarter, *told).where(span.holds(moment))
    if is_by_owner or clause.when or clause.worth:
        query = _with_leads(query, clause, now=now)
    for count, at, who, persona, source in db.session.execute(query.group_by(quarter, *owners, *weights)):
        worth = clause.worth_of(persona, source) if clause.worth else 1
        yield local_day(datetime.fromtimestamp(int(at), UTC), zone), who, int(count) * worth


def _answers(clause: CountClause) -> AnySelect:
    amount = func.coalesce(func.sum(Disposition.amount_cents), 0)
    of_kind = Disposition.kind == ANSWERS[clause.metric]
    return select(amount if clause.metric == "revenue" else func.count()).select_from(Disposition).where(of_kind)


def _offers() -> AnySelect:
    return select(func.count()).select_from(Handoff).where(Handoff.state != HandoffState.WITHDRAWN)


def _touches(clause: CountClause) -> AnySelect:
    once = cast(Touch.handoff_id, String) + cast(Touch.channel, String) + minute_of(Touch.occurred_at)
    query: AnySelect = select(func.count(once.distinct())).select_from(Touch)
    return query.where(Touch.channel == CHANNELS[clause.metric]) if clause.metric in CHANNELS else query


def _with_leads(query: AnySelect, clause: CountClause, *, now: datetime) -> AnySelect:
    """Joined to the hand-off it was about, whose persona does not change, and to its lead."""
    if clause.metric in ANSWERS:
        query = query.join(Handoff, Handoff.id == Disposition.handoff_id)
    elif clause.metric not in COHORTS:
        query = query.join(Handoff, Handoff.id == Touch.handoff_id)
    query = query.join(Lead, Lead.id == Handoff.lead_id).outerjoin(Persona, Persona.id == Handoff.persona_id)
    return query.where(*_criteria(clause, now=now))


def _weights(clause: CountClause) -> tuple[Any, ...]:
    """The persona and the source that an agreed value depends on; without one there is nothing to tell apart."""
    if not clause.worth:
        return ()
    return func.coalesce(Persona.key, _NONE), func.coalesce(Lead.source, _NONE)


def _criteria(clause: CountClause, *, now: datetime) -> list[Any]:
    return [and_(matching(clause.when, now=now))] if clause.when else []
