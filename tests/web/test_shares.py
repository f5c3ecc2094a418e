"""Links to figures: made by managers, read by anybody, without a lead or a colleague, until they end."""

import hashlib
import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from smarketing.models.agreements import AgreementVersion
from smarketing.models.events import Event
from smarketing.models.people import User
from smarketing.models.shares import Share
from smarketing.web.themes import THEMES
from tests.cast import Cast
from tests.conftest import Hands
from tests.reports import handed_off

Db = scoped_session[Session]
SignIn = Callable[[User], FlaskClient]


@pytest.fixture
def manager(session: Db, agreed: Cast, hands: Hands, sign_in: SignIn) -> FlaskClient:
    hands.set(handed_off.NOW)
    handed_off.handoffs(60, agreed, session.scalars(select(AgreementVersion.id)).one(), seed=8)
    return sign_in(agreed.manny)


def made(client: FlaskClient, theme: str = "quality", **others: str) -> str:
    """The path of a new link."""
    form = {"theme": theme, "days": "7", "period": "this-month"} | others
    assert client.post("/reports/links/", data=form).status_code == 303
    page = client.get("/reports/links/").text
    found = re.search(r'value="http://localhost(/shared/[\w-]+)"', page)
    assert found
    return found.group(1)


def signed_out(client: FlaskClient) -> FlaskClient:
    with client.session_transaction() as cookie:
        cookie.clear()
    return client


def test_anybody_reads_it_and_sees_no_lead(session: Db, manager: FlaskClient) -> None:
    paths = {theme: made(manager, theme) for theme in THEMES if theme != "people"}
    outside = signed_out(manager)
    for theme, path in paths.items():
        page = outside.get(path)
        assert page.status_code == 200, theme
        assert "/reports/hand-offs/" not in page.text
        assert 'href="/leads' not in page.text
        assert "June 2026" in page.text
        assert not [name for (name,) in session.execute(select(User.name)) if name in page.text]


def test_the_row_holds_only_a_hash(session: Db, manager: FlaskClient) -> None:
    token = made(manager).rpartition("/")[2]
    row = session.scalars(select(Share)).one()
    assert row.token_hash == hashlib.sha256(token.encode()).hexdigest()
    assert 'value="http' not in manager.get("/reports/links/").text


def test_it_ends_when_its_time_is_over_and_when_it_is_revoked(session: Db, manager: FlaskClient, hands: Hands) -> None:
    first, second = made(manager), made(manager, days="30")
    share_id = session.scalars(select(Share.id).order_by(Share.id.desc())).first()
    assert manager.post(f"/reports/links/{share_id}/revocation").status_code == 303
    assert manager.get(second).status_code == 404
    assert manager.get(first).status_code == 200
    hands.turn(days=7)
    assert signed_out(manager).get(first).status_code == 404
    names = session.scalars(select(Event.name).where(Event.name.like("report.%"))).all()
    assert sorted(names) == ["report.shared", "report.shared", "report.unshared"]


def test_what_is_not_for_everybody_cannot_be_shared(session: Db, manager: FlaskClient) -> None:
    for theme in ("people", "nothing", ""):
        assert manager.post("/reports/links/", data={"theme": theme, "days": "7"}).status_code == 404
    assert manager.post("/reports/links/", data={"theme": "speed", "days": "9999"}).status_code == 422
    assert session.scalars(select(Share)).all() == []


def test_a_rep_shares_nothing(agreed: Cast, sign_in: SignIn) -> None:
    client = sign_in(agreed.saul)
    assert client.post("/reports/links/", data={"theme": "speed", "days": "7"}).status_code == 403
    assert "/reports/links/" not in client.get("/reports/themes/speed").text


def test_a_guess_is_not_found(client: FlaskClient, agreed: Cast) -> None:
    assert client.get("/shared/" + "x" * 43).status_code == 404
