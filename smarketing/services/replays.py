"""Give the clocks of a hand-off the course they have by what is on record, whenever something is added or undone."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime

from sqlalchemy import select

from smarketing.db import among, db
from smarketing.domain import courses, merges, sla_clock, timeboxes
from smarketing.domain.courses import Course
from smarketing.domain.dispositions import OPEN_STATES
from smarketing.domain.event_names import EventName
from smarketing.domain.happenings import (
    ASSIGNED,
    GIVEN,
    OFFERED,
    REASSIGNED,
    TOUCHED,
    UNDONE,
    Happening,
    of_answer,
    of_line,
)
from smarketing.domain.merges import JOININGS, Joining
from smarketing.domain.sla_clock import Ending
from smarketing.domain.terms import Terms
from smarketing.models.clocks import Clock
from smarketing.models.events import Event
from smarketing.models.handoffs import Disposition, Handoff
from smarketing.models.touches import Touch
from smarketing.services import agreements, clock_starts, clocks, lead_keys
from smarketing.services.clock_starts import Started

JOURNALLED = frozenset(
    (REASSIGNED, UNDONE, EventName.HANDOFF_PAUSED, EventName.HANDOFF_RESUMED, EventName.LEAD_ENGAGED, "lead.qualified")
)
"""What stands in the journal alone."""
TOLD_OF_MERGES = JOININGS | {OFFERED}
"""What tells which lead a hand-off was made for, and what that one was merged with."""
is_waiting = clocks.is_waiting


def replay(handoff: Handoff, *, now: datetime) -> None:
    """Set right every clock of the hand-off, and start those that take the place of one that has ended.

    With them goes when the lead is next answered by itself.
    """
    db.session.flush()
    force = agreements.version(handoff.agreement_version_id)
    happened = happenings(handoff, force.terms)
    is_open = handoff.state in OPEN_STATES
    handoff.timebox_at = timeboxes.first_end(force.terms, handoff.lead.stage, happened) if is_open else None
    found = _clocks(handoff)
    while found:
        after: list[int] = []
        for clock in found:
            course = course_of(clock, force.terms, happened, handoff.closed_at)
            clocks.set_right(clock, course, now=now)
            if course.again:
                after += _start_again(clock, course.again, force=force, now=now)
        found = list(db.session.scalars(select(Clock).where(Clock.id.in_(after)).order_by(Clock.id))) if after else []


def endings(handoff: Handoff) -> list[tuple[Clock, Ending]]:
    """Every clock of the hand-off with the ending that the record gives it."""
    terms = agreements.version(handoff.agreement_version_id).terms
    happened = happenings(handoff, terms)
    return [(clock, course_of(clock, terms, happened, handoff.closed_at).ending) for clock in _clocks(handoff)]


def course_of(clock: Clock, terms: Terms, happened: Sequence[Happening], closed_at: datetime | None) -> Course:
    clause = terms.clock(clock.clause_id)
    calendar = sla_clock.counting(clause, terms.calendar(clock.calendar_id or clause.calendar))
    return courses.course(clause, calendar, started_at=clock.started_at, happened=happened, closed_at=closed_at)


def replay_listening(name: str, handoff_ids: Sequence[int], *, now: datetime) -> None:
    """Replay those of the hand-offs whose clocks listen to something that has just happened to them."""
    for handoff in db.session.scalars(select(Handoff).where(among(Handoff.id, handoff_ids)).order_by(Handoff.id)).all():
        if name in _listened_to(agreements.version(handoff.agreement_version_id).terms):
            replay(handoff, now=now)


def engaged(acts: Iterable[tuple[int, str, datetime]], *, now: datetime) -> None:
    """Leads have acted, as id, kind and instant: clocks of their open hand-offs may start, pause, go on or stop."""
    of_lead: dict[int, list[tuple[str, datetime]]] = {}
    for lead_id, kind, at in acts:
        of_lead.setdefault(lead_id, []).append((kind, at))
    is_open = (among(Handoff.lead_id, of_lead), Handoff.state.in_(OPEN_STATES))
    for handoff in db.session.scalars(select(Handoff).where(*is_open).order_by(Handoff.id)).all():
        force = agreements.version(handoff.agreement_version_id)
        if EventName.LEAD_ENGAGED not in _listened_to(force.terms):
            continue
        since = sorted((at, kind) for kind, at in of_lead[handoff.lead_id] if at >= handoff.offered_at)
        for at, kind in since:
            _start_unless_running(handoff, kind, at, force=force, now=now)
        if since:
            replay(handoff, now=now)


def answered_return(lead_id: int, *, now: datetime) -> None:
    """Marketing has acted on a lead that sales had returned: the clocks of its closed hand-offs may stop."""
    is_waiting = (Clock.lead_id == lead_id, Clock.stopped_at.is_(None), Handoff.closed_at.is_not(None))
    waiting = select(Handoff).join(Clock, Clock.handoff_id == Handoff.id).where(*is_waiting).distinct()
    for handoff in db.session.scalars(waiting).all():
        replay(handoff, now=now)


def happenings(handoff: Handoff, terms: Terms) -> list[Happening]:
    """All that may change the course of its clocks; the journal is asked only for what some clause listens to."""
    listened = _listened_to(terms)
    answers = select(Disposition).where(Disposition.handoff_id == handoff.id)
    touched = select(Touch.occurred_at, Touch.channel, Touch.actor_id).where(Touch.handoff_id == handoff.id)
    happened = [Happening(handoff.offered_at, EventName.HANDOFF_OFFERED.value)]
    for answer in db.session.scalars(answers):
        happened += of_answer(answer.occurred_at, answer.kind, answer.reason, answer.actor_id, terms)
    happened += (Happening(at, TOUCHED, channel.value, who) for at, channel, who in db.session.execute(touched))
    wanted = {str(name) for name in JOURNALLED & listened} | (GIVEN & listened)
    if wanted:
        for event in _lines(handoff, wanted):
            happened += of_line(event.name, event.occurred_at, event.actor_id, event.data or {})
    return happened


def _lines(handoff: Handoff, wanted: Collection[str]) -> Iterator[Event]:
    """Those of the hand-off, and those of its lead as far as they were known to be about this person."""
    kin = lead_keys.kin(handoff.lead_id)
    of_kin = (among(Event.lead_id, kin), Event.occurred_at >= handoff.offered_at)
    named = Event.name.in_(wanted if len(kin) == 1 else {*wanted, *TOLD_OF_MERGES})
    lines = db.session.scalars(select(Event).where(*of_kin, named).order_by(Event.id)).all()
    heard = {handoff.lead_id: 0} if len(kin) == 1 else _heard(handoff, lines)
    for line in lines:
        is_of_handoff = line.subject_type == "handoff" and line.subject_id == handoff.id
        is_of_lead = line.subject_type != "handoff" and line.id >= heard.get(line.lead_id or 0, line.id + 1)
        if line.name in wanted and (is_of_handoff or is_of_lead):
            yield line


def _heard(handoff: Handoff, lines: Sequence[Event]) -> dict[int, int]:
    is_offer = (line for line in lines if line.name == OFFERED and line.subject_id == handoff.id)
    origin = next((line.lead_id for line in is_offer if line.lead_id), handoff.lead_id)
    joinings = (
        Joining(line.id, line.lead_id or 0, line.data["absorbed"], line.name == EventName.LEAD_MERGED)
        for line in lines
        if line.name in JOININGS and line.data and line.data.get("absorbed")
    )
    return merges.heard(origin, joinings)


def _listened_to(terms: Terms) -> frozenset[str]:
    """With what stands for an assignment: that the lead is given to somebody."""
    listened = frozenset().union(*(courses.listens_to(clause) for clause in terms.clocks))
    return listened | GIVEN if ASSIGNED in listened else listened


def _clocks(handoff: Handoff) -> list[Clock]:
    return list(db.session.scalars(select(Clock).where(Clock.handoff_id == handoff.id).order_by(Clock.id)))


def _start_again(clock: Clock, again: Happening, *, force: agreements.Force, now: datetime) -> Sequence[int]:
    """Start the next part of a clock, with the full allowance, unless it has started already."""
    of_clause = (Clock.handoff_id == clock.handoff_id, Clock.clause_id == clock.clause_id)
    if db.session.scalar(select(Clock.id).where(*of_clause, Clock.started_at == again.at, Clock.id != clock.id)):
        return ()
    owner_id = again.owner_id if again.name == REASSIGNED else clock.owner_id
    started = Started(clock.handoff_id, clock.lead_id, owner_id, again.at, part=clock.part + 1)
    return clock_starts.start_clause(force.terms.clock(clock.clause_id), [started], force=force, now=now)


def _start_unless_running(handoff: Handoff, kind: str, at: datetime, *, force: agreements.Force, now: datetime) -> None:
    """Start the clocks of an act of the lead, but none of a clause whose clock still runs for an earlier act."""
    of_handoff = select(Clock.clause_id).where(Clock.handoff_id == handoff.id)
    running = set(db.session.scalars(of_handoff.where(Clock.started_at <= at, Clock.is_open_at(at))))
    known = set(db.session.scalars(of_handoff.where(Clock.started_at == at)))
    subject = Started(handoff.id, handoff.lead_id, handoff.owner_id, at, kind)
    clock_starts.start(EventName.LEAD_ENGAGED, [subject], force=force, now=now, unless=running | known)
