"""The pages of a dispute: raised from the lead, answered, ruled on, found again."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from smarketing.models.clocks import Clock
from smarketing.models.disputes import Dispute
from smarketing.models.handoffs import Handoff
from smarketing.models.people import User
from smarketing.services import clocks, handoffs
from tests.cast import Cast
from tests.conftest import Hands
from tests.services.desk import Db, hand_off, owner

SignIn = Callable[[User], FlaskClient]


@pytest.fixture
def refused(session: Db, agreed: Cast, hands: Hands) -> Handoff:
    handoff = hand_off(session, hands)
    told: dict[str, Any] = {"reason": "bad-data", "note": "", "now": hands.now}
    return handoffs.refuse(handoff.id, actor=owner(session, handoff), **told)


def test_a_refusal_is_contested_objected_to_and_ruled_on(
    session: Db, agreed: Cast, hands: Hands, sign_in: SignIn, refused: Handoff
) -> None:
    address = f"/disputes/new?kind=refusal&amp;handoff={refused.id}"
    lead = f"/leads/{refused.lead_id}"
    assert address in sign_in(agreed.marta).get(lead).text
    assert address not in sign_in(agreed.saul).get(lead).text
    client = sign_in(agreed.marta)
    url = address.replace("&amp;", "&")
    faulty = client.post(url, data={"ground": "", "note": "We <b>asked</b>"})
    assert faulty.status_code == 422
    assert "Choose on what ground" in faulty.text
    assert "We &lt;b&gt;asked&lt;/b&gt;" in faulty.text, "nothing typed is lost"
    answer = client.post(url, data={"ground": "meets_criteria", "note": "We <b>asked</b>"})
    assert answer.status_code == 303
    shown = client.get(answer.location).text
    assert "We &lt;b&gt;asked&lt;/b&gt;" in shown
    assert "Your answer" not in shown
    assert "Your answer" in sign_in(agreed.saul).get(answer.location).text
    assert "contests something" in sign_in(agreed.sasha).get("/notices/").text
    said = sign_in(agreed.sasha).post(f"{answer.location}/answer", data={"answer": "object", "note": "A student"})
    assert said.status_code == 303
    for manager in (agreed.sasha, agreed.manny):
        assert "Your ruling" in sign_in(manager).get(answer.location).text
        vote = {"verdict": "dismissed", "note": "Students are no leads"}
        assert sign_in(manager).post(f"{answer.location}/votes", data=vote).status_code == 303
    page = sign_in(agreed.marta).get("/disputes/?view=closed&q=students").text
    assert answer.location in page
    assert "Dismissed" in page
    assert answer.location not in sign_in(agreed.marta).get("/disputes/?view=closed&q=nurses").text
    assert "Refusal contested: Dismissed" in sign_in(agreed.marta).get(lead).text
    assert address not in sign_in(agreed.marta).get(lead).text, "it is ruled on, and not contested again"
    assert "Restated" not in sign_in(agreed.marta).get("/").text


def test_an_excuse_shows_raw_and_adjusted(session: Db, agreed: Cast, hands: Hands, sign_in: SignIn) -> None:
    handoff = hand_off(session, hands)
    hands.turn(days=1)
    clocks.breach_overdue(now=hands.now)
    clock_id = session.scalars(select(Clock.id)).one()
    url = f"/disputes/new?clock={clock_id}"
    assert url in sign_in(agreed.saul).get(f"/leads/{handoff.lead_id}").text
    told = {"ground": "outage", "note": "The telephone was dead"}
    raised = sign_in(agreed.saul).post(url, data=told).location
    assert sign_in(agreed.manny).post(f"{raised}/answer", data={"answer": "concede"}).status_code == 303
    page = re.sub(r"\s+", " ", sign_in(agreed.sasha).get("/disputes/").text)
    assert "1 missed promise was excused." in page
    assert "nothing was due" in page, "which is not 100 %"
    for figures in ("/", "/reports/"):
        assert "Restated after disputes" in sign_in(agreed.sasha).get(figures).text
    assert "excused" in sign_in(agreed.saul).get(f"/leads/{handoff.lead_id}").text


@pytest.mark.parametrize(
    "query", ["", "kind=refusal", "kind=breach&handoff=1", "clock=99999", "kind=qualification&handoff=99999"]
)
def test_what_is_not_there_cannot_be_contested(agreed: Cast, sign_in: SignIn, query: str) -> None:
    assert sign_in(agreed.saul).get(f"/disputes/new?{query}").status_code == 404


def test_the_other_side_cannot_contest_what_is_its_own(
    session: Db, agreed: Cast, sign_in: SignIn, refused: Handoff
) -> None:
    told = {"ground": "other", "note": "x"}
    url = f"/disputes/new?kind=refusal&handoff={refused.id}"
    assert sign_in(agreed.saul).post(url, data=told).status_code == 403
    assert session.scalars(select(Dispute)).all() == []
    sign_in(agreed.marta).post(url, data=told)
    assert sign_in(agreed.marta).post(url, data=told).status_code == 409
    assert sign_in(agreed.marta).post("/disputes/1/answer", data={"answer": "concede"}).status_code == 403
