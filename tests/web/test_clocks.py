"""A clock explains itself to whoever reads it, in their zone; clocks are paused with a reason and let go on."""

import re
from collections.abc import Callable
from html import unescape

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from smarketing.models.clocks import Clock
from smarketing.models.handoffs import Handoff
from smarketing.models.people import User
from smarketing.services import calls, clocks, escalations, handoffs, routing
from tests.cast import Cast, agree, clause, document
from tests.conftest import Hands
from tests.services.desk import Db, hand_off, other, owner

SignIn = Callable[[User], FlaskClient]


@pytest.fixture
def handoff(session: Db, agreed: Cast, hands: Hands) -> Handoff:
    answer = document()["clocks"][0] | clause("answer", "Answer in time", "Réponse à temps")
    answer |= {"pauses_on": ["handoff.paused"], "resumes_on": ["handoff.resumed"], "on_reassign": "restart"}
    agree(agreed, hands.now, clocks=[answer])
    return hand_off(session, hands)


@pytest.fixture
def rep(sign_in: SignIn, session: Db, handoff: Handoff) -> FlaskClient:
    return sign_in(owner(session, handoff))


def words(page: TestResponse) -> str:
    text = re.sub(r"<[^>]+>", " ", page.get_data(as_text=True))
    return " ".join(unescape(text).replace("\u202f", " ").split())


def address(session: Db) -> str:
    session.flush()
    return f"/clocks/{session.scalars(select(Clock.id).order_by(Clock.id.desc())).first()}"


def test_a_clock_says_why_it_is_due(session: Db, rep: FlaskClient, hands: Hands) -> None:
    hands.turn(hours=1)
    page = words(rep.get(address(session)))
    assert "Due Mon 2 Mar, 2:00 PM, because sales has 4 business hours from Mon 2 Mar, 9:00 AM" in page
    assert "12:30 PM – 1:30 PM break" in page
    assert "Mon 2 Mar: 9:00 AM–12:30 PM counts; 12:30 PM–1:30 PM break; 1:30 PM–2:00 PM counts" in page
    assert "It runs, in time." in page


def test_each_reader_sees_their_own_zone(session: Db, handoff: Handoff, agreed: Cast, sign_in: SignIn) -> None:
    agreed.sasha.zone = "America/New_York"
    page = words(sign_in(agreed.sasha).get(address(session)))
    assert "Due Mon 2 Mar, 8:00 AM, because" in page
    assert "(Europe/Paris)" in page, "whose hours count is told too"


def test_what_ended_it_and_how_late_is_told(session: Db, handoff: Handoff, rep: FlaskClient, hands: Hands) -> None:
    assert clocks.breach_overdue(now=hands.turn(hours=6)) == 1
    assert "Missed, and not answered yet: 1 h late, by the hours that count." in words(rep.get(address(session)))
    handoffs.accept(handoff.id, actor=owner(session, handoff), now=hands.turn(hours=18))
    page = words(rep.get(address(session)))
    assert "Missed: answered 4 h late, by the hours that count." in page
    assert "Business time 8 h" in page
    assert "Time on the wall 1 d" in page


def test_the_parts_of_its_owners_are_told(
    session: Db, handoff: Handoff, agreed: Cast, sign_in: SignIn, hands: Hands
) -> None:
    second = other(agreed, handoff)
    routing.reassign([handoff.id], owner_id=second.id, actor=agreed.sasha, now=hands.turn(hours=1))
    reader = sign_in(agreed.marta)
    page = words(reader.get(address(session)))
    assert f"started again, with {second.name}" in page
    first = session.scalars(select(Clock.id).order_by(Clock.id)).first()
    assert "counts for neither side" in words(reader.get(f"/clocks/{first}"))


def test_a_clock_that_goes_on_says_who_was_given_the_lead_and_when(
    session: Db, agreed: Cast, sign_in: SignIn, hands: Hands
) -> None:
    agree(agreed, hands.now, clocks=[document()["clocks"][0] | clause("answer", "Answer in time", "Réponse à temps")])
    handed = hand_off(session, hands)
    first, second = owner(session, handed), other(agreed, handed)
    routing.reassign([handed.id], owner_id=second.id, actor=agreed.sasha, now=hands.turn(hours=1))
    routing.reassign([handed.id], owner_id=None, actor=agreed.sasha, now=hands.turn(minutes=30))
    reader = sign_in(agreed.marta)
    page = words(reader.get(address(session)))
    assert f"10:00 AM handed over to {second.name}" in page
    assert "10:30 AM handed over to the whole team" in page
    routing.reassign([handed.id], owner_id=first.id, actor=agreed.sasha, now=hands.turn(minutes=30))
    handoffs.accept(handed.id, actor=first, now=hands.turn(minutes=30))
    routing.reassign([handed.id], owner_id=second.id, actor=agreed.sasha, now=hands.turn(hours=1))
    page = words(reader.get(address(session)))
    assert f"11:00 AM handed over to {first.name}" in page
    day_and_text = 2
    assert page.count(f"handed over to {second.name}") == day_and_text, "what came after the answer is not told"


