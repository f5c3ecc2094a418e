"""The machine’s clock is set by two hours, there and back: what was said too early is put right."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from smarketing.domain.dispositions import Channel
from smarketing.domain.sla_clock import Outcome
from smarketing.jobs.schedule import TIMETABLE
from smarketing.models.clocks import Clock
from smarketing.models.escalations import Escalation
from smarketing.models.events import Event
from smarketing.models.handoffs import Handoff
from smarketing.models.notices import Notice
from smarketing.services import handoffs, touches
from tests.cast import Cast, agree, clause
from tests.conftest import Hands
from tests.faults import reckoning
from tests.services.desk import CHECKLIST, Db, hand_off, owner

STEP = timedelta(hours=2)


@pytest.fixture
def handoff_id(session: Db, agreed: Cast, hands: Hands) -> int:
    handoff = hand_off(session, hands)
    session.commit()
    return handoff.id


def first_answer(session: Db, handoff_id: int) -> Clock:
    session.expire_all()
    of_clause = (Clock.handoff_id == handoff_id, Clock.clause_id == "first-answer")
    return session.scalars(select(Clock).where(*of_clause)).one()


def run_timetable(session: Db, hands: Hands) -> None:
    session.commit()
    for job in TIMETABLE:
        job.run(now=hands.now)


def told(session: Db, name: str) -> int:
    return session.scalar(select(func.count(Event.id)).where(Event.name == name)) or 0


def accept(session: Db, handoff_id: int, hands: Hands) -> None:
    actor = owner(session, session.get_one(Handoff, handoff_id))
    handoffs.accept(handoff_id, actor=actor, now=hands.now)
    session.commit()


def test_a_breach_that_a_clock_ahead_of_time_saw_is_taken_back_by_an_answer_in_time(
    session: Db, handoff_id: int, hands: Hands
) -> None:
    right = hands.set(first_answer(session, handoff_id).due_at - timedelta(hours=1))
    hands.set(right + STEP)
    run_timetable(session, hands)
    assert first_answer(session, handoff_id).outcome is Outcome.BREACHED, "as far as anybody could know"
    hands.set(right)
    run_timetable(session, hands)
    accept(session, handoff_id, hands)
    clock = first_answer(session, handoff_id)
    assert (clock.outcome, clock.stopped_at) == (Outcome.MET, right)
    assert clock.restated_at == right, "the figures say that they have changed"
    run_timetable(session, hands)
    assert list(reckoning.replayed()) == []


def test_a_clock_set_back_hides_no_breach_and_tells_none_twice(session: Db, handoff_id: int, hands: Hands) -> None:
    right = hands.set(first_answer(session, handoff_id).due_at + timedelta(hours=1))
    run_timetable(session, hands)
    notices = session.scalar(select(func.count(Notice.id)))
    for now in (right - STEP, right, right + STEP, right):
        hands.set(now)
        run_timetable(session, hands)
    clock = first_answer(session, handoff_id)
    assert (clock.outcome, told(session, "clock.breached")) == (Outcome.BREACHED, 1)
    assert session.scalar(select(func.count(Notice.id))) == notices
    accept(session, handoff_id, hands)
    assert reckoning.of_clocks(now=hands.now) == []


def test_steps_and_warnings_that_a_clock_ahead_of_time_took_are_not_taken_again(
    session: Db, cast: Cast, hands: Hands
) -> None:
    steps = [{"at_ratio": 0.8, "tell": ["owner"]}, {"at_ratio": 1, "tell": ["sales_managers"], "act": "list"}]
    ladder = clause("ladder", "Ladder", "Paliers") | {"promises": ["first-answer"], "steps": steps}
    agree(cast, hands.now, escalations=[ladder])
    handed = hand_off(session, hands)
    handoff_id, right = handed.id, hands.turn(hours=2)
    for now in (right + STEP, right, right + STEP, right - STEP, right):
        hands.set(now)
        run_timetable(session, hands)
    assert (told(session, "clock.escalated"), told(session, "clock.warned")) == (1, 0), "one too early, none twice"
    accept(session, handoff_id, hands)
    hands.set(right + 24 * STEP)
    run_timetable(session, hands)
    climbed = session.scalars(select(Clock.clause_id).join(Escalation, Escalation.clock_id == Clock.id)).all()
    assert climbed == ["first-answer"], "nothing after the answer"
    assert reckoning.of_clocks(now=hands.now) == []


def test_what_is_done_while_the_clock_is_behind_comes_after_what_it_answers(
    session: Db, handoff_id: int, hands: Hands
) -> None:
    right = hands.turn(minutes=30)
    hands.set(right - STEP)
    run_timetable(session, hands)
    accept(session, handoff_id, hands)
    hands.set(right - 2 * STEP)
    actor = owner(session, session.get_one(Handoff, handoff_id))
    touches.log(handoff_id, channel=Channel.CALL, note="", occurred_at=hands.now, actor=actor, now=hands.now)
    handoffs.confirm(handoff_id, checklist=CHECKLIST, actor=actor, now=hands.now)
    session.commit()
    ended = session.execute(select(Clock.outcome, Clock.elapsed_seconds).order_by(Clock.id)).all()
    assert ended == [(Outcome.MET, 0), (Outcome.MET, 0)], "answered at once, not never"
    hands.set(right)
    run_timetable(session, hands)
    assert reckoning.of_clocks(now=hands.now) == []
