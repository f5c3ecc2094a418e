"""What a person may ask for: a manager or an administrator hands a copy over, or erases them."""

import json
from collections.abc import Callable

from flask.testing import FlaskClient
from sqlalchemy import select

from smarketing.models.leads import Lead
from smarketing.models.objections import Objection
from smarketing.models.people import User
from smarketing.services import handoffs, remarks
from tests.cast import Cast
from tests.conftest import Hands
from tests.services.desk import CHECKLIST, Db, hand_off, owner

SignIn = Callable[[User], FlaskClient]


def test_a_copy_holds_what_is_known_and_no_colleague(session: Db, agreed: Cast, hands: Hands, sign_in: SignIn) -> None:
    handoff = hand_off(session, hands)
    rep = owner(session, handoff)
    handoffs.accept(handoff.id, actor=rep, now=hands.now)
    handoffs.confirm(handoff.id, checklist=CHECKLIST, actor=rep, now=hands.now)
    remarks.write(handoff.lead_id, "Met at the fair", actor=agreed.marta, now=hands.now)
    session.commit()
    answer = sign_in(agreed.manny).get(f"/leads/{handoff.lead_id}/copy.json")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="lead-{handoff.lead_id}.json"'
    copy = json.loads(answer.text)
    assert copy["facts"]["email"] == "g.perrin@example.com"
    assert copy["handoffs"][0]["answers"][1]["checklist"] == CHECKLIST
    assert [each["text"] for each in copy["remarks"]] == ["Met at the fair"]
    assert [each["kind"] for each in copy["engagements"]] == ["demo_request"]
    assert copy["history"][0]["what"] == "lead.arrived"
    assert rep.name not in answer.text


def test_a_manager_erases_somebody_who_objects(session: Db, agreed: Cast, hands: Hands, sign_in: SignIn) -> None:
    lead_id = hand_off(session, hands).lead_id
    session.commit()
    assert "Privacy" not in sign_in(agreed.marta).get(f"/leads/{lead_id}").text
    assert sign_in(agreed.marta).post(f"/leads/{lead_id}/erasure").status_code in (403, 404)
    client = sign_in(agreed.manny)
    assert f"/leads/{lead_id}/erasure" in client.get(f"/leads/{lead_id}").text
    page = client.get(f"/leads/{lead_id}/erasure").text
    assert "Erase for good" in page
    assert "nobody can bring it back" in page
    answer = client.post(f"/leads/{lead_id}/erasure", data={"has_objected": "yes"})
    assert (answer.status_code, answer.location) == (303, f"/leads/{lead_id}")
    page = client.get(answer.location).text
    assert "The figures stay as they were." in page
    assert "never to be brought in again" in page
    assert "perrin" not in page.lower()
    assert f"/leads/{lead_id}/facts" not in page
    assert len(session.scalars(select(Objection)).all()) == 1
    again = client.post(f"/leads/{lead_id}/erasure")
    assert again.status_code == 303
    assert "is erased already" in client.get(again.location).text
    assert client.post("/leads/99999/erasure").status_code == 404
    assert session.scalars(select(Lead.erased_at)).one() is not None
