"""Who would get a lead and why, what each rep takes, their absences, and the ledger."""

from collections.abc import Callable
from io import BytesIO

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from smarketing.models.handoffs import Handoff
from smarketing.models.people import User
from smarketing.models.routing import Absence
from smarketing.services import rosters
from tests.cast import Cast
from tests.conftest import Hands
from tests.services.desk import Db, hand_off
from tests.services.test_dealing import CALENDAR

SignIn = Callable[[User], FlaskClient]


def test_a_manager_is_told_who_would_get_a_lead_and_nothing_is_dealt(
    session: Db, agreed: Cast, hands: Hands, sign_in: SignIn
) -> None:
    handoff = hand_off(session, hands)
    before = session.scalars(select(User.turn).order_by(User.id)).all()
    client = sign_in(agreed.sasha)
    assert "Who would get this lead?" in client.get("/routing/").text
    page = client.get(f"/routing/?lead={handoff.lead_id}").text
    assert "whose turn it is" in page
    assert "There is no lead with this number" in client.get("/routing/?lead=999").text
    assert client.get("/routing/?lead=%00&country=%27").status_code == 200
    session.expire_all()
    assert session.scalars(select(User.turn).order_by(User.id)).all() == before


def test_what_a_rep_takes_is_saved_and_told(session: Db, agreed: Cast, hands: Hands, sign_in: SignIn) -> None:
    client, url = sign_in(agreed.sasha), f"/routing/{agreed.saul.id}"
    told = {"weight": "50", "most_a_day": "3", "countries": "FR, BE, FR", "languages": "", "started_on": ""}
    for field, text in (("weight", "many"), ("weight", "2000"), ("most_a_day", "-1"), ("started_on", "soon")):
        faulty = client.post(url, data=told | {field: text})
        assert faulty.status_code == 422
        assert f'value="{text}"' in faulty.text, "nothing typed is lost"
    assert client.post(url, data=told).status_code == 303
    assert rosters.profile_of(agreed.saul.id) == (50, 3, ["FR", "BE"], [], None)
    page = client.get("/routing/?country=DE").text
    assert "takes other countries" in page
    assert "Sara Lindqvist" in page
    assert client.get(f"/routing/{agreed.marta.id}").status_code == 404


def test_a_rep_writes_absences_down_and_brings_a_calendar(
    session: Db, agreed: Cast, hands: Hands, sign_in: SignIn
) -> None:
    client = sign_in(agreed.saul)
    faulty = client.post("/absences/", data={"first_on": "tomorrow", "title": "Sea <b>side</b>"})
    assert faulty.status_code == 422
    assert "Sea &lt;b&gt;side&lt;/b&gt;" in faulty.text
    past = client.post("/absences/", data={"first_on": "2020-01-01"})
    assert (past.status_code, "not in the past" in past.text) == (422, True)
    assert client.post("/absences/", data={"first_on": "2026-04-20", "last_on": "2026-04-24"}).status_code == 303
    sent = {"file": (BytesIO(CALENDAR), "away.ics")}
    page = client.get(client.post("/absences/file", data=sent).location).text
    assert "2 absences were read. 1 repeating event was left out." in page
    assert "Summer" in page
    assert client.post("/absences/file", data={"file": (BytesIO(b"x"), "x.ics")}).status_code == 422
    first = session.scalars(select(Absence.id).order_by(Absence.id)).first()
    assert client.post(f"/absences/{first}/removal").status_code == 303
    assert len(session.scalars(select(Absence)).all()) == 2


@pytest.mark.parametrize(("who", "status"), [("sara", 404), ("sasha", 200)])
def test_whose_absences_one_sees(agreed: Cast, sign_in: SignIn, who: str, status: int) -> None:
    client = sign_in(getattr(agreed, who))
    assert client.get(f"/absences/?user={agreed.saul.id}").status_code == status


def test_the_ledger_says_who_was_given_what(session: Db, agreed: Cast, hands: Hands, sign_in: SignIn) -> None:
    handoff = hand_off(session, hands)
    page = sign_in(agreed.saul).get("/routing/ledger").text
    assert f"/leads/{handoff.lead_id}" in page
    assert "in turn" in page
    assert session.scalars(select(Handoff)).one().owner_id is not None
