"""The answers of sales over the wire: plain forms, the parts htmx swaps, and every answer that cannot be taken."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from smarketing.domain.dispositions import Channel, HandoffState
from smarketing.models.clocks import Clock
from smarketing.models.handoffs import Disposition, Handoff
from smarketing.models.people import User
from smarketing.models.touches import Touch
from smarketing.services import handoffs, qualification, touches
from tests.cast import Cast
from tests.conftest import Hands
from tests.services.desk import CHECKLIST, Db, give, hand_off, other, owner, start_selling, stop_selling

SignIn = Callable[[User], FlaskClient]
Sent = dict[str, str]
HTMX = {"HX-Request": "true"}


@pytest.fixture
def offered(session: Db, agreed: Cast, hands: Hands) -> Handoff:
    return hand_off(session, hands)


@pytest.fixture
def rep(sign_in: SignIn, session: Db, offered: Handoff) -> FlaskClient:
    """The browser of whoever it was handed to."""
    return sign_in(owner(session, offered))


def in_row(handoff: Handoff) -> dict[str, str]:
    return HTMX | {"HX-Target": f"handoff-{handoff.id}"}


def in_panel(handoff: Handoff) -> dict[str, str]:
    return HTMX | {"HX-Target": f"answer-{handoff.id}"}


def up_to(state: str, session: Db, handoff: Handoff, hands: Hands) -> None:
    for answer in {"offered": [], "accepted": ["accept"], "confirmed": ["accept", "confirm"]}[state]:
        give(answer, handoff, owner(session, handoff), hands)


# in order

GOOD: list[tuple[str, str, Sent, str]] = [
    ("offered", "acceptance", {}, "accepted"),
    ("offered", "refusal", {"reason": "bad-data", "note": "No such company"}, "refused"),
    ("offered", "touches", {"channel": "call", "note": "", "occurred_at": ""}, "offered"),
    ("accepted", "confirmation", {f"item-{key}": text for key, text in CHECKLIST.items()}, "confirmed"),
    ("accepted", "recycling", {"reason": "no-budget", "until": "2026-06-01", "note": ""}, "recycled"),
    ("confirmed", "win", {"amount": "1 250,50"}, "won"),
    ("confirmed", "loss", {"reason": "competitor", "note": ""}, "lost"),
]


@pytest.mark.parametrize(("before", "noun", "sent", "after"), GOOD)
def test_an_answer_is_taken_from_a_plain_form_and_leads_back(
    session: Db,
    rep: FlaskClient,
    offered: Handoff,
    hands: Hands,
    before: str,
    noun: str,
    sent: Sent,
    after: str,
) -> None:
    up_to(before, session, offered, hands)
    if noun != "acceptance":
        page = rep.get(f"/handoffs/{offered.id}/{noun}?next=/queue/?q%3Dperrin")
        assert page.status_code == 200
        assert 'name="next" value="/queue/?q=perrin"' in page.text
    answer = rep.post(f"/handoffs/{offered.id}/{noun}", data=sent | {"next": "/queue/?q=perrin"})
    assert (answer.status_code, answer.location) == (303, "/queue/?q=perrin")
    session.expire_all()
    assert offered.state == after
    assert "Undo" in rep.get("/queue/").text


@pytest.mark.parametrize(("before", "noun", "sent", "after"), GOOD)
def test_htmx_gets_the_row_or_the_panel_it_asked_from(
    session: Db,
    rep: FlaskClient,
    offered: Handoff,
    hands: Hands,
    before: str,
    noun: str,
    sent: Sent,
    after: str,
) -> None:
    up_to(before, session, offered, hands)
    address = f"/handoffs/{offered.id}/{noun}"
    if noun != "acceptance":
        for headers, start in ((in_row(offered), "<tr"), (in_panel(offered), '<div class="answer"')):
            asking = rep.get(address, headers=headers)
            assert asking.status_code == 200
            assert start in asking.text
            assert f'hx-post="{address}"' in asking.text
            assert "<html" not in asking.text
    answer = rep.post(address, data=sent, headers=in_row(offered))
    assert answer.status_code == 200
    assert f'<tr id="handoff-{offered.id}"' in answer.text.lstrip()[:60]
    assert 'hx-swap-oob="beforeend"' in answer.text
    assert "<html" not in answer.text
    session.expire_all()
    assert offered.state == after
    assert rep.get(f"/handoffs/{offered.id}", headers=in_panel(offered)).text.lstrip().startswith('<div class="answer"')


@pytest.mark.parametrize("elsewhere", ["", "https://evil.example/", "//evil.example", "/\\evil.example"])
def test_an_answer_leads_to_no_other_site(rep: FlaskClient, offered: Handoff, elsewhere: str) -> None:
    answer = rep.post(f"/handoffs/{offered.id}/acceptance", data={"next": elsewhere})
    assert (answer.status_code, answer.location) == (303, f"/leads/{offered.lead_id}")
    assert rep.get(f"/handoffs/{offered.id}").location == f"/leads/{offered.lead_id}"


def test_a_touch_is_logged_in_the_zone_of_who_types_it(
    session: Db, rep: FlaskClient, offered: Handoff, hands: Hands
) -> None:
    hands.turn(hours=3)
    rep.post(f"/handoffs/{offered.id}/touches", data={"channel": "email", "occurred_at": "2026-03-02T10:30"})
    touch = session.scalars(select(Touch)).one()
    assert touch.occurred_at.isoformat() == "2026-03-02T09:30:00+00:00", "half past ten in Paris"
    assert touch.channel is Channel.EMAIL


def test_a_touch_in_the_minute_of_the_offer_came_after_it(
    session: Db, agreed: Cast, sign_in: SignIn, hands: Hands
) -> None:
    hands.turn(seconds=30)
    handoff = hand_off(session, hands)
    hands.turn(minutes=5)
    rep = sign_in(owner(session, handoff))
    rep.post(f"/handoffs/{handoff.id}/touches", data={"channel": "call", "occurred_at": "2026-03-02T09:00"})
    assert session.scalars(select(Touch.occurred_at)).one() == handoff.offered_at


def test_a_touch_can_be_removed_where_it_was_logged(
    session: Db, rep: FlaskClient, offered: Handoff, hands: Hands
) -> None:
    saul = owner(session, offered)
    touch = touches.log(offered.id, channel=Channel.CALL, note="Rang", occurred_at=hands.now, actor=saul, now=hands.now)
    panel = rep.get(f"/handoffs/{offered.id}", headers=in_panel(offered)).text
    address = f"/handoffs/{offered.id}/touches/{touch.id}/voiding"
    assert address in panel
    assert "Rang" in panel
    assert rep.post(address).status_code == 303
    assert session.scalars(select(Touch)).all() == []
    assert rep.post(address).status_code == 409


def test_an_answer_can_be_undone_where_it_was_given(
    session: Db, rep: FlaskClient, offered: Handoff, hands: Hands
) -> None:
    rep.post(f"/handoffs/{offered.id}/acceptance")
    disposition_id = session.scalars(select(Disposition.id)).one()
    address = f"/handoffs/{offered.id}/answers/{disposition_id}/undoing"
    assert address in rep.get(f"/handoffs/{offered.id}", headers=in_panel(offered)).text
    undone = rep.post(address, headers=in_panel(offered))
    assert undone.status_code == 200
    assert "Accept" in undone.text
    session.expire_all()
    assert offered.state is HandoffState.OFFERED
    again = rep.post(address)
    assert again.status_code == 409
    assert "undone already" in again.text
    rep.post(f"/handoffs/{offered.id}/acceptance")
    hands.turn(minutes=11)
    assert "Undo the answer" not in rep.get(f"/handoffs/{offered.id}", headers=in_panel(offered)).text


# what cannot be taken

BAD: list[tuple[str, str, Sent, str]] = [
    ("offered", "refusal", {}, "does not know the reason"),
    ("offered", "refusal", {"reason": "no-budget"}, "does not know the reason “no-budget”"),
    ("offered", "refusal", {"reason": "<script>", "note": "kept"}, "&lt;script&gt;"),
    ("offered", "refusal", {"reason": "bad-data", "note": "x" * 2001}, "2001 characters of at most 2000"),
    ("offered", "touches", {"channel": "pigeon"}, "Choose how you reached"),
    ("offered", "touches", {"channel": "call", "occurred_at": "yesterday"}, "Write the moment like"),
    ("offered", "touches", {"channel": "call", "occurred_at": "0001-01-01T00:00"}, "Write the moment like"),
    ("offered", "touches", {"channel": "call", "occurred_at": "9999-12-31T23:59"}, "still to come"),
    ("offered", "touches", {"channel": "call", "occurred_at": "2026-03-02T08:59+00:00"}, "Write the moment like"),
    ("offered", "touches", {"channel": "call", "occurred_at": "2026-03-02T08:58"}, "before the lead was handed over"),
    ("accepted", "confirmation", {}, "needs an answer to “Need”"),
    ("accepted", "confirmation", {"item-need": "They need it"}, "at least 2 answers; it has 1"),
    ("accepted", "recycling", {"reason": "no-budget"}, "Choose a day"),
    ("accepted", "recycling", {"reason": "no-budget", "until": "31/12/2026"}, "Choose a day"),
    ("accepted", "recycling", {"reason": "no-budget", "until": "2026-03-02"}, "still to come"),
    ("accepted", "recycling", {"reason": "no-budget", "until": "9999-12-31"}, "three years at most"),
    ("accepted", "recycling", {"reason": "", "until": "2026-06-01"}, "does not know the reason"),
    ("confirmed", "win", {"amount": ""}, "is not an amount"),
    ("confirmed", "win", {"amount": "-5"}, "is not an amount"),
    ("confirmed", "win", {"amount": "9" * 40}, "too large"),
    ("confirmed", "loss", {"reason": "bad-data"}, "does not know the reason"),
]


@pytest.mark.parametrize(("before", "noun", "sent", "told"), BAD)
@pytest.mark.parametrize("place", ["page", "row"])
def test_a_fault_is_told_at_its_field_and_what_was_typed_stays(
    session: Db,
    rep: FlaskClient,
    offered: Handoff,
    hands: Hands,
    before: str,
    noun: str,
    sent: Sent,
    told: str,
    place: str,
) -> None:
    up_to(before, session, offered, hands)
    count = len(session.scalars(select(Disposition.id)).all())
    headers: dict[str, Any] = in_row(offered) if place == "row" else {}
    answer = rep.post(f"/handoffs/{offered.id}/{noun}", data=sent, headers=headers)
    assert answer.status_code == 422
    assert told in answer.text
    assert "field-error" in answer.text
    assert "<script>" not in answer.text.partition("<main")[2]
    for typed in (sent.get("note"), sent.get("item-need"), sent.get("amount")):
        assert not typed or typed in answer.text
    session.expire_all()
    assert offered.state == before
    assert len(session.scalars(select(Disposition.id)).all()) == count
    assert session.scalars(select(Touch)).all() == []


def test_the_loser_of_a_race_is_told_who_was_quicker(session: Db, agreed: Cast, hands: Hands, sign_in: SignIn) -> None:
    stop_selling(agreed, hands)
    waiting = hand_off(session, hands)
    start_selling(agreed)
    handoffs.accept(waiting.id, actor=agreed.sara, now=hands.now)
    hands.turn(seconds=3)
    rep = sign_in(agreed.saul)
    told = "Sara Lindqvist was quicker: accepted it 3 s ago."
    page = rep.post(f"/handoffs/{waiting.id}/acceptance")
    assert page.status_code == 409
    assert told in page.text
    row = rep.post(f"/handoffs/{waiting.id}/acceptance", headers=in_row(waiting))
    assert row.status_code == 422, "which htmx puts in place"
    assert told in row.text
    assert f'<tr id="handoff-{waiting.id}"' in row.text
    assert "/acceptance" not in row.text, "what is taken cannot be accepted any more"
    assert rep.get(f"/handoffs/{waiting.id}/refusal").status_code == 409
    assert [each.actor_id for each in waiting.dispositions] == [agreed.sara.id]
    hands.turn(hours=2)
    assert "Sara Lindqvist was quicker: accepted it on" in rep.post(f"/handoffs/{waiting.id}/acceptance").text


@pytest.mark.parametrize("noun", ["acceptance", "refusal", "touches"])
def test_who_does_not_have_the_lead_is_told_who_has(
    session: Db, agreed: Cast, offered: Handoff, sign_in: SignIn, noun: str
) -> None:
    stranger = sign_in(other(agreed, offered))
    sent = {"reason": "bad-data", "channel": "call"}
    page = stranger.post(f"/handoffs/{offered.id}/{noun}", data=sent)
    assert page.status_code == 403
    assert f"handed to {owner(session, offered).name}" in page.text
    panel = stranger.get(f"/handoffs/{offered.id}", headers=in_panel(offered)).text
    assert f"Only {owner(session, offered).name} can answer." in panel
    assert "/acceptance" not in panel
    assert offered.dispositions == []


def test_what_was_taken_back_meanwhile_is_told_and_stays(
    session: Db, agreed: Cast, rep: FlaskClient, offered: Handoff, hands: Hands
) -> None:
    qualification.take_back(offered.lead_id, reason="Too early", actor=agreed.marta, now=hands.now)
    page = rep.post(f"/handoffs/{offered.id}/acceptance")
    assert page.status_code == 409
    assert "“Withdrawn”: it cannot be accepted any more" in page.text
    row = rep.get(f"/handoffs/{offered.id}/refusal", headers=in_row(offered))
    assert row.status_code == 422
    assert "<form" not in row.text.partition("toasts")[0]


@pytest.mark.parametrize("noun", ["acceptance", "refusal", "confirmation", "recycling", "win", "loss", "touches"])
def test_an_unknown_hand_off_is_not_found(rep: FlaskClient, noun: str) -> None:
    assert rep.post(f"/handoffs/404/{noun}").status_code == 404
    assert rep.post(f"/handoffs/{10**30}/{noun}").status_code in (400, 404)


@pytest.mark.parametrize("who", ["marta", "manny", "sasha", "ada"])
def test_only_sales_reps_answer(agreed: Cast, offered: Handoff, sign_in: SignIn, who: str) -> None:
    client = sign_in(getattr(agreed, who))
    for noun in ("acceptance", "refusal", "confirmation", "recycling", "win", "loss", "touches"):
        assert client.post(f"/handoffs/{offered.id}/{noun}").status_code == 403
    assert offered.state is HandoffState.OFFERED


# given to somebody else


def test_a_manager_gives_a_hand_off_to_another_rep(
    session: Db, agreed: Cast, offered: Handoff, sign_in: SignIn
) -> None:
    sara = other(agreed, offered)
    manager = sign_in(agreed.sasha)
    panel = manager.get(f"/handoffs/{offered.id}", headers=in_panel(offered)).text
    assert f'<option value="{sara.id}">' in panel
    assert f'<option value="{offered.owner_id}">' not in panel
    answer = manager.post(f"/handoffs/{offered.id}/owner", data={"owner": str(sara.id)})
    assert (answer.status_code, answer.location) == (303, f"/leads/{offered.lead_id}")
    session.expire_all()
    assert offered.owner_id == sara.id
    assert set(session.scalars(select(Clock.owner_id))) == {sara.id}
    again = manager.post(f"/handoffs/{offered.id}/owner", data={"owner": str(sara.id)})
    assert again.status_code == 409
    assert f"{offered.lead.name} was given to you" in sign_in(sara).get("/notices/").text
    sign_in(agreed.sasha)
    assert manager.post(f"/handoffs/{offered.id}/owner", data={"owner": ""}).status_code == 303
    session.expire_all()
    assert offered.owner_id is None


@pytest.mark.parametrize("sent", [{}, {"owner": "x"}, {"owner": "-1"}, {"owner": "9" * 30}, {"owner": "4040"}])
def test_a_hand_off_is_given_to_somebody_who_exists(
    agreed: Cast, offered: Handoff, sign_in: SignIn, sent: Sent
) -> None:
    before = offered.owner_id
    answer = sign_in(agreed.sasha).post(f"/handoffs/{offered.id}/owner", data=sent)
    assert answer.status_code == 422
    assert "somebody who sells" in answer.text
    assert offered.owner_id == before


@pytest.mark.parametrize("who", ["saul", "marta", "ada"])
def test_only_managers_give_hand_offs_away(agreed: Cast, offered: Handoff, sign_in: SignIn, who: str) -> None:
    client = sign_in(getattr(agreed, who))
    assert client.post(f"/handoffs/{offered.id}/owner", data={"owner": str(agreed.sara.id)}).status_code == 403


def test_a_manager_gives_all_that_somebody_leaves_behind(
    session: Db, agreed: Cast, offered: Handoff, hands: Hands, sign_in: SignIn
) -> None:
    leaving, staying = owner(session, offered), other(agreed, offered)
    hand_off(session, hands, "second@example.com")
    hand_off(session, hands, "third@example.com")
    leaving.disabled_at = hands.now + timedelta(hours=1)
    manager = sign_in(agreed.sasha)
    page = manager.get(f"/queue/?owner={leaving.id}").text
    assert f"2 open hand-offs are with {leaving.name}" in page
    answer = manager.post("/queue/owner", data={"from": str(leaving.id), "owner": str(staying.id)})
    assert (answer.status_code, answer.location) == (303, f"/queue/?owner={staying.id}")
    assert set(session.scalars(select(Handoff.owner_id))) == {staying.id}
    assert "2 hand-offs are with" in manager.get("/queue/").text
    assert manager.post("/queue/owner", data={"owner": str(staying.id)}).status_code == 422
