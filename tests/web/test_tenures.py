"""Giving notice from the agreement's page, and taking it back."""

from collections.abc import Callable

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from smarketing.models.agreements import AgreementVersion
from smarketing.models.people import User
from tests.cast import Cast

Db = scoped_session[Session]
SignIn = Callable[[User], FlaskClient]


def test_a_manager_gives_notice_and_takes_it_back(session: Db, agreed: Cast, sign_in: SignIn) -> None:
    version_id = session.scalars(select(AgreementVersion.id)).one()
    client = sign_in(agreed.manny)
    page = client.get("/agreement/").text
    assert "Its term ends" in page
    assert "Without a cause, with 30 days’ notice" in page
    assert client.post(f"/agreement/{version_id}/notice").status_code == 303
    assert "Marketing gave notice: it ends" in client.get("/agreement/").text
    assert client.post(f"/agreement/{version_id}/notice").status_code == 409
    assert "Take the notice back" not in sign_in(agreed.sasha).get("/agreement/").text
    client = sign_in(agreed.manny)
    assert client.post(f"/agreement/{version_id}/notice/removal").status_code == 303
    assert "Its term ends" in client.get("/agreement/").text


def test_reps_read_when_it_ends_and_no_more(session: Db, agreed: Cast, sign_in: SignIn) -> None:
    page = sign_in(agreed.saul).get("/agreement/").text
    assert "Its term ends" in page
    assert "Give notice" not in page
