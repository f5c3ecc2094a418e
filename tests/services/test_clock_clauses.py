"""What clauses ask of clocks, through the verbs of the desk: whom they are about, whose calendar, parts and pauses."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from smarketing.domain.dispositions import Channel
from smarketing.domain.errors import Conflict, InvalidInput, NotAllowed
from smarketing.domain.importing import Row
from smarketing.domain.sla_clock import NOT_DUE, Outcome
from smarketing.models.clocks import Clock
from smarketing.models.events import Event
from smarketing.models.notices import Notice
from smarketing.services import clocks, corrections, handoffs, holds, intake, qualification, routing, touches
from tests.cast import Cast, agree, clause, document
from tests.conftest import Hands
from tests.services.desk import Db, hand_off, other, owner, stop_selling

FIRST, DECISION = document()["clocks"]
CALL = {"channel": Channel.CALL, "note": ""}


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def named(clock_id: str, **changes: Any) -> dict[str, Any]:
    return FIRST | clause(clock_id, clock_id, clock_id) | changes


def told(session: Db, clause_id: str) -> list[tuple[Any, ...]]:
    """Each clock of a clause: owner, outcome, due, stopped, seconds to the answer, part."""
    session.flush()
    session.expire_all()
    columns = (Clock.owner_id, Clock.outcome, Clock.due_at, Clock.stopped_at, Clock.elapsed_seconds, Clock.part)
    return [
        tuple(row) for row in session.execute(select(*columns).where(Clock.clause_id == clause_id).order_by(Clock.id))
    ]


def clock_of(session: Db, clause_id: str) -> Clock:
    session.flush()
    session.expire_all()
    return session.scalars(select(Clock).where(Clock.clause_id == clause_id)).one()


def names(session: Db) -> list[str]:
    return list(session.scalars(select(Event.name).where(Event.name.like("clock.%")).order_by(Event.id)))


def test_of_a_group_only_the_first_clause_that_applies_starts(session: Db, agreed: Cast, hands: Hands) -> None:
    asked = {"engagement": "demo_request", "at_least": 1}
    hot = named("hot", group="answer", when={"all": [asked, {"field": "source", "one_of": ["Webinar"]}]})
    cold = named("cold", group="answer")
    near = named("near", when={"field": "points", "at_least": 1000})
    agree(agreed, hands.now, clocks=[hot, cold, near])
    hand_off(session, hands)
    facts = {"email": "b@example.com", "job_title": "Director", "country": "FR", "source": "Fair"}
    intake.take([Row(facts, engagements=[("demo_request", None)])], now=hands.now)
    assert [len(told(session, each)) for each in ("hot", "cold", "near")] == [1, 1, 0]


def test_a_rep_in_paris_and_one_in_new_york_have_their_own_deadlines(session: Db, agreed: Cast, hands: Hands) -> None:
    calendars = document()["calendars"]
    new_york = calendars[0] | {"id": "new-york", "zone": "America/New_York", "holidays": []}
    agree(agreed, hands.now, calendars=[*calendars, new_york], clocks=[named("answer", calendar_of="assignee")])
    agreed.sara.calendar_key = "new-york"
    agreed.saul.calendar_key = "gone-from-the-terms"
    hand_off(session, hands)
    hand_off(session, hands, "second@example.com")
    due = {who: due_at for who, _outcome, due_at, *_rest in told(session, "answer")}
    assert due == {agreed.saul.id: at("2026-03-02T14:00+01:00"), agreed.sara.id: at("2026-03-02T14:00-05:00")}
    assert set(session.scalars(select(Clock.calendar_id))) == {None, "new-york"}


def test_the_country_of_the_lead_may_say_whose_hours_count(session: Db, agreed: Cast, hands: Hands) -> None:
    calendars = document()["calendars"]
    closed = calendars[0] | {"id": "belgium", "countries": ["BE"], "shifts": [{"on": "2026-03-02", "hours": []}]}
    agree(agreed, hands.now, calendars=[*calendars, closed], clocks=[named("answer", calendar_of="country")])
    hand_off(session, hands)
    facts = {"email": "b@example.be", "job_title": "Director", "country": "BE"}
    intake.take([Row(facts, engagements=[("demo_request", None)])], now=hands.now)
    assert [row[2] for row in told(session, "answer")] == [at("2026-03-02T14:00+01:00"), at("2026-03-03T14:00+01:00")]


def test_each_owner_has_a_part_of_their_own_where_it_is_agreed(session: Db, agreed: Cast, hands: Hands) -> None:
    agree(agreed, hands.now, clocks=[named("part", on_reassign="restart"), named("whole")])
    handoff = hand_off(session, hands)
    first, second = owner(session, handoff), other(agreed, handoff)
    moved_at = hands.turn(hours=1)
    routing.reassign([handoff.id], owner_id=second.id, actor=agreed.sasha, now=moved_at)
    answered_at = hands.turn(hours=5)
    handoffs.accept(handoff.id, actor=second, now=answered_at)
    assert told(session, "part") == [
        (first.id, Outcome.VOID, at("2026-03-02T14:00+01:00"), moved_at, None, 1),
        (second.id, Outcome.MET, at("2026-03-02T15:00+01:00"), answered_at, 4 * 3600, 2),
    ]
    assert told(session, "whole") == [
        (second.id, Outcome.BREACHED, at("2026-03-02T14:00+01:00"), answered_at, 5 * 3600, 1)
    ]


def test_a_clock_stands_still_while_it_is_paused(session: Db, agreed: Cast, hands: Hands) -> None:
    agree(
        agreed,
        hands.now,
        clocks=[named("answer", pauses_on=["handoff.paused"], resumes_on=["handoff.resumed"]), named("another")],
    )
    handoff = hand_off(session, hands)
    rep = owner(session, handoff)
    holds.pause(handoff.id, reason="  back on\nThursday ", actor=rep, now=hands.turn(hours=1))
    clock = clock_of(session, "answer")
    assert (clock.due_at, clock.paused_at, clock.outcome) == (NOT_DUE, hands.now, Outcome.RUNNING)
    assert [(each.reason, each.actor_id, each.resumed_at) for each in clock.pauses] == [
        ("back on Thursday", rep.id, None)
    ]
    assert clocks.breach_overdue(now=hands.turn(days=2)) == 1, "the other one runs out"
    holds.resume(handoff.id, actor=agreed.sasha, now=hands.now)
    clock = clock_of(session, "answer")
    assert (clock.due_at, clock.paused_at) == (at("2026-03-04T14:00+01:00"), None)
    assert clocks.warn_at_risk(now=clock.at_risk_at) == 1
    handoffs.accept(handoff.id, actor=rep, now=hands.set(clock.due_at))
    assert told(session, "answer")[0][1:5] == (Outcome.MET, hands.now, hands.now, 4 * 3600)


def test_who_may_pause_and_when(session: Db, agreed: Cast, hands: Hands) -> None:
    handoff = hand_off(session, hands)
    with pytest.raises(Conflict, match="lets no clock"):
        holds.pause(handoff.id, reason="x", actor=owner(session, handoff), now=hands.now)
    pausable = named("answer", pauses_on=["handoff.paused"], resumes_on=["handoff.resumed"])
    agree(agreed, hands.now, clocks=[pausable])
    handoff = hand_off(session, hands, "second@example.com")
    rep = owner(session, handoff)
    for reason, fault in (("  ", "why"), ("x" * 201, "too long")):
        with pytest.raises(InvalidInput, match=fault):
            holds.pause(handoff.id, reason=reason, actor=rep, now=hands.now)
    for stranger in (other(agreed, handoff), agreed.marta):
        with pytest.raises(NotAllowed):
            holds.pause(handoff.id, reason="x", actor=stranger, now=hands.now)
    with pytest.raises(Conflict, match="run already"):
        holds.resume(handoff.id, actor=rep, now=hands.now)
    holds.pause(handoff.id, reason="x", actor=rep, now=hands.now)
    with pytest.raises(Conflict, match="stand still already"):
        holds.pause(handoff.id, reason="x", actor=rep, now=hands.turn(minutes=1))
    handoffs.refuse(handoff.id, reason="bad-data", note="", actor=rep, now=hands.turn(hours=9))
    with pytest.raises(Conflict, match="closed"):
        holds.resume(handoff.id, actor=rep, now=hands.now)


def test_each_reply_of_the_lead_is_owed_a_reply(session: Db, agreed: Cast, hands: Hands) -> None:
    reply = named("reply", starts_on="lead.engaged", engagement="reply", stops_on=["touch.logged"])
    agree(agreed, hands.now, clocks=[named("answer"), reply])
    handoff = hand_off(session, hands)
    rep = owner(session, handoff)

    def engages(kind: str) -> None:
        row = Row({"email": "g.perrin@example.com"}, engagements=[(kind, hands.now)])
        intake.take([row], now=hands.now)

    engages("pricing_page")
    assert told(session, "reply") == []
    for _ in range(2):
        hands.turn(minutes=30)
        engages("reply")
    touches.log(handoff.id, **CALL, occurred_at=hands.turn(minutes=30), actor=rep, now=hands.now)
    hands.turn(hours=1)
    engages("reply")
    outcomes = [(outcome, seconds) for _who, outcome, _due, _stopped, seconds, _part in told(session, "reply")]
    assert outcomes == [(Outcome.MET, 3600), (Outcome.RUNNING, None)], "the second reply found the clock running"


def test_a_lead_is_assigned_in_no_time_or_marketing_is_late(session: Db, agreed: Cast, hands: Hands) -> None:
    assign = named("assign", side="marketing", stops_on=["handoff.assigned"], allowance_minutes=5, time="wall")
    agree(agreed, hands.now, clocks=[assign, named("answer")])
    handoff = hand_off(session, hands)
    assert told(session, "assign")[0][1:5] == (Outcome.MET, hands.now + timedelta(minutes=5), hands.now, 0)
    handoffs.accept(handoff.id, actor=owner(session, handoff), now=hands.turn(hours=1))
    assert told(session, "assign")[0][1:5] == (Outcome.MET, hands.now - timedelta(minutes=55), handoff.offered_at, 0)
    stop_selling(agreed, hands)
    waiting = hand_off(session, hands, "second@example.com")
    assert waiting.owner_id is None
    agreed.saul.disabled_at = None
    routing.reassign([waiting.id], owner_id=agreed.saul.id, actor=agreed.sasha, now=hands.turn(minutes=6))
    who, outcome, _due, stopped, seconds, _part = told(session, "assign")[1]
    assert (who, outcome, stopped, seconds) == (None, Outcome.BREACHED, hands.now, 360)
    managers = session.scalars(select(Notice.recipient_id).where(Notice.kind == "clock.breached")).all()
    assert managers == [agreed.manny.id], "marketing had promised it"


def test_marketing_answers_a_lead_that_was_returned(session: Db, agreed: Cast, hands: Hands) -> None:
    take_up = named("take-up", side="marketing", starts_on="handoff.returned", stops_on=["lead.qualified"])
    agree(agreed, hands.now, clocks=[named("answer"), take_up])
    handoff = hand_off(session, hands)
    rep = owner(session, handoff)
    handoffs.refuse(handoff.id, reason="bad-data", note="", actor=rep, now=hands.now)
    assert told(session, "take-up") == [], "a lead that is out for good waits for nobody"
    handoff = hand_off(session, hands, "second@example.com")
    handoffs.refuse(
        handoff.id, reason="below-criteria", note="", actor=owner(session, handoff), now=hands.turn(hours=1)
    )
    qualification.mark(handoff.lead_id, reason="They called", actor=agreed.marta, now=hands.turn(hours=1))
    assert [row[1:] for row in told(session, "take-up")] == [
        (Outcome.MET, hands.now + timedelta(hours=4), hands.now, 3600, 1)
    ]


def test_undoing_a_refusal_takes_back_what_it_had_started(session: Db, agreed: Cast, hands: Hands) -> None:
    take_up = named("take-up", side="marketing", starts_on="handoff.returned", stops_on=["lead.qualified"])
    agree(agreed, hands.now, clocks=[named("answer"), take_up])
    handoff = hand_off(session, hands)
    rep = owner(session, handoff)
    handoffs.refuse(handoff.id, reason="below-criteria", note="", actor=rep, now=hands.turn(hours=1))
    corrections.undo(handoff.id, handoff.dispositions[-1].id, actor=rep, now=hands.turn(minutes=5))
    assert [row[1] for row in told(session, "take-up")] == [Outcome.VOID]
    assert [row[1] for row in told(session, "answer")] == [Outcome.RUNNING]


def test_an_undone_answer_may_give_the_full_time_again(session: Db, agreed: Cast, hands: Hands) -> None:
    agree(agreed, hands.now, clocks=[named("answer", on_reopen="restart")])
    handoff = hand_off(session, hands)
    rep = owner(session, handoff)
    handoffs.accept(handoff.id, actor=rep, now=hands.turn(hours=1))
    corrections.undo(handoff.id, handoff.dispositions[-1].id, actor=rep, now=hands.turn(minutes=5))
    assert [(row[1], row[2], row[5]) for row in told(session, "answer")] == [
        (Outcome.VOID, at("2026-03-02T14:00+01:00"), 1),
        (Outcome.RUNNING, at("2026-03-02T15:05+01:00"), 2),
    ]


def test_a_touch_told_late_restates_what_was_told(session: Db, agreed: Cast, hands: Hands) -> None:
    agree(agreed, hands.now, clocks=[named("touch", stops_on=["touch.logged"])])
    handoff = hand_off(session, hands)
    touched_at = hands.turn(hours=2)
    hands.turn(days=1)
    clocks.breach_overdue(now=hands.now)
    assert clock_of(session, "touch").restated_at is None
    touches.log(handoff.id, **CALL, occurred_at=touched_at, actor=owner(session, handoff), now=hands.now)
    clock = clock_of(session, "touch")
    assert (clock.outcome, clock.stopped_at, clock.restated_at) == (Outcome.MET, touched_at, hands.now)


def test_only_many_touches_on_more_than_one_channel_are_a_cadence(session: Db, agreed: Cast, hands: Hands) -> None:
    agree(agreed, hands.now, clocks=[named("cadence", stops_on=["touch.logged"], touches=3, channels=2)])
    handoff = hand_off(session, hands)
    rep = owner(session, handoff)
    logged = []
    for channel in (Channel.CALL, Channel.CALL, Channel.CALL, Channel.EMAIL):
        hands.turn(minutes=10)
        logged.append(
            touches.log(handoff.id, channel=channel, note="", occurred_at=hands.now, actor=rep, now=hands.now)
        )
    assert told(session, "cadence")[0][1:5:2] == (Outcome.MET, hands.now)
    touches.void(handoff.id, logged[-1].id, actor=rep, now=hands.turn(minutes=10))
    assert told(session, "cadence")[0][1] is Outcome.RUNNING
    assert names(session) == ["clock.started", "clock.stopped", "clock.reopened"]
