"""Clocks run on the agreement's calendar, end to the second, are breached when they were due, and warn once."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from smarketing.domain.sla_clock import Outcome
from smarketing.models.clocks import Clock
from smarketing.models.events import Event
from smarketing.models.handoffs import Handoff
from smarketing.models.notices import Notice
from smarketing.models.tallies import StaleDay
from smarketing.services import clocks, handoffs, qualification
from tests.cast import Cast, agree
from tests.conftest import Hands
from tests.services.desk import Db, hand_off, owner, stop_selling, with_first_touch


def first_answer(session: Db) -> Clock:
    session.flush()
    session.expire_all()
    return session.scalars(select(Clock).where(Clock.clause_id == "first-answer").order_by(Clock.id)).first() or (
        pytest.fail("no clock started")
    )


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


@pytest.mark.parametrize(
    ("offered", "due", "due_on"),
    [
        ("2026-03-02T09:00+01:00", "2026-03-02T14:00+01:00", date(2026, 3, 2)),
        ("2026-03-02T12:45+01:00", "2026-03-02T17:30+01:00", date(2026, 3, 2)),
        ("2026-03-02T17:59:59+01:00", "2026-03-03T13:59:59+01:00", date(2026, 3, 3)),
        ("2026-03-06T16:00+01:00", "2026-03-09T11:00+01:00", date(2026, 3, 9)),
        ("2026-03-28T10:00+01:00", "2026-03-30T14:00+02:00", date(2026, 3, 30)),
        ("2026-04-03T17:00+02:00", "2026-04-07T12:00+02:00", date(2026, 4, 7)),
    ],
    ids=["over lunch", "at lunch", "to the second", "over a week-end", "over the change of clocks", "over Easter"],
)
def test_four_business_hours_are_counted_on_the_agreements_calendar(
    session: Db, agreed: Cast, hands: Hands, offered: str, due: str, due_on: date
) -> None:
    hands.set(at(offered))
    hand_off(session, hands)
    clock = first_answer(session)
    assert (clock.started_at, clock.due_at, clock.due_on) == (at(offered), at(due), due_on)
    assert clock.at_risk_at < clock.due_at


@pytest.mark.parametrize(
    ("late", "outcome"),
    [(timedelta(0), Outcome.MET), (timedelta(seconds=1), Outcome.BREACHED)],
    ids=["at the due instant", "a second later"],
)
def test_an_answer_is_in_time_to_the_second(
    session: Db, agreed: Cast, hands: Hands, late: timedelta, outcome: Outcome
) -> None:
    handoff = hand_off(session, hands)
    due_at = first_answer(session).due_at
    handoffs.accept(handoff.id, actor=owner(session, handoff), now=hands.set(due_at + late))
    clock = first_answer(session)
    assert (clock.outcome, clock.stopped_at) == (outcome, due_at + late)
    assert clock.elapsed_seconds == 4 * 3600 + late.total_seconds()
    breaches = session.scalars(select(Event.occurred_at).where(Event.name == "clock.breached")).all()
    assert breaches == ([due_at] if late else [])


def test_a_late_sweep_does_not_move_the_breach(session: Db, agreed: Cast, hands: Hands) -> None:
    hand_off(session, hands)
    due_at = first_answer(session).due_at
    assert clocks.breach_overdue(now=due_at) == 0, "at the due instant there is still time"
    swept_at = hands.set(due_at + timedelta(days=3))
    assert clocks.breach_overdue(now=swept_at) == 1
    assert clocks.breach_overdue(now=hands.turn(days=1)) == 0
    told = session.scalars(select(Event).where(Event.name == "clock.breached")).one()
    assert (told.occurred_at, told.recorded_at) == (due_at, swept_at)
    assert (first_answer(session).outcome, first_answer(session).stopped_at) == (Outcome.BREACHED, None)
    assert due_at.date() in session.scalars(select(StaleDay.day_on).where(StaleDay.kind == "due")).all()


def test_a_sweep_before_or_after_the_answer_tells_the_same(session: Db, agreed: Cast, hands: Hands) -> None:
    swept, unswept = hand_off(session, hands), hand_off(session, hands, "second@example.com")
    due_at = first_answer(session).due_at
    clocks.breach_overdue(now=hands.set(due_at + timedelta(hours=1)), limit=1)
    for handoff in (swept, unswept):
        handoffs.accept(handoff.id, actor=owner(session, handoff), now=hands.now)
    clocks.breach_overdue(now=hands.turn(hours=1))
    answers = select(Clock.outcome, Clock.stopped_at, Clock.elapsed_seconds).where(Clock.clause_id == "first-answer")
    assert len(set(session.execute(answers).all())) == 1
    assert session.scalars(select(Event.occurred_at).where(Event.name == "clock.breached")).all() == [due_at] * 2


def test_a_breach_is_told_once_to_the_owner_and_to_the_managers_of_the_side_that_promised(
    session: Db, agreed: Cast, hands: Hands
) -> None:
    handoff = hand_off(session, hands)
    hands.turn(days=1)
    clocks.breach_overdue(now=hands.now)
    clocks.breach_overdue(now=hands.turn(days=1))
    owed = session.execute(select(Notice.recipient_id, Notice.kind, Notice.handoff_id)).all()
    assert sorted(owed) == sorted((who, "clock.breached", handoff.id) for who in (handoff.owner_id, agreed.sasha.id))


def test_whoever_has_to_act_is_warned_once_while_there_is_time(session: Db, agreed: Cast, hands: Hands) -> None:
    handoff = hand_off(session, hands)
    clock = first_answer(session)
    at_risk_at, due_at = clock.at_risk_at, clock.due_at
    assert clocks.warn_at_risk(now=at_risk_at - timedelta(seconds=1)) == 0
    assert clocks.warn_at_risk(now=at_risk_at) == 1
    assert clocks.warn_at_risk(now=at_risk_at + timedelta(minutes=1)) == 0
    assert session.execute(select(Notice.recipient_id, Notice.kind)).all() == [(handoff.owner_id, "clock.warned")]
    hand_off(session, hands, "second@example.com")
    assert clocks.warn_at_risk(now=due_at + timedelta(seconds=1)) == 0, "it is too late to warn"


def test_while_nobody_has_the_lead_the_managers_are_warned(session: Db, agreed: Cast, hands: Hands) -> None:
    stop_selling(agreed, hands)
    hand_off(session, hands)
    clocks.warn_at_risk(now=first_answer(session).at_risk_at)
    assert session.scalars(select(Notice.recipient_id)).all() == [agreed.sasha.id]


def test_a_withdrawn_lead_counts_for_neither_side(session: Db, agreed: Cast, hands: Hands) -> None:
    handoff = hand_off(session, hands)
    qualification.take_back(handoff.lead_id, reason="Not yet", actor=agreed.marta, now=hands.turn(hours=1))
    clock = first_answer(session)
    assert (clock.outcome, clock.stopped_at, clock.elapsed_seconds) == (Outcome.VOID, hands.now, None)
    assert clocks.breach_overdue(now=hands.turn(days=9)) == 0


@pytest.mark.parametrize("is_swept", [True, False], ids=["swept", "not swept yet"])
def test_what_ran_out_before_the_lead_was_taken_back_stays_breached(
    session: Db, agreed: Cast, hands: Hands, is_swept: bool
) -> None:
    handoff = hand_off(session, hands)
    due_at = first_answer(session).due_at
    hands.set(due_at + timedelta(hours=1))
    if is_swept:
        clocks.breach_overdue(now=hands.now)
    qualification.take_back(handoff.lead_id, reason="Not yet", actor=agreed.marta, now=hands.turn(hours=1))
    clock = first_answer(session)
    assert (clock.outcome, clock.stopped_at, clock.elapsed_seconds) == (Outcome.BREACHED, hands.now, None)
    assert session.scalars(select(Event.occurred_at).where(Event.name == "clock.breached")).all() == [due_at]


def test_a_clock_keeps_the_version_it_started_under(session: Db, agreed: Cast, hands: Hands) -> None:
    handoff = hand_off(session, hands)
    due_at = first_answer(session).due_at
    shorter = [{**clock, "allowance_minutes": 60} for clock in with_first_touch()]
    agree(agreed, hands.turn(minutes=30), clocks=shorter)
    handoffs.accept(handoff.id, actor=owner(session, handoff), now=hands.turn(hours=2))
    assert (first_answer(session).outcome, first_answer(session).due_at) == (Outcome.MET, due_at)
    under = dict(session.execute(select(Clock.clause_id, Clock.agreement_version_id)).all())
    assert set(under.values()) == {handoff.agreement_version_id}
    assert "first-touch" not in under


def test_an_answered_hand_off_waits_for_nothing_more(session: Db, agreed: Cast, hands: Hands) -> None:
    handoff = hand_off(session, hands)
    handoffs.refuse(handoff.id, reason="bad-data", note="", actor=owner(session, handoff), now=hands.turn(hours=1))
    assert clocks.breach_overdue(now=hands.turn(days=30)) == clocks.warn_at_risk(now=hands.now) == 0
    assert session.scalars(select(Notice)).all() == []
    assert session.scalars(select(Handoff.state)).all() == ["refused"]
