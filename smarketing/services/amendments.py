"""Ask the other side for a change of the version in force; accept it, which drafts it, refuse it, take it back."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update

from smarketing.db import db
from smarketing.domain import amendments as rules
from smarketing.domain import clause_tests, signing
from smarketing.domain.amendments import AmendmentState, Written
from smarketing.domain.disputes import other_side
from smarketing.domain.errors import N_, Conflict, Missing, NotAllowed
from smarketing.domain.event_names import EventName
from smarketing.domain.signing import VersionStatus
from smarketing.domain.terms import parse
from smarketing.models.agreements import AgreementVersion
from smarketing.models.amendments import Amendment
from smarketing.models.people import User
from smarketing.services import agreements, journal, notices, revisions
from smarketing.services.notices import Owed


def send(drafted: AgreementVersion, written: Written, *, actor: User, now: datetime) -> Amendment:
    """Freeze a draft as an amendment of the version in force, for the other side to answer.

    Raises InvalidInput or Conflict where the version in force does not allow it, or not now.
    """
    db.session.refresh(drafted, with_for_update=True)
    signing.check_may_change(drafted.status)
    if actor.department is None:
        raise NotAllowed(N_("An amendment is sent by a manager of marketing or of sales."))
    force = agreements.required()
    for obstacle in revisions.obstacles(drafted):
        raise obstacle
    new = parse(drafted.terms)
    rules.check_differs(force.terms, new)
    for failure in clause_tests.failures(new):
        raise failure
    clauses = rules.governing(force.terms, new)
    kept = rules.check_written(written, clauses)
    rules.check_window(force.terms, clauses, is_correction=kept.is_correction, now=now)
    times = rules.times(force.terms, clauses, now=now)
    drafted.status = VersionStatus.AMENDMENT
    amendment = Amendment(
        version_id=drafted.id,
        base_id=force.version_id,
        state=AmendmentState.OPEN,
        side=actor.department,
        title=kept.title,
        reason=kept.reason,
        request=dict(kept.request),
        is_correction=kept.is_correction,
        sent_by_id=actor.id,
        sent_at=now,
        acceptable_at=times.acceptable_at,
        answer_due_at=times.answer_due_at,
        answer="",
    )
    db.session.add(amendment)
    db.session.flush()
    _record(EventName.AMENDMENT_SENT, amendment, actor=actor, occurred_at=now, now=now)
    _tell(EventName.AMENDMENT_SENT, amendment, notices.managers_of(other_side(amendment.side)), now=now)
    return amendment


def accept(amendment_id: int, *, actor: User, now: datetime) -> AgreementVersion:
    """The other side agrees: the text becomes a draft, for both to sign. Raises Conflict when its time has not come."""
    amendment = _answered_by(actor, amendment_id)
    if now < amendment.acceptable_at:
        message = N_("It may be accepted from %(moment)s on: the agreement leaves everybody that long to read it.")
        raise Conflict(message, moment=amendment.acceptable_at)
    if amendment.base.status is not VersionStatus.IN_FORCE:
        message = N_("Another version has come into force meanwhile. Draft the change anew from that one.")
        raise Conflict(message)
    _close(amendment, AmendmentState.ACCEPTED, "", actor=actor, now=now)
    drafted = agreements.draft(parse(amendment.version.terms), actor=actor, now=now)
    amendment.draft_id = drafted.id
    _record(EventName.AMENDMENT_ACCEPTED, amendment, actor=actor, occurred_at=now, now=now)
    _tell(EventName.AMENDMENT_ACCEPTED, amendment, [amendment.sent_by_id], now=now)
    return drafted


def refuse(amendment_id: int, *, answer: str, actor: User, now: datetime) -> Amendment:
    """The other side says why not; what is in force stays."""
    amendment = _answered_by(actor, amendment_id)
    _close(amendment, AmendmentState.REFUSED, rules.check_text("answer", answer), actor=actor, now=now)
    _record(EventName.AMENDMENT_REFUSED, amendment, actor=actor, occurred_at=now, now=now)
    _tell(EventName.AMENDMENT_REFUSED, amendment, [amendment.sent_by_id], now=now)
    return amendment


def withdraw(amendment_id: int, *, actor: User, now: datetime) -> Amendment:
    """Its author takes it back; the text stays on record, and can be drafted anew."""
    amendment = found(amendment_id)
    if amendment.sent_by_id != actor.id:
        raise NotAllowed(N_("Only %(name)s can take this amendment back."), name=amendment.sent_by.name)
    _move(amendment, AmendmentState.WITHDRAWN, closed_at=now, now=now)
    _record(EventName.AMENDMENT_WITHDRAWN, amendment, actor=actor, occurred_at=now, now=now)
    _tell(EventName.AMENDMENT_WITHDRAWN, amendment, notices.managers_of(other_side(amendment.side)), now=now)
    return amendment


def lapse_overdue(*, now: datetime, limit: int = 500) -> int:
    """Close what nobody has answered in time, as of its deadline; how many."""
    overdue = db.session.scalars(Amendment.overdue(now).limit(limit).with_for_update(skip_locked=True)).all()
    for amendment in overdue:
        amendment.state, amendment.closed_at = AmendmentState.LAPSED, amendment.answer_due_at
        _record(EventName.AMENDMENT_LAPSED, amendment, actor=None, occurred_at=amendment.answer_due_at, now=now)
        told = [amendment.sent_by_id, *notices.managers_of(other_side(amendment.side))]
        _tell(EventName.AMENDMENT_LAPSED, amendment, told, now=now)
    return len(overdue)


def found(amendment_id: int) -> Amendment:
    amendment = db.session.get(Amendment, amendment_id)
    if amendment is None:
        raise Missing(N_("This amendment does not exist."))
    return amendment


def of_version(version_id: int) -> Amendment | None:
    """The amendment whose text this version is, or that it was drafted from."""
    is_its = (Amendment.version_id == version_id) | (Amendment.draft_id == version_id)
    return db.session.scalars(select(Amendment).where(is_its)).first()


def _answered_by(actor: User, amendment_id: int) -> Amendment:
    """Raises NotAllowed for somebody who is not of the other side."""
    amendment = found(amendment_id)
    if actor.department is not other_side(amendment.side):
        message = N_("The other side answers an amendment: a manager of %(department)s.")
        raise NotAllowed(message, department=other_side(amendment.side).value)
    return amendment


def _close(amendment: Amendment, state: AmendmentState, answer: str, *, actor: User, now: datetime) -> None:
    _move(amendment, state, closed_at=now, now=now)
    amendment.answered_by_id, amendment.answer = actor.id, answer
    db.session.flush()


def _move(amendment: Amendment, state: AmendmentState, *, closed_at: datetime, now: datetime) -> None:
    """Of two who answer at once one wins; after its deadline nobody does."""
    is_open = (Amendment.state == AmendmentState.OPEN, Amendment.answer_due_at > now)
    moved = update(Amendment).where(Amendment.id == amendment.id, *is_open).values(state=state, closed_at=closed_at)
    if db.session.scalar(moved.returning(Amendment.id)) is None:
        raise Conflict(N_("This amendment is closed already, or its time to be answered has passed."))
    db.session.refresh(amendment)


def _tell(name: EventName, amendment: Amendment, told: Sequence[int], *, now: datetime) -> None:
    data = {"amendment": amendment.id, "title": amendment.title}
    notices.owe_many([Owed(told, name, f"{name}:{amendment.id}", data=data)], now=now)


def _record(name: EventName, amendment: Amendment, *, actor: User | None, occurred_at: datetime, now: datetime) -> None:
    journal.record(
        name,
        "amendment",
        amendment.id,
        occurred_at=occurred_at,
        now=now,
        actor_id=actor.id if actor else None,
        version_id=amendment.version_id,
        data={"digest": amendment.version.digest, "against": amendment.base_id},
    )