def test_a_clock_that_is_not_there_is_not_found(rep: FlaskClient) -> None:
    assert rep.get("/clocks/999999").status_code == 404


def test_clocks_are_paused_with_a_reason_and_let_go_on(
    session: Db, handoff: Handoff, rep: FlaskClient, hands: Hands
) -> None:
    lead = f"/leads/{handoff.lead_id}"
    assert "Pause the clocks" in words(rep.get(lead))
    asked = rep.post(f"/handoffs/{handoff.id}/pause", data={"reason": "  "})
    assert asked.status_code == 422
    assert "Say in a few words why" in words(asked)
    hands.turn(hours=1)
    done = rep.post(f"/handoffs/{handoff.id}/pause", data={"reason": "Back on Thursday"})
    assert (done.status_code, done.location) == (303, lead)
    hands.turn(hours=2)
    page = words(rep.get(address(session)))
    assert f"paused by {owner(session, handoff).name}: Back on Thursday" in page
    assert "It has no due instant while it stands still: of 4 business hours" in page
    assert "3 h are left" in page
    assert "Let the clocks go on" in words(rep.get(lead))
    assert rep.post(f"/handoffs/{handoff.id}/resumption").status_code == 303
    assert "Due Mon 2 Mar, 4:00 PM" in words(rep.get(address(session)))
    assert rep.post(f"/handoffs/{handoff.id}/resumption").status_code == 409


def test_nobody_is_offered_a_pause_that_was_not_agreed(
    session: Db, agreed: Cast, hands: Hands, sign_in: SignIn
) -> None:
    handoff = hand_off(session, hands)
    page = words(sign_in(owner(session, handoff)).get(f"/leads/{handoff.lead_id}"))
    assert "Pause the clocks" not in page


def test_who_does_not_have_the_lead_cannot_pause(session: Db, handoff: Handoff, agreed: Cast, sign_in: SignIn) -> None:
    stranger = sign_in(other(agreed, handoff))
    assert "Pause the clocks" not in words(stranger.get(f"/leads/{handoff.lead_id}"))
    assert stranger.post(f"/handoffs/{handoff.id}/pause", data={"reason": "x"}).status_code == 403
    assert session.scalars(select(Clock.paused_at)).one() is None


@pytest.fixture
def climbing(session: Db, agreed: Cast, hands: Hands) -> Handoff:
    """Handed off at 9:00 in Paris; its owner is told at 11:00 and the managers when it is due, at 14:00."""
    steps = [{"at_ratio": 0.5, "tell": ["owner"]}, {"at_ratio": 1, "tell": ["sales_managers"], "act": "list"}]
    ladder = clause("ladder", "When it is late", "En cas de retard") | {"promises": ["first-answer"], "steps": steps}
    agree(agreed, hands.now, escalations=[ladder])
    return hand_off(session, hands)


def test_the_steps_of_a_ladder_are_told_before_and_after(
    session: Db, climbing: Handoff, hands: Hands, sign_in: SignIn
) -> None:
    rep = owner(session, climbing)
    page = words(sign_in(rep).get(address(session)))
    assert "Mar 2, 2026, 11:00 AM : told: the rep who has the lead unless it is answered before" in page
    escalations.take_due(now=hands.turn(hours=2, minutes=5))
    calls.tell_due(now=hands.now)
    page = words(sign_in(rep).get(address(session)))
    assert f"taken 5 min late {rep.name} was told Mar 2, 2026, 11:05 AM" in page
    assert "In the journal" in page
    assert "A step of escalation was taken Mar 2, 2026, 11:00 AM · recorded Mar 2, 2026, 11:05 AM" in page
    bell = words(sign_in(rep).get("/notices/"))
    assert "When it is late – " in bell
    assert ": “First answer” is due Mar 2, 2026, 2:00 PM" in bell
    handoffs.accept(climbing.id, actor=rep, now=hands.turn(minutes=1))
    session.flush()
    answered = session.scalars(select(Clock.id).order_by(Clock.id)).first()
    page = words(sign_in(rep).get(f"/clocks/{answered}"))
    assert "not needed: the clock stopped before" in page


def test_late_ones_are_listed_until_they_are_answered(
    session: Db, climbing: Handoff, hands: Hands, sign_in: SignIn
) -> None:
    rep = owner(session, climbing)
    assert "Nobody is late" in words(sign_in(rep).get("/clocks/late/"))
    escalations.take_due(now=hands.turn(hours=6))
    page = words(sign_in(rep).get("/clocks/late/"))
    assert re.search(rf"First answer Overdue by 1 h {rep.name} Mar 2, 2026, 2:00 PM", page)
    handoffs.accept(climbing.id, actor=rep, now=hands.now)
    assert "Nobody is late" in words(sign_in(rep).get("/clocks/late/"))
