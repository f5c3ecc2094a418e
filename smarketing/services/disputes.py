"""Contest a refusal, an MQL or a breach; answer; rule. What is upheld corrects the figures in the same transaction."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select

from smarketing.db import db
from smarketing.domain import disputes
from smarketing.domain.dispositions import DispositionKind, HandoffState
from smarketing.domain.disputes import DisputeKind, DisputeState
from smarketing.domain.errors import N_, Conflict, InvalidInput, Missing, NotAllowed
from smarketing.domain.event_names import EventName
from smarketing.domain.importing import words_of
from smarketing.domain.periods import local_day
from smarketing.domain.roles import Department
from smarketing.domain.sla_clock import Outcome
from smarketing.domain.terms import Terms
from smarketing.models.clocks import Clock
from smarketing.models.disputes import Dispute, Vote
from smarketing.models.handoffs import Handoff
from smarketing.models.people import User
from smarketing.services import agreements, arbiters, evidence, journal, locks, notices, redress
from smarketing.services.notices import Owed


def contest_refusal(handoff_id: int, *, ground: str, note: str, actor: User, now: datetime) -> Dispute:
    """Marketing says that sales should not have refused this lead."""
    handoff = locks.hold(handoff_id)
    if handoff.state is not HandoffState.REFUSED:
        raise Conflict(N_("Sales has not refused this lead, so there is no refusal to contest."))
    return _raise(DisputeKind.REFUSAL, handoff, None, ground=ground, note=note, actor=actor, now=now)


def contest_mql(handoff_id: int, *, ground: str, note: str, actor: User, now: datetime) -> Dispute:
    """Sales says that this lead should not have counted as an MQL."""
    handoff = locks.hold(handoff_id)
    if handoff.state not in (HandoffState.OFFERED, HandoffState.REFUSED):
        raise Conflict(N_("Sales has accepted this lead, so that it was an MQL is settled."))
    return _raise(DisputeKind.MQL, handoff, None, ground=ground, note=note, actor=actor, now=now)


def ask_excuse(clock_id: int, *, ground: str, note: str, actor: User, now: datetime) -> Dispute:
    """The side that broke a promise asks the other not to count it."""
    clock = db.session.get(Clock, clock_id)
    if clock is None:
        raise Missing(N_("This clock does not exist."))
    handoff = locks.hold(clock.handoff_id)
    db.session.refresh(clock)
    is_breached = clock.outcome is Outcome.BREACHED or (clock.outcome is Outcome.RUNNING and clock.due_at < now)
    if not is_breached:
        raise Conflict(N_("This clock has not run out, so there is nothing to excuse."))
    return _raise(DisputeKind.BREACH, handoff, clock, ground=ground, note=note, actor=actor, now=now)


def concede(dispute_id: int, *, note: str, actor: User, now: datetime) -> Dispute:
    """The other side agrees: what was contested is corrected."""
    dispute = _answered(dispute_id, note, actor=actor, now=now)
    _record(EventName.DISPUTE_ANSWERED, dispute, actor=actor, now=now, said="conceded")
    _close(dispute, DisputeState.UPHELD, actor=actor, now=now)
    return dispute


def object_to(dispute_id: int, *, note: str, actor: User, now: datetime) -> Dispute:
    """The other side disagrees: the arbiters rule."""
    dispute = _answered(dispute_id, disputes.check_note(note), actor=actor, now=now)
    dispute.state = DisputeState.CONTESTED
    _record(EventName.DISPUTE_ANSWERED, dispute, actor=actor, now=now, said="objected")
    told = [dispute.raised_by_id, *arbiters.of_both(_terms(dispute.handoff))]
    _tell(EventName.DISPUTE_ANSWERED, dispute, told, actor=actor, now=now)
    return dispute


def vote(dispute_id: int, *, verdict: str, note: str, actor: User, now: datetime) -> Dispute:
    """An arbiter of one side speaks; once both sides say the same, that is the ruling."""
    dispute = _held(dispute_id)
    if not disputes.is_for_arbiters(dispute.state, answer_due_at=dispute.answer_due_at, now=now):
        raise Conflict(N_("The other side still has time to answer, so the arbiters cannot rule yet."))
    if verdict not in (DisputeState.UPHELD, DisputeState.DISMISSED):
        raise InvalidInput("verdict", N_("Choose whether it is upheld or dismissed."))
    side, text = _side_ruled_for(dispute.handoff, actor), disputes.check_note(note)
    spoken = next((each for each in dispute.votes if each.side is side), None)
    if spoken is None:
        spoken = Vote(side=side)
        dispute.votes.append(spoken)
    spoken.verdict, spoken.note, spoken.voter_id, spoken.voted_at = DisputeState(verdict), text, actor.id, now
    _index(dispute)
    db.session.flush()
    _record(EventName.DISPUTE_VOTED, dispute, actor=actor, now=now, said=verdict)
    ruled = disputes.ruling({each.side: each.verdict for each in dispute.votes})
    if ruled is not None:
        _close(dispute, ruled, actor=actor, now=now)
    return dispute


def withdraw(dispute_id: int, *, actor: User, now: datetime) -> Dispute:
    """Whoever raised it takes it back; it may be raised again."""
    dispute = _held(dispute_id)
    disputes.check_open(dispute.state)
    if dispute.raised_by_id != actor.id:
        raise NotAllowed(N_("Only %(name)s can take this dispute back."), name=dispute.raised_by.name)
    dispute.state, dispute.closed_at = DisputeState.TAKEN_BACK, now
    _record(EventName.DISPUTE_WITHDRAWN, dispute, actor=actor, now=now)
    return dispute


def _raise(
    kind: DisputeKind, handoff: Handoff, clock: Clock | None, *, ground: str, note: str, actor: User, now: datetime
) -> Dispute:
    terms = _terms(handoff)
    side = disputes.raised_by(kind, terms.clock(clock.clause_id).side if clock else None)
    if actor.department is not side:
        raise NotAllowed(N_("Only the other department can contest this."))
    _check_is_new(kind, handoff, clock)
    known_ground, text = disputes.check_ground(kind, ground, note)
    frozen = evidence.freeze(handoff)
    dispute = Dispute(
        kind=kind,
        lead_id=handoff.lead_id,
        handoff_id=handoff.id,
        clock_id=clock.id if clock else None,
        state=DisputeState.RAISED,
        side=side,
        ground=known_ground,
        note=text,
        raised_by_id=actor.id,
        raised_at=now,
        answer_due_at=disputes.answer_due_at(terms, now),
        figures_on=clock.due_on if clock else _counted_on(kind, handoff, terms.zone),
        evidence=frozen.text,
        digest=frozen.digest,
        answer="",
    )
    _index(dispute)
    db.session.add(dispute)
    db.session.flush()
    _record(EventName.DISPUTE_RAISED, dispute, actor=actor, now=now, said=known_ground.value)
    _tell(EventName.DISPUTE_RAISED, dispute, _other_side(dispute, handoff), actor=actor, now=now)
    return dispute


def _counted_on(kind: DisputeKind, handoff: Handoff, zone: str) -> date:
    answered_at = handoff.answered_at if kind is DisputeKind.REFUSAL else None
    return local_day(answered_at or handoff.mql_at, zone)


def _check_is_new(kind: DisputeKind, handoff: Handoff, clock: Clock | None) -> None:
    is_it = Dispute.clock_id == clock.id if clock else (Dispute.handoff_id == handoff.id)
    stands = select(Dispute.id).where(is_it, Dispute.kind == kind, Dispute.state != DisputeState.TAKEN_BACK)
    if db.session.scalar(stands) is not None:
        raise Conflict(N_("This was contested already; see its dispute."))


def _answered(dispute_id: int, note: str, *, actor: User, now: datetime) -> Dispute:
    dispute = _held(dispute_id)
    disputes.check_open(dispute.state)
    if dispute.state is not DisputeState.RAISED:
        raise Conflict(N_("This dispute has been answered already."))
    if actor.department is not disputes.other_side(dispute.side):
        raise NotAllowed(N_("Only the other department can answer this."))
    dispute.answered_by_id, dispute.answered_at, dispute.answer = actor.id, now, note.strip()
    _index(dispute)
    db.session.flush()
    return dispute


def _close(dispute: Dispute, state: DisputeState, *, actor: User, now: datetime) -> None:
    dispute.state, dispute.closed_at = state, now
    db.session.flush()
    if state is DisputeState.UPHELD:
        redress.correct(dispute, actor=actor, now=now)
    _record(EventName.DISPUTE_RULED, dispute, actor=actor, now=now, said=state.value)
    answered_by = [dispute.answered_by_id] if dispute.answered_by_id else []
    told = [dispute.raised_by_id, *answered_by, *arbiters.of_both(_terms(dispute.handoff))]
    _tell(EventName.DISPUTE_RULED, dispute, told, actor=actor, now=now)


def _held(dispute_id: int) -> Dispute:
    """The dispute as it stands, its lead locked first as everybody does."""
    known = db.session.get(Dispute, dispute_id)
    if known is None:
        raise Missing(N_("This dispute does not exist."))
    locks.hold(known.handoff_id)
    return db.session.get_one(Dispute, dispute_id, populate_existing=True, with_for_update={"of": Dispute})


def _side_ruled_for(handoff: Handoff, actor: User) -> Department:
    if actor.department is None or actor.id not in arbiters.of_side(actor.department, _terms(handoff)):
        raise NotAllowed(N_("Only the arbiters of marketing and of sales can rule."))
    return actor.department


def _terms(handoff: Handoff) -> Terms:
    return agreements.version(handoff.agreement_version_id).terms


def _index(dispute: Dispute) -> None:
    notes = [dispute.note, dispute.answer, *(each.note for each in dispute.votes)]
    dispute.search_text = "".join(f" {word}" for word in words_of(" ".join(filter(None, notes))))


def _other_side(dispute: Dispute, handoff: Handoff) -> list[int]:
    """Who has to answer: the managers, and whoever did what is contested."""
    doers: dict[DisputeKind, list[int | None]] = {
        DisputeKind.REFUSAL: [each.actor_id for each in handoff.dispositions if each.kind is DispositionKind.REFUSED],
        DisputeKind.MQL: [handoff.qualified_by_id],
        DisputeKind.BREACH: [],
    }
    managers = notices.managers_of(disputes.other_side(dispute.side))
    return [user_id for user_id in (*doers[dispute.kind], *managers) if user_id is not None]


def _tell(name: EventName, dispute: Dispute, told: Sequence[int], *, actor: User, now: datetime) -> None:
    others = [user_id for user_id in told if user_id != actor.id]
    data = {"dispute": dispute.id, "state": dispute.state.value}
    notices.owe_many([Owed(others, name, f"{name}:{dispute.id}", dispute.handoff_id, dispute.lead_id, data)], now=now)


def _record(name: EventName, dispute: Dispute, *, actor: User, now: datetime, said: str | None = None) -> None:
    version_id = db.session.get_one(Handoff, dispute.handoff_id).agreement_version_id
    journal.record(
        name,
        "dispute",
        dispute.id,
        occurred_at=now,
        now=now,
        lead_id=dispute.lead_id,
        actor_id=actor.id,
        version_id=version_id,
        data={"dispute": dispute.kind.value, "said": said},
    )
