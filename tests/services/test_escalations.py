"""Ladders climbed: each step once, to whom it names, in their own hours, and never after the clock has stopped."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from smarketing.domain.dispositions import HandoffState
from smarketing.domain.errors import Conflict, NotAllowed
from smarketing.domain.event_names import EventName
from smarketing.domain.reach import Reach
from smarketing.jobs import climb_ladders
from smarketing.models.clocks import Clock
from smarketing.models.escalations import Escalation, EscalationCall
from smarketing.models.events import Event
from smarketing.models.handoffs import Handoff
from smarketing.models.notices import Notice
from smarketing.models.people import User
from smarketing.models.tasks import Task
from smarketing.services import clocks, escalations, handoffs, holds, reach, rosters, tasks
from tests.cast import Cast, agree, clause, document, words
from tests.conftest import Hands
from tests.faults import reckoning
from tests.services.desk import Db, hand_off, other, owner, with_first_touch

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
    of_manny = select(EscalationCall).join(EscalationCall.recipient).where(User.name == cast.manny.name)
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


def test_who_is_away_for_days_is_told_when_they_are_back_and_their_manager_meanwhile(
    session: Db, cast: Cast, hands: Hands
) -> None:
    agree_on(cast, hands, STEPS[0])
    rep = owner(session, hand_off(session, hands))
    rep_id, name, sasha_id = rep.id, rep.name.partition(" ")[0], cast.sasha.id
    until = at(hands, "05T23:00")  # Friday begins
    away = {"starts_at": at(hands, "02T08:30"), "ends_at": until, "title": "", "actor": rep, "now": hands.now}
    rosters.add_absence(rep.id, **away)
    climb(session, at(hands, "02T10:00"))
    assert told(session) == [("Sasha", 0)]
    calls = session.execute(select(EscalationCall.recipient_id, EscalationCall.instead_of_id, EscalationCall.due_at))
    assert sorted(map(tuple, calls), key=str) == sorted(
        [(sasha_id, rep_id, hands.now), (rep_id, None, datetime(2026, 3, 6, 7, tzinfo=UTC))], key=str
    )
    climb(session, at(hands, "06T07:00"))
    assert told(session) == [("Sasha", 0), (name, 0)]


def test_who_went_away_or_home_after_all_is_told_in_their_next_hours(
    session: Db, cast: Cast, hands: Hands, handoff_id: int
) -> None:
    at(hands, "02T10:00")
    name = owner_of(session, handoff_id).name.partition(" ")[0]
    escalations.take_due(now=hands.now)  # and the machine stops before it tells
    session.commit()
    climb(session, at(hands, "02T21:00"))
    assert told(session) == []
    climb(session, at(hands, "03T07:00"))
    assert (name, 0) in told(session)


@pytest.mark.parametrize(
    ("is_accepted", "state"),
    [(False, HandoffState.REFUSED), (True, HandoffState.ACCEPTED)],
    ids=["offered", "accepted"],
)
def test_a_lead_is_recycled_as_of_the_step_where_sales_could_have_said_so(
    session: Db, cast: Cast, hands: Hands, is_accepted: bool, state: HandoffState
) -> None:
    step = {"at_ratio": 1.5, "act": "recycle", "reason": "not-now"}  # a reason to refuse: Tuesday at 14:00
    ladder = clause("ladder", "Ladder", "Paliers") | {"promises": ["first-touch"], "steps": [step]}
    agree(cast, hands.now, clocks=with_first_touch(), escalations=[ladder])
    handoff_id = hand_off(session, hands).id
    if is_accepted:
        handoffs.accept(handoff_id, actor=owner_of(session, handoff_id), now=hands.turn(hours=1))
    climb(session, at(hands, "03T16:00"))
    assert climb(session, hands.now) == 0
    handed = session.get_one(Handoff, handoff_id)
    assert handed.state is state
    step_at = datetime(2026, 3, 3, 13, tzinfo=UTC)
    told_by_nobody = [(each.reason, each.occurred_at) for each in handed.dispositions if each.clause_id == "ladder"]
    assert told_by_nobody == ([] if is_accepted else [("not-now", step_at)])
    clock = session.scalars(select(Clock).where(Clock.clause_id == "first-touch")).one()
    assert clock.stopped_at == (None if is_accepted else step_at)
    assert list(reckoning.replayed()) == []


TASK = {"at_ratio": 0.5, "act": "task", "task": words("Ring the switchboard", "Appeler le standard")}


def test_a_task_is_given_to_one_person_who_does_it_and_can_take_that_back(
    session: Db, cast: Cast, hands: Hands
) -> None:
    ids = cast.saul.id, cast.sara.id, cast.sasha.id
    agree_on(cast, hands, TASK)
    handoff_id = hand_off(session, hands).id
    for _again in range(2):
        climb(session, at(hands, "02T10:00"))
    task, rep = session.scalars(select(Task)).one(), owner_of(session, handoff_id)
    saul, sara, sasha = (session.get_one(User, each) for each in ids)
    assert (task.assignee_id, task.given_at, task.done_at) == (rep.id, hands.now, None)
    assert [notice.data["is_task"] for notice in session.scalars(select(Notice)) if notice.data] == [True]
    stranger = saul if rep is sara else sara
    with pytest.raises(NotAllowed):
        tasks.finish(task.id, actor=stranger, now=hands.now)
    with pytest.raises(Conflict, match="to be done already"):
        tasks.reopen(task.id, actor=rep, now=hands.now)
    tasks.finish(task.id, actor=rep, now=hands.turn(minutes=5))
    with pytest.raises(Conflict, match=f"{rep.name} has done this"):
        tasks.finish(task.id, actor=sasha, now=hands.now)
    tasks.reopen(task.id, actor=sasha, now=hands.turn(minutes=5))
    assert (task.done_at, task.done_by_id) == (None, None)
    lines = session.execute(select(Event.name, Event.actor_id).where(Event.subject_type == "task").order_by(Event.id))
    assert [tuple(line) for line in lines] == [
        ("task.given", None),
        ("task.done", rep.id),
        ("task.undone", sasha.id),
    ]


def test_a_task_goes_to_who_is_there_and_has_the_fewest(session: Db, cast: Cast, hands: Hands) -> None:
    saul_id, sasha_id = cast.saul.id, cast.sasha.id
    agree_on(cast, hands, TASK | {"given_to": "sales"})
    for number in range(3):
        hand_off(session, hands, f"{number}@example.com")
    away = {"starts_at": hands.now, "ends_at": hands.now + timedelta(days=3), "title": "", "now": hands.now}
    rosters.add_absence(cast.sara.id, **away, actor=cast.sara)
    climb(session, at(hands, "02T10:00"))
    given = session.scalars(select(Task.assignee_id).order_by(Task.id)).all()
    assert Counter(given) == {saul_id: 2, sasha_id: 1}


def test_where_a_ladder_warns_nobody_is_warned_twice(session: Db, cast: Cast, hands: Hands) -> None:
    for_belgium = {"when": {"field": "country", "one_of": ["BE"]}}
    late = clause("late", "Late", "Retard") | {"promises": ["sql-decision"], "steps": [STEPS[1]]}
    elsewhere = clause("elsewhere", "BE", "BE") | {"promises": ["first-touch"], "steps": [STEPS[0]]} | for_belgium
    early = clause("early", "Early", "Tôt") | {"promises": ["first-answer"], "steps": [STEPS[0]]}
    agree(cast, hands.now, clocks=with_first_touch(), escalations=[early, late, elsewhere])
    handed = hand_off(session, hands)
    assert clocks.warn_at_risk(now=at(hands, "02T12:45")) == 1, "the first answer is at risk"
    handoffs.accept(handed.id, actor=owner(session, handed), now=hands.turn(minutes=5))
    assert clocks.warn_at_risk(now=at(hands, "02T16:00")) == 1
    assert clocks.warn_at_risk(now=at(hands, "06T17:00")) == 1
    told_of = [notice.data["clause"] for notice in session.scalars(select(Notice)) if notice.data]
    assert told_of == ["first-touch", "sql-decision"], "no ladder tells of these while there is still time"


def test_where_no_ladder_is_agreed_nothing_is_to_climb(session: Db, agreed: Cast, hands: Hands) -> None:
    hand_off(session, hands)
    assert session.scalars(select(Clock.escalates_at)).all() == [None]
