"""Read hand-offs as they were known when they were made, and what became of them.

A fact counts when it was known here by then: an engagement that was recorded later does not, and of a fact of the
lead that was written later nobody knows any more what it was.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, exists, func, select
from sqlalchemy.orm import aliased

from smarketing.db import among, db
from smarketing.domain.attainment import quantile
from smarketing.domain.dispositions import DispositionKind, HandoffState
from smarketing.domain.event_names import EventName
from smarketing.domain.predictor import YES, Fact, Known
from smarketing.domain.training import Case
from smarketing.models.events import Event
from smarketing.models.handoffs import Disposition, Handoff
from smarketing.models.leads import IS_KNOWN, Engagement, Lead, Score
from smarketing.models.personas import Persona

AT_ONCE = 2000
MOST_CASES = 20_000
"""So many hand-offs are read at most, the latest."""
A_DAY = timedelta(days=1)
RIPE = 0.95
_WRITTEN = {"source": Fact.SOURCE, "country": Fact.COUNTRY}
_CONFIRMED = and_(Disposition.handoff_id == Handoff.id, Disposition.kind == DispositionKind.CONFIRMED)
_Refusal = aliased(Disposition)
_REFUSED_IN_VAIN = exists().where(
    _Refusal.handoff_id == Handoff.id,
    _Refusal.kind == DispositionKind.REFUSED,
    _Refusal.actor_id.is_(None) | _Refusal.overturned_at.is_not(None),
)
_UNDECIDED = (HandoffState.OFFERED, HandoffState.WITHDRAWN)


def time_to_ripen(since: datetime) -> timedelta | None:
    """Within which 95 of 100 of the confirmed hand-offs made since then were confirmed; None when none was."""
    query = select(Handoff.offered_at, Disposition.occurred_at).join(Disposition, _CONFIRMED)
    rows = db.session.execute(query.where(Handoff.offered_at >= since).order_by(Handoff.id.desc()).limit(MOST_CASES))
    taken = quantile(sorted(int((at - offered_at).total_seconds()) for offered_at, at in rows), [], RIPE)
    return None if taken is None else timedelta(seconds=taken)


def cases(starts_at: datetime, ends_at: datetime) -> list[Case]:
    """Hand-offs offered within [starts_at, ends_at) with what came, for leads that are known.

    Left out are those that sales never judged: unanswered, taken back, refused by a time-box, and refusals that a
    ruling has overturned.
    """
    query = select(Handoff.id, Handoff.offered_at, Handoff.points, Disposition.id.is_not(None).label("came"))
    query = query.join(Lead, Lead.id == Handoff.lead_id).outerjoin(Disposition, _CONFIRMED)
    is_within = (Handoff.offered_at >= starts_at, Handoff.offered_at < ends_at)
    is_decided = (Handoff.state.not_in(_UNDECIDED), ~_REFUSED_IN_VAIN)
    latest = query.where(IS_KNOWN, *is_within, *is_decided).order_by(Handoff.offered_at.desc(), Handoff.id.desc())
    rows = db.session.execute(latest.limit(MOST_CASES)).all()
    known = dict(known_of([row.id for row in rows]))
    return [Case(row.id, row.offered_at, known[row.id], row.points, row.came) for row in rows]


def made_since(at: datetime) -> list[Known]:
    """Of every hand-off offered since then, whatever came of it; the latest of them."""
    query = select(Handoff.id).join(Lead, Lead.id == Handoff.lead_id).where(IS_KNOWN, Handoff.offered_at >= at)
    ids = db.session.scalars(query.order_by(Handoff.offered_at.desc()).limit(MOST_CASES)).all()
    return [known for _handoff_id, known in known_of(ids)]


def known_of(handoff_ids: Sequence[int]) -> Iterator[tuple[int, Known]]:
    """Three queries for each two thousand of them."""
    for start in range(0, len(handoff_ids), AT_ONCE):
        ids = handoff_ids[start : start + AT_ONCE]
        acts, late = _acts(ids), _late(ids)
        for row in _rows(ids):
            count, last_at = acts.get(row.id, (0, None))
            yield row.id, _known(row, count, last_at, late.get(row.id, frozenset()))


def _rows(ids: Sequence[int]) -> Sequence[Any]:
    columns = (
        Handoff.id,
        Handoff.offered_at,
        Handoff.cycle,
        Handoff.qualified_by_id,
        Persona.key.label("persona"),
        Score.fit_points,
        Score.engagement_points,
        Score.explanation,
        Lead.source,
        Lead.country,
        Lead.arrived_at,
    )
    query = select(*columns).join(Lead, Lead.id == Handoff.lead_id)
    query = query.outerjoin(Score, Score.id == Handoff.score_id).outerjoin(Persona, Persona.id == Handoff.persona_id)
    return db.session.execute(query.where(among(Handoff.id, ids))).all()


def _acts(ids: Sequence[int]) -> dict[int, tuple[int, datetime]]:
    """How often the lead had engaged, and when last."""
    is_known = (Engagement.occurred_at <= Handoff.offered_at, Engagement.recorded_at <= Handoff.offered_at)
    columns = Handoff.id, func.count(), func.max(Engagement.occurred_at)
    query = select(*columns).join(Engagement, Engagement.lead_id == Handoff.lead_id)
    rows = db.session.execute(query.where(among(Handoff.id, ids), *is_known).group_by(Handoff.id))
    return {handoff_id: (count, last_at) for handoff_id, count, last_at in rows}


def _late(ids: Sequence[int]) -> dict[int, frozenset[Fact]]:
    """Which facts were written after the hand-over."""
    is_late = (Event.name == EventName.LEAD_UPDATED.value, Event.recorded_at > Handoff.offered_at)
    query = select(Handoff.id, Event.data).join(Event, Event.lead_id == Handoff.lead_id)
    found: dict[int, frozenset[Fact]] = {}
    for handoff_id, data in db.session.execute(query.where(among(Handoff.id, ids), *is_late)):
        written = {_WRITTEN[name] for name in (data or {}).get("fields", ()) if name in _WRITTEN}
        found[handoff_id] = found.get(handoff_id, frozenset()) | written
    return found


def _known(row: Any, count: int, last_at: datetime | None, late: frozenset[Fact]) -> Known:
    explanation = row.explanation or {}
    words = {
        Fact.BY_HAND: YES if row.qualified_by_id else "",
        Fact.AGAIN: YES if row.cycle > 1 else "",
        Fact.PERSONA: row.persona or "",
        Fact.SOURCE: row.source or "",
        Fact.COUNTRY: row.country or "",
    }
    numbers = {
        Fact.FIT_POINTS: row.fit_points,
        Fact.ENGAGEMENT_POINTS: row.engagement_points,
        Fact.ENGAGEMENTS: count,
        Fact.LAST_ENGAGED: (row.offered_at - last_at) / A_DAY if last_at else None,
        Fact.ARRIVED: (row.offered_at - row.arrived_at) / A_DAY,
    }
    rules = frozenset(part[0] for group in ("fit", "engagement") for part in explanation.get(group, ()))
    return Known(numbers, {fact: "" if fact in late else text for fact, text in words.items()}, rules, late)
