"""Ladders climbed: each step once, to whom it names, in their own hours, and never after the clock has stopped."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import func, select

from smarketing.domain.event_names import EventName
from smarketing.domain.reach import Reach
from smarketing.jobs import climb_ladders
from smarketing.models.clocks import Clock
from smarketing.models.escalations import Escalation, EscalationCall
from smarketing.models.events import Event
from smarketing.models.handoffs import Handoff
from smarketing.models.notices import Notice
from smarketing.models.people import User
from smarketing.services import escalations, handoffs, holds, reach
from tests.cast import Cast, agree, clause, document
from tests.conftest import Hands
from tests.services.desk import Db, hand_off, other, owner

STEPS = (
    {"at_ratio": 0.5, "tell": ["owner"]},  # 11:00 in Paris
    {"at_ratio": 1, "tell": ["owner", "sales_managers"]},  # 14:00
    {"after": {"hours": 12}, "tell": ["marketing_managers"], "act": "reassign"},  # 21:00
)


def agree_on(cast: Cast, hands: Hands, *steps: dict[str, Any], **changes: Any) -> None:
    ladder = clause("ladder", "Ladder", "Paliers") | {"promises": ["first-answer"], "steps": list(steps)}
    agree(cast, hands.now, escalations=[ladder | changes])


@pytest.fixture
def handoff_id(session: Db, cast: Cast, hands: Hands) -> int:
    """Offered at 9:00, to be answered by 14:00."""
    agree_on(cast, hands, *STEPS)
    return hand_off(session, hands).id


def climb(session: Db, now: datetime) -> int:
    """The job brings its own transactions."""
    session.commit()
    count = climb_ladders.run(now=now)
    session.expire_all()
    return count


def owner_of(session: Db, handoff_id: int) -> User:
    return owner(session, session.get_one(Handoff, handoff_id))


def at(hands: Hands, text: str) -> datetime:
    return hands.set(datetime.fromisoformat(f"2026-03-{text}").replace(tzinfo=UTC))


def told(session: Db) -> list[tuple[str, int]]:
    """Who was told of which step, in the order of telling."""
    query = select(User.name, Notice.data).join(User, User.id == Notice.recipient_id)
    rows = session.execute(query.where(Notice.kind == EventName.CLOCK_ESCALATED).order_by(Notice.id)).all()
    return [(row.name.partition(" ")[0], row.data["step"]) for row in rows]


def test_each_step_is_taken_once_and_tells_whom_it_names(
    session: Db, cast: Cast, hands: Hands, handoff_id: int
) -> None:
    rep = owner_of(session, handoff_id).name.partition(" ")[0]
    assert climb(session, at(hands, "02T09:59")) == 0
    for _again in range(2):
        climb(session, at(hands, "02T10:00"))
    assert told(session) == [(rep, 0)]
    for _again in range(2):
        climb(session, at(hands, "02T13:00"))
    assert sorted(told(session)) == sorted([(rep, 0), (rep, 1), ("Sasha", 1)])
    lines = session.execute(
        select(Event.occurred_at, Event.recorded_at).where(Event.name == EventName.CLOCK_ESCALATED).order_by(Event.id)
    ).all()
    assert [tuple(line) for line in lines] == [(at(hands, "02T10:00"),) * 2, (at(hands, "02T13:00"),) * 2]


def test_after_a_night_without_a_scheduler_all_that_is_due_happens_once_the_oldest_first(
    session: Db, cast: Cast, hands: Hands, handoff_id: int
) -> None:
    climb(session, at(hands, "03T08:00"))
    steps = session.scalars(select(Escalation).order_by(Escalation.id)).all()
    assert [(step.step, step.due_at.hour, step.due_at.day) for step in steps] == [(0, 10, 2), (1, 13, 2), (2, 20, 2)]
    assert {step.taken_at for step in steps} == {hands.now}
    assert sorted(told(session), key=lambda each: each[1])[-1] == ("Manny", 2)
    assert session.scalars(select(Clock.escalates_at)).all() == [None]


@pytest.mark.parametrize("is_answered", [False, True], ids=["waiting", "answered meanwhile"])
def test_nobody_is_told_outside_their_hours_or_after_the_clock_has_stopped(
    session: Db, cast: Cast, hands: Hands, handoff_id: int, is_answered: bool
) -> None:
    of_manny = select(EscalationCall).join(User).where(User.name == cast.manny.name)
    climb(session, at(hands, "02T20:00"))
    call = session.scalars(of_manny).one()
    assert (call.due_at, call.told_at) == (datetime(2026, 3, 3, 7, tzinfo=UTC), None)
    at(hands, "03T06:00")
    if is_answered:
        handoffs.accept(handoff_id, actor=owner_of(session, handoff_id), now=hands.now)
    climb(session, at(hands, "03T07:00"))
    assert (("Manny", 2) in told(session)) is not is_answered
    calls = session.scalars(of_manny).all()
    assert [(call.told_at is None, call.dropped_at is None) for call in calls] == [(is_answered, not is_answered)]


def test_what_is_urgent_is_told_at_any_hour(session: Db, cast: Cast, hands: Hands) -> None:
    agree_on(cast, hands, {"after": {"hours": 12}, "tell": ["sales_managers", "administrators"], "urgent": True})
    reach.settle(cast.sasha, Reach("Europe/Paris", quiet_from=60, quiet_until=0), now=hands.now)
    hand_off(session, hands)
    climb(session, at(hands, "02T20:00"))
    assert sorted(told(session)) == [("Ada", 0), ("Sasha", 0)]


def test_a_clock_that_was_answered_climbs_no_further(session: Db, cast: Cast, hands: Hands, handoff_id: int) -> None:
    climb(session, at(hands, "02T10:00"))
    handoffs.accept(handoff_id, actor=owner_of(session, handoff_id), now=at(hands, "02T10:01"))
    session.commit()
    assert climb(session, at(hands, "06T10:00")) == 0
    assert session.scalar(select(func.count()).select_from(Escalation)) == 1


def test_a_lead_is_given_on_to_somebody_else_once(session: Db, cast: Cast, hands: Hands, handoff_id: int) -> None:
    others_name = other(cast, session.get_one(Handoff, handoff_id)).name
    climb(session, at(hands, "02T20:00"))
    assert owner_of(session, handoff_id).name == others_name
    line = session.scalars(select(Event).where(Event.name == EventName.HANDOFF_REASSIGNED)).one()
    assert line.actor_id is None
    assert climb(session, hands.turn(hours=1)) == 0


def test_it_stays_where_it_is_when_nobody_else_can_take_it(
    session: Db, cast: Cast, hands: Hands, handoff_id: int
) -> None:
    handed = session.get_one(Handoff, handoff_id)
    kept = handed.owner_id
    other(cast, handed).disabled_at = hands.now
    climb(session, at(hands, "02T20:00"))
    assert session.get_one(Handoff, handoff_id).owner_id == kept
    assert session.scalars(select(Escalation.acted_at).where(Escalation.act.is_not(None))).all() == [hands.now]


def test_a_pause_moves_the_steps_that_are_to_come(session: Db, cast: Cast, hands: Hands) -> None:
    first, *others = document()["clocks"]
    pausing = first | {"pauses_on": ["handoff.paused"], "resumes_on": ["handoff.resumed"]}
    ladder = clause("ladder", "Ladder", "Paliers") | {"steps": list(STEPS)}
    agree(cast, hands.now, clocks=[pausing, *others], escalations=[ladder])
    handoff_id = hand_off(session, hands).id
    climb(session, at(hands, "02T10:00"))
    holds.pause(handoff_id, reason="They travel", actor=owner_of(session, handoff_id), now=at(hands, "02T12:30"))
    assert session.scalars(select(Clock.escalates_at)).all() == [None]
    assert climb(session, at(hands, "04T13:00")) == 0
    holds.resume(handoff_id, actor=owner_of(session, handoff_id), now=hands.now)
    assert session.scalars(select(Clock.escalates_at)).one() == at(hands, "04T13:30")


@pytest.mark.parametrize(("country", "is_told"), [("FR", True), ("BE", False)])
def test_a_ladder_is_for_the_leads_it_is_agreed_for(
    session: Db, cast: Cast, hands: Hands, country: str, is_told: bool
) -> None:
    agree_on(cast, hands, STEPS[0], when={"field": "country", "one_of": [country]})
    hand_off(session, hands)
    climb(session, at(hands, "02T10:00"))
    assert bool(told(session)) is is_told
    assert session.scalars(select(Escalation.is_void)).all() == [not is_told]


def test_two_that_find_the_same_step_take_it_once(session: Db, cast: Cast, hands: Hands, handoff_id: int) -> None:
    at(hands, "02T10:00")
    escalations.take_due(now=hands.now)
    clock = session.scalars(select(Clock)).one()
    clock.escalates_at = hands.now  # as if the other had not seen it moved on
    session.flush()
    escalations.take_due(now=hands.now)
    assert session.scalar(select(func.count()).select_from(Escalation)) == 1
    assert session.scalar(select(func.count()).select_from(EscalationCall)) == 1


def test_where_no_ladder_is_agreed_nothing_is_to_climb(session: Db, agreed: Cast, hands: Hands) -> None:
    hand_off(session, hands)
    assert session.scalars(select(Clock.escalates_at)).all() == [None]
