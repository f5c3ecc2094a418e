"""Score leads, judge them against the MQL criteria of the version in force, promote those that meet them, say why.

A verb takes a batch: `judge` decides in memory, `record` writes what was decided. An import calls them around the
INSERT of new leads; `rescore` does the same for leads that exist already.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import select

from smarketing.db import bulk_insert, db, json_text, next_ids
from smarketing.domain import lifecycle, scores
from smarketing.domain.errors import N_, InvalidInput, Missing
from smarketing.domain.event_names import EventName
from smarketing.domain.facts import Facts
from smarketing.domain.lifecycle import Move, Stage
from smarketing.domain.periods import local_day, midnight
from smarketing.domain.routing import Asking, Dealt
from smarketing.models.leads import Lead, Score
from smarketing.models.people import User
from smarketing.models.personas import Persona
from smarketing.models.tallies import Cohort
from smarketing.services import agreements, dealing, handoffs, journal, leads, offers, replays, statuses, tallies
from smarketing.services.agreements import Force
from smarketing.services.journal import JournalLine
from smarketing.services.leads import Standing
from smarketing.services.offers import Offer
from smarketing.services.subjects import SCORED, Subject, facts_of, once_scored, subjects_of


class Judged(NamedTuple):
    """The outcome for a batch, in the order of the subjects; `told` explains each score as it is stored."""

    subjects: Sequence[Subject]
    scores: Sequence[scores.Score]
    told: Sequence[str]
    standings: Mapping[int, Standing]
    promoted: frozenset[int]
    dealt: Mapping[int, Dealt]


def judge(subjects: Sequence[Subject], *, force: Force, now: datetime) -> Judged:
    """Decide score, persona, verdict and owner of each lead; writes nothing but the round robin's turns."""
    scorer, zone = force.scorer, force.terms.zone
    persona_ids = _persona_ids()
    today = local_day(now, zone)
    facts = [subject.facts(now=now) for subject in subjects]
    judgements = [scorer.tell(known) for known in facts]
    scores = [score for score, _told in judgements]
    askings = [
        _asking(subject.lead_id, known, score)
        for subject, score, known in zip(subjects, scores, facts, strict=True)
        if score.is_mql and _may_promote(subject, today)
    ]
    promoted = [asking.lead_id for asking in askings]
    dealt = dict(zip(promoted, dealing.deal(askings, force.terms, now=now), strict=True))
    standings = {}
    for subject, score, known in zip(subjects, scores, facts, strict=True):
        lead_id, mql_at = subject.lead_id, subject.mql_at
        is_promoted = lead_id in dealt
        if is_promoted:
            mql_at = mql_at or now
        standings[lead_id] = Standing(
            Stage.MQL if is_promoted else subject.stage,
            subject.cycle + is_promoted,
            persona_ids.get(score.persona),
            dealt[lead_id].user_id if is_promoted else subject.owner_id,
            score.fit_points,
            score.engagement_points,
            score.points,
            mql_at,
            today if mql_at is now else local_day(mql_at, zone) if mql_at else None,
            score.grade,
            _rescore_at(subject, score, known, force=force),
        )
    told = [json_text(explanation) for _score, explanation in judgements]
    return Judged(subjects, scores, told, standings, frozenset(promoted), dealt)


def foresee(subjects: Sequence[Subject], *, force: Force, now: datetime) -> frozenset[int]:
    """Which of them would become MQL; writes nothing."""
    score, today = force.scorer.score, local_day(now, force.terms.zone)
    return frozenset(
        subject.lead_id for subject in subjects if _may_promote(subject, today) and score(subject.facts(now=now)).is_mql
    )


_SCORE_COLUMNS = (
    "id lead_id agreement_version_id persona_id fit_points engagement_points points is_mql explanation scored_at"
).split()


def record(judged: Judged, *, force: Force, now: datetime) -> None:
    """Write the scores with their reasons, the journal, and the hand-offs of those promoted; the leads must exist."""
    version_id = force.version_id
    ids = next_ids(Score, len(judged.subjects))
    rows: list[tuple[Any, ...]] = []
    lines: list[JournalLine] = []
    offered: list[Offer] = []
    for score_id, subject, score, told in zip(ids, judged.subjects, judged.scores, judged.told, strict=True):
        lead_id = subject.lead_id
        standing = judged.standings[lead_id]
        rows.append(
            (
                score_id,
                lead_id,
                version_id,
                standing.persona_id,
                score.fit_points,
                score.engagement_points,
                score.points,
                score.is_mql,
                told,
                now,
            )
        )
        data = {"score": score_id, "points": score.points}
        lines.append(JournalLine(EventName.LEAD_SCORED, "lead", lead_id, now, lead_id, None, version_id, data))
        if lead_id in judged.promoted:
            lines.append(JournalLine(EventName.LEAD_QUALIFIED, "lead", lead_id, now, lead_id, None, version_id, data))
            offered.append(_offer(lead_id, standing, score_id=score_id, mql_at=now))
    bulk_insert(Score, _SCORE_COLUMNS, rows)
    journal.record_many(lines, now=now)
    offers.offer(offered, force=force, now=now)
    dealing.write({lead_id: judged.dealt[lead_id] for lead_id in sorted(judged.promoted)}, now=now)
    if offered:
        tallies.mark_stale(Cohort.MQL, [judged.standings[lead_id].mql_on for lead_id in judged.promoted])


def rescore(lead_ids: Sequence[int], *, now: datetime) -> int:
    """Judge leads again after their facts changed; how many became MQL. Without an agreement nothing happens."""
    force = agreements.in_force()
    if force is None or not lead_ids:
        return 0
    return write(judge(subjects_of(lead_ids), force=force, now=now), force=force, now=now)


