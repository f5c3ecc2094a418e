"""What became of the hand-offs of a month within so many days: cohorts, and the flow of a period beside them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import and_, case, func, select

from smarketing.db import db
from smarketing.domain.dispositions import DispositionKind, HandoffState
from smarketing.domain.periods import Period
from smarketing.models.agreements import AgreementVersion
from smarketing.models.handoffs import Disposition, Handoff
from smarketing.models.leads import Lead
from smarketing.models.personas import Persona
from smarketing.reports.cases import AnySelect, Span, Wanted, among_handoffs, days_between, narrowed

AGES = (7, 14, 30, 60, 90)
"""Days after the hand-off."""


class Month(NamedTuple):
    """`reached` is how many had reached the stage at each of AGES; None while the youngest is not that old."""

    period: Period
    total: int
    reached: Sequence[int | None]


def by_month(
    months: Sequence[Period], kind: DispositionKind, wanted: Wanted, *, zone: str, now: datetime
) -> list[Month]:
    """Hand-offs by the month they were offered in, and how soon they were answered with `kind`."""
    if not months:
        return []
    ends = [month.ends_at(zone) for month in months]
    place = case(*((Handoff.offered_at < end, number) for number, end in enumerate(ends)), else_=len(ends))
    answered = and_(Disposition.handoff_id == Handoff.id, Disposition.kind == kind)
    age = days_between(Handoff.offered_at, Disposition.occurred_at)
    sums = [func.count(case((age <= days, 1))) for days in AGES]
    span = Span(months[0].starts_at(zone), ends[-1])
    query = among_handoffs((place, func.count(), *sums), span, wanted).outerjoin(Disposition, answered)
    rows = {row[0]: row[1:] for row in db.session.execute(query.group_by(place))}
    none = (0, *(0 for _days in AGES))
    return [_month(month, rows.get(number, none), ends[number], now=now) for number, month in enumerate(months)]


def _month(period: Period, counts: Sequence[int], ends_at: datetime, *, now: datetime) -> Month:
    reached = [
        count if ends_at + timedelta(days=days) <= now else None for days, count in zip(AGES, counts[1:], strict=True)
    ]
    return Month(period, counts[0], reached)


class Grown(NamedTuple):
    """Of `total` hand-offs that are old enough, `reached` had come so far by that age."""

    reached: int
    total: int


def grown(kind: DispositionKind, days: int, span: Span, wanted: Wanted, *, now: datetime) -> Grown:
    """Answered with `kind` within so many days, of the hand-offs of a span that are at least that old."""
    old = Span(span.starts_at, max(span.starts_at, min(span.ends_at, now - timedelta(days=days))))
    answered = and_(Disposition.handoff_id == Handoff.id, Disposition.kind == kind)
    age = days_between(Handoff.offered_at, Disposition.occurred_at)
    query = among_handoffs((func.count(case((age <= days, 1))), func.count()), old, wanted)
    return Grown(*db.session.execute(query.outerjoin(Disposition, answered)).one())


def flow(span: Span, wanted: Wanted) -> dict[DispositionKind, int]:
    """What was answered within the span, whenever it was offered."""
    columns: tuple[Any, ...] = (Disposition.kind, func.count())
    query: AnySelect = (
        select(*columns)
        .select_from(Disposition)
        .join(Handoff, Handoff.id == Disposition.handoff_id)
        .join(Lead, Lead.id == Handoff.lead_id)
        .join(AgreementVersion, AgreementVersion.id == Handoff.agreement_version_id)
        .outerjoin(Persona, Persona.id == Handoff.persona_id)
        .where(span.holds(Disposition.occurred_at), Handoff.state != HandoffState.WITHDRAWN)
    )
    rows = db.session.execute(narrowed(query, wanted).group_by(Disposition.kind))
    return {DispositionKind(kind): count for kind, count in rows}
