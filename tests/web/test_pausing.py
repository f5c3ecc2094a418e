"""A rep lets the clocks of a lead stand still, where the agreement allows it, with a reason that stays."""

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from smarketing.models.clocks import Clock, Pause
from smarketing.models.handoffs import Handoff
from smarketing.models.people import User
from tests.cast import Cast, agree, document
from tests.conftest import Hands
from tests.services.desk import Db, hand_off, other, owner

SignIn = Callable[[User], FlaskClient]
IN_ROW = {"HX-Request": "true"}


@pytest.fixture
def pausable(session: Db, cast: Cast, hands: Hands) -> Handoff:
    first, *rest = document()["clocks"]
    pauses = {"pauses_on": ["handoff.paused"], "resumes_on": ["handoff.resumed"]}
    agree(cast, hands.now, clocks=[first | pauses, *rest])
    return hand_off(session, hands)


def test_a_snoozed_row_says_so_and_goes_on_where_it_was(
    session: Db, cast: Cast, hands: Hands, sign_in: SignIn, pausable: Handoff
) -> None:
    client, url = sign_in(owner(session, pausable)), f"/handoffs/{pausable.id}"
    target = IN_ROW | {"HX-Target": f"handoff-{pausable.id}"}
    assert re.search(rf'href="{url}/pause"[^>]*data-shortcut="s"', client.get("/queue/").text, re.S)
    assert "Why do the clocks stand still?" in client.get(f"{url}/pause", headers=target).text
    empty = client.post(f"{url}/pause", data={"reason": " "}, headers=target)
    assert (empty.status_code, "Say in a few words" in empty.text) == (422, True)
    hands.turn(hours=1)
    row = client.post(f"{url}/pause", data={"reason": "On <b>leave</b> until Monday"}, headers=target).text
    assert "Paused" in row
    assert f"{url}/resumption" in row, "to undo it"
    assert 'data-group="paused"' in client.get("/queue/").text
    before = session.scalars(select(Clock.started_at)).one()
    hands.turn(days=1)
    went_on = client.post(f"{url}/resumption", headers=target).text
    assert "go on" in went_on
    assert f"{url}/pause" in went_on
    clock = session.scalars(select(Clock)).one()
    assert clock.paused_at is None
    assert clock.due_at > before
    assert session.scalars(select(Pause.reason)).all() == ["On <b>leave</b> until Monday"]
    page = client.get(f"/leads/{pausable.lead_id}").text
    assert "On &lt;b&gt;leave&lt;/b&gt; until Monday" in page


def test_only_who_has_the_lead_or_a_manager_may(
    session: Db, cast: Cast, hands: Hands, sign_in: SignIn, pausable: Handoff
) -> None:
    url = f"/handoffs/{pausable.id}/pause"
    assert sign_in(other(cast, pausable)).post(url, data={"reason": "Mine"}).status_code == 403
    assert session.scalars(select(Pause)).all() == []
    assert url in sign_in(cast.sasha).get("/queue/").text
    assert sign_in(cast.sasha).post(url, data={"reason": "Fair"}).status_code == 303


def test_without_a_clause_that_allows_it_nothing_is_offered(
    session: Db, agreed: Cast, hands: Hands, sign_in: SignIn
) -> None:
    handoff = hand_off(session, hands)
    client = sign_in(owner(session, handoff))
    assert "/pause" not in client.get("/queue/").text
    assert client.post(f"/handoffs/{handoff.id}/pause", data={"reason": "Tired"}).status_code == 409