def write(judged: Judged, *, force: Force, now: datetime) -> int:
    """Write how leads that exist stand after a judgement, with its reasons; how many became MQL."""
    leads.write_standings(judged.standings)
    statuses.settle(sorted(judged.promoted), force=force, now=now)
    record(judged, force=force, now=now)
    if judged.promoted:
        promoted = select(Lead.arrived_on).where(Lead.id.in_(judged.promoted)).distinct()
        tallies.mark_stale(Cohort.ARRIVED, db.session.scalars(promoted))
    return len(judged.promoted)


def mark(lead_id: int, *, reason: str, actor: User, now: datetime) -> None:
    """A marketer vouches for a lead: it becomes an MQL whatever its score, and is handed off."""
    force = agreements.required()
    lead = _lead(lead_id)
    because = _reason(reason)
    lead.stage = lifecycle.after(lead.stage, Move.QUALIFY)
    statuses.answer(lead, actor=actor, now=now)
    asking = Asking(lead_id, facts_of([lead_id], now=now)[lead_id])
    (dealt,) = dealing.deal([asking], force.terms, now=now)
    owner_id = dealt.user_id
    lead.cycle += 1
    lead.is_held = False
    lead.recycled_until = None
    lead.owner_id = owner_id
    if lead.mql_at is None:
        lead.mql_at, lead.mql_on = now, local_day(now, force.terms.zone)
    db.session.flush()
    score_id = db.session.scalar(select(Score.id).where(Score.lead_id == lead_id).order_by(Score.id.desc()).limit(1))
    _record(
        EventName.LEAD_QUALIFIED,
        lead,
        actor=actor,
        now=now,
        version_id=force.version_id,
        data={"reason": because},
    )
    replays.answered_return(lead_id, now=now)
    dealing.write({lead_id: dealt}, now=now)
    offers.offer(
        [Offer(lead_id, lead.cycle, owner_id, score_id, lead.points, lead.persona_id, actor.id, now)],
        force=force,
        now=now,
    )
    _mark_stale(lead)


def take_back(lead_id: int, *, reason: str, actor: User, now: datetime) -> None:
    """A marketer takes back an MQL that sales has not answered; it does not count as one any more."""
    lead = _lead(lead_id)
    because = _reason(reason)
    lead.stage = lifecycle.after(lead.stage, Move.TAKE_BACK)
    statuses.follow(lead, actor=actor, now=now)
    handoff = handoffs.open_handoff(lead_id)
    if handoff:
        handoffs.withdraw(handoff, actor=actor, now=now)
    _mark_stale(lead)
    lead.is_held = True
    lead.owner_id = None
    if handoff is None or lead.mql_at == handoff.mql_at:
        lead.mql_at = lead.mql_on = None
    _record(EventName.LEAD_TAKEN_BACK, lead, actor=actor, now=now, version_id=None, data={"reason": because})


def _asking(lead_id: int, facts: Facts, score: scores.Score) -> Asking:
    """With what a route may ask of a lead once it is scored."""
    return Asking(lead_id, once_scored(facts, {field: getattr(score, field) for field in SCORED}))


def _may_promote(subject: Subject, today: date) -> bool:
    if subject.has_history or subject.is_held:
        return False
    if subject.recycled_until and today < subject.recycled_until:
        return False
    return lifecycle.is_allowed(subject.stage, Move.QUALIFY)


_SETTLED = frozenset({Stage.WON, Stage.LOST, Stage.DISQUALIFIED})


def _rescore_at(subject: Subject, score: scores.Score, facts: Facts, *, force: Force) -> datetime | None:
    """When to judge it again though nothing new is known: as time changes its score, or on its day when recycled."""
    if subject.stage in _SETTLED:
        return None
    following = force.scorer.next_change(facts)
    if subject.stage is Stage.RECYCLED and score.is_mql and subject.recycled_until:
        back_at = midnight(subject.recycled_until, force.terms.zone)
        if back_at > facts.now:
            return min(following or back_at, back_at)
    return following


def _offer(lead_id: int, standing: Standing, *, score_id: int, mql_at: datetime) -> Offer:
    return Offer(
        lead_id,
        standing.cycle,
        standing.owner_id,
        score_id,
        standing.points,
        standing.persona_id,
        None,
        mql_at,
    )


def _persona_ids() -> dict[str, int]:
    return dict(db.session.execute(select(Persona.key, Persona.id)).all())


def _lead(lead_id: int) -> Lead:
    """The lead as it stands, locked as services/locks.py does."""
    lead = db.session.get(Lead, lead_id, populate_existing=True, with_for_update={"key_share": True})
    if lead is None:
        raise Missing(N_("This lead does not exist."))
    if lead.erased_at is not None:
        raise Missing(N_("What was known of this person was erased."))
    return lead


def _reason(text: str) -> str:
    reason = text.strip()
    if not reason:
        raise InvalidInput("reason", N_("Say why in a few words: the other side will read it."))
    if len(reason) > 500:
        raise InvalidInput("reason", N_("The reason is too long: 500 characters at most."))
    return reason


def _mark_stale(lead: Lead) -> None:
    tallies.mark_stale(Cohort.ARRIVED, [lead.arrived_on])
    tallies.mark_stale(Cohort.MQL, [lead.mql_on])


def _record(
    name: EventName, lead: Lead, *, actor: User, now: datetime, version_id: int | None, data: dict[str, Any]
) -> None:
    journal.record(
        name,
        "lead",
        lead.id,
        occurred_at=now,
        now=now,
        lead_id=lead.id,
        actor_id=actor.id,
        version_id=version_id,
        data=data,
    )
