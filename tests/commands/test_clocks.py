"""`flask clocks replay`: what is stored is what the journal tells, or each difference is listed with its cause."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session, scoped_session

from smarketing.domain.dispositions import Channel
from smarketing.domain.sla_clock import Outcome
from smarketing.models.clocks import Clock
from smarketing.models.handoffs import Handoff
from smarketing.services import clocks, corrections, handoffs, holds, routing, touches
from tests.cast import Cast, agree, clause, document
from tests.commands.conftest import Command
from tests.conftest import Hands
from tests.services.desk import CHECKLIST, hand_off, other, owner, with_first_touch

Db = scoped_session[Session]
SAME = "What is stored is what the journal tells.\n"


def answered_of(session: Db, handoff: Handoff) -> Clock:
    session.rollback()
    of_clause = (Clock.handoff_id == handoff.id, Clock.clause_id == "first-answer")
    return session.scalars(select(Clock).where(*of_clause).order_by(Clock.id).limit(1)).one()


@pytest.fixture
def handoff(session: Db, agreed: Cast, hands: Hands) -> Handoff:
    """One that was accepted in time, an hour after the offer."""
    handoff = hand_off(session, hands)
    handoffs.accept(handoff.id, actor=owner(session, handoff), now=hands.turn(hours=1))
    session.commit()
    return handoff


def live_through_everything(session: Db, cast: Cast, hands: Hands) -> None:
    """Under another version: parts, pauses, cadences, marketing's own clocks, corrections and late news."""
    rules = document()["clocks"][0]
    pausable = clause("pausable", "Pausable", "À pauses") | {
        "pauses_on": ["handoff.paused"],
        "resumes_on": ["handoff.resumed"],
    }
    part = clause("part", "Part", "Part") | {"on_reassign": "restart", "on_reopen": "restart"}
    assign = clause("assign", "Assign", "Confier") | {"side": "marketing", "stops_on": ["handoff.assigned"]}
    agree(cast, hands.now, clocks=[*with_first_touch(), rules | pausable, rules | part, rules | assign])
    first, second = (hand_off(session, hands, f"{each}@example.com") for each in ("first", "second"))
    reps = owner(session, first), other(cast, first)
    holds.pause(first.id, reason="at a fair", actor=reps[0], now=hands.turn(minutes=20))
    routing.reassign([first.id], owner_id=reps[1].id, actor=cast.sasha, now=hands.turn(hours=1))
    holds.resume(first.id, actor=reps[1], now=hands.turn(hours=20))
    handoffs.accept(first.id, actor=reps[1], now=hands.turn(hours=1))
    corrections.undo(first.id, first.dispositions[-1].id, actor=reps[1], now=hands.turn(minutes=5))
    handoffs.refuse(first.id, reason="below-criteria", note="", actor=reps[1], now=hands.turn(hours=2))
    clocks.breach_overdue(now=hands.turn(days=1))
    late = {"channel": Channel.CALL, "note": "", "actor": owner(session, second), "now": hands.now}
    touches.log(second.id, occurred_at=second.offered_at + timedelta(minutes=9), **late)
    gone = touches.log(second.id, occurred_at=second.offered_at + timedelta(minutes=1), **late)
    touches.void(second.id, gone.id, actor=owner(session, second), now=hands.now)
    handoffs.accept(second.id, actor=owner(session, second), now=hands.now)
    handoffs.confirm(second.id, checklist=CHECKLIST, actor=owner(session, second), now=hands.turn(hours=3))


def test_each_clock_is_replayed_under_the_version_it_started_under(
    flask: Command, session: Db, agreed: Cast, handoff: Handoff, hands: Hands
) -> None:
    live_through_everything(session, agreed, hands)
    session.commit()
    assert len(set(session.scalars(select(Clock.agreement_version_id)))) == 2
    restated = session.execute(select(Clock.clause_id, Clock.outcome).where(Clock.restated_at.is_not(None))).all()
    assert ("first-touch", Outcome.MET) in restated, "the call told late was in time"
    result = flask("clocks", "replay")
    assert (result.exit_code, result.output.partition("s.\n")[2]) == (0, SAME)
    assert result.output.startswith("16 clocks of 3 leads replayed in ")


def test_a_clock_that_was_tampered_with_is_listed_with_the_cause_and_set_right(
    flask: Command, session: Db, handoff: Handoff
) -> None:
    before = answered_of(session, handoff)
    due_at, clock_id, stopped_at = before.due_at, before.id, before.stopped_at
    forged = {"due_at": due_at + timedelta(days=1), "outcome": Outcome.RUNNING, "stopped_at": None}
    session.execute(update(Clock).where(Clock.id == clock_id).values(forged | {"elapsed_seconds": None}))
    session.commit()
    result = flask("clocks", "replay")
    assert result.exit_code == 1
    first, *_rest = result.output.splitlines()[1:]
    assert first == (
        f"clock {clock_id} (first-answer, hand-off {handoff.id}): due_at is {due_at + timedelta(days=1)},"
        f" replayed {due_at}: the hours of its calendar, or its pauses, give another instant"
    )
    assert f"the journal tells of another ending: handoff.accepted at {stopped_at}" in result.output
    assert "Error: 4 differences." in result.output
    assert answered_of(session, handoff).due_at == due_at + timedelta(days=1), "nothing was changed yet"
    repaired = flask("clocks", "replay", "--repair")
    assert (repaired.exit_code, repaired.output.splitlines()[-1]) == (0, "1 hand-offs were set right.")
    after = answered_of(session, handoff)
    assert (after.due_at, after.outcome, after.stopped_at) == (due_at, Outcome.MET, stopped_at)
    assert after.elapsed_seconds == 3600
    assert flask("clocks", "replay").output.endswith(SAME)


def test_an_ending_that_nothing_tells_of_is_taken_back(flask: Command, session: Db, handoff: Handoff) -> None:
    of_clause = (Clock.handoff_id == handoff.id, Clock.clause_id == "sql-decision")
    forged = {"outcome": Outcome.MET, "stopped_at": handoff.offered_at + timedelta(hours=2), "elapsed_seconds": 3600}
    session.execute(update(Clock).where(*of_clause).values(forged))
    session.commit()
    assert "the journal tells of no ending: it still waits" in flask("clocks", "replay").output
    flask("clocks", "replay", "--repair")
    session.rollback()
    stored = select(Clock.outcome, Clock.stopped_at, Clock.elapsed_seconds).where(*of_clause)
    assert session.execute(stored).one() == (Outcome.RUNNING, None, None)
    assert flask("clocks", "replay").exit_code == 0


def test_a_clock_the_journal_does_not_tell_of_is_listed(flask: Command, session: Db, handoff: Handoff) -> None:
    clock = answered_of(session, handoff)
    copied = {each.key: getattr(clock, each.key) for each in Clock.__table__.columns if each.key != "id"}
    session.add(Clock(**copied | {"part": 9}))
    session.commit()
    assert "clock is met, replayed –: the journal tells of no such clock" in flask("clocks", "replay").output


def test_only_leads_handed_over_since_a_day_are_replayed(
    flask: Command, session: Db, handoff: Handoff, hands: Hands
) -> None:
    hands.turn(days=2)
    hand_off(session, hands, "second@example.com")
    session.commit()
    assert flask("clocks", "replay", "--since", "2026-03-03").output.startswith("1 clocks of 1 leads")
    assert flask("clocks", "replay", "--since", "2026-03-02").output.startswith("3 clocks of 2 leads")
    assert flask("clocks", "replay", "--since", "yesterday").exit_code == 2
