"""A persona has a page: who they are, who belongs to it, how it turned out and what sales says of it."""

from collections.abc import Callable

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from smarketing.domain.importing import Row
from smarketing.models.handoffs import Handoff
from smarketing.models.people import User
from smarketing.services import handoffs, intake
from tests.cast import Cast, agree, clause, document, words
from tests.conftest import Hands
from tests.services.desk import hand_off, owner

SignIn = Callable[[User], FlaskClient]
Db = scoped_session[Session]


def test_the_page_tells_who_they_are_and_what_sales_says_of_them(
    session: Db, agreed: Cast, hands: Hands, sign_in: SignIn
) -> None:
    hand_off(session, hands)
    handoff = session.scalars(select(Handoff)).one()
    told = {"reason": "below-criteria", "note": "Only a <student>", "actor": owner(session, handoff)}
    handoffs.refuse(handoff.id, **told, now=hands.turn(hours=1))
    intake.take([Row({"email": "o@example.com"})], now=hands.now)
    client = sign_in(agreed.saul)
    page = client.get("/personas/director").text
    for said in ("Decides.", "Number 1 of 2", "director, directeur", "Below the criteria", "Only a &lt;student&gt;"):
        assert said in page, said
    assert f"/leads/{handoff.lead_id}" in page
    fallback = client.get("/personas/other").text
    assert "fits no other persona" in fallback
    assert "Tried before it" in fallback
    listed = client.get("/personas/").text
    assert listed.index("/personas/director") < listed.index("/personas/other")
    assert client.get("/personas/nobody").status_code == 404


def test_it_is_found_from_a_lead_from_the_agreement_and_from_the_report(
    session: Db, agreed: Cast, hands: Hands, sign_in: SignIn
) -> None:
    handoff = hand_off(session, hands)
    client = sign_in(agreed.manny)
    version, lead = handoff.agreement_version_id, handoff.lead_id
    for page in (f"/leads/{lead}", "/reports/themes/quality"):
        assert "/personas/director" in client.get(page).text, page
    for page in ("/agreement/", f"/agreement/{version}"):
        assert 'href="/personas/"' in client.get(page).text, page


def test_one_that_is_not_agreed_any_more_still_tells_how_it_was(
    session: Db, agreed: Cast, hands: Hands, sign_in: SignIn
) -> None:
    hand_off(session, hands)
    others = [clause("anybody", "Anybody", "N’importe qui") | {"description": words("All.", "Tous.")}]
    fit = [document()["scoring"]["fit"][1]]
    agree(agreed, hands.turn(minutes=1), personas=others, scoring=document()["scoring"] | {"fit": fit})
    client = sign_in(agreed.manny)
    assert "no such persona any more" in client.get("/personas/director").text
    assert "not in force any more" in client.get("/personas/").text


def test_without_an_agreement_there_are_none(cast: Cast, sign_in: SignIn) -> None:
    assert "No personas yet" in sign_in(cast.manny).get("/personas/").text
