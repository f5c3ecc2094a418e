"""Remarks on a lead: for both sides to read, removed and put back by who wrote them."""

from collections.abc import Callable

from flask.testing import FlaskClient
from sqlalchemy import select

from smarketing.models.events import Event
from smarketing.models.people import User
from smarketing.models.remarks import Remark
from tests.cast import Cast
from tests.conftest import Hands
from tests.services.desk import Db, hand_off

SignIn = Callable[[User], FlaskClient]


def test_both_sides_read_what_was_said_and_only_its_author_removes_it(
    session: Db, agreed: Cast, hands: Hands, sign_in: SignIn
) -> None:
    lead_id = hand_off(session, hands).lead_id
    client = sign_in(agreed.marta)
    answer = client.post(f"/leads/{lead_id}/remarks", data={"text": "Met at the <i>fair</i>\x00\nTwice"})
    assert (answer.status_code, answer.location) == (303, f"/leads/{lead_id}#remarks")
    page = sign_in(agreed.saul).get(f"/leads/{lead_id}").text
    assert "Met at the &lt;i&gt;fair&lt;/i&gt;\nTwice" in page
    assert "/remarks/1/removal" not in page
    assert sign_in(agreed.saul).post("/remarks/1/removal").status_code == 403
    client = sign_in(agreed.marta)
    assert client.post("/remarks/1/removal").status_code == 303
    page = client.get(f"/leads/{lead_id}").text
    assert "/remarks/1/return" in page
    assert "Met at the" not in page
    client.post("/remarks/1/return")
    assert "Met at the" in client.get(f"/leads/{lead_id}").text
    of_remarks = select(Event.name).where(Event.subject_type == "remark").order_by(Event.id)
    assert session.scalars(of_remarks).all() == ["remark.written", "remark.removed", "remark.written"]
    assert session.scalars(select(Event.data).where(Event.subject_type == "remark")).all() == [None] * 3


def test_what_cannot_be_taken_is_kept_in_the_field(session: Db, agreed: Cast, hands: Hands, sign_in: SignIn) -> None:
    lead_id = hand_off(session, hands).lead_id
    client = sign_in(agreed.marta)
    empty = client.post(f"/leads/{lead_id}/remarks", data={"text": "  "})
    assert (empty.status_code, "Write something first." in empty.text) == (422, True)
    long = client.post(f"/leads/{lead_id}/remarks", data={"text": "x" * 2001})
    assert (long.status_code, "x" * 2001 in long.text) == (422, True)
    assert client.post("/leads/99999/remarks", data={"text": "x"}).status_code == 404
    assert session.scalars(select(Remark)).all() == []
