"""Who is let in by a token, and as whom."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from smarketing.domain.errors import Conflict, InvalidInput
from smarketing.models.leads import Lead
from smarketing.models.people import User
from smarketing.models.tokens import ApiToken
from smarketing.services import accounts, tokens
from tests.api.conftest import Acting, System
from tests.cast import Cast
from tests.conftest import Hands
from tests.services.desk import Db

SignIn = Callable[[User], FlaskClient]
LEADS = {"leads": [{"email": "new@example.com"}]}


def refused(system: System) -> bool:
    answer = system.get("/leads")
    problem = {"type": "about:blank", "title": "Unauthorized", "status": 401}
    return answer.status_code == 401 and answer.json == problem and "Bearer" in answer.headers["WWW-Authenticate"]


def test_a_token_acts_as_its_owner_and_is_kept_only_as_a_hash(
    acting: Acting, agreed: Cast, session: Db, hands: Hands
) -> None:
    system = acting(agreed.marta)
    assert system.get("/leads").json == {"leads": [], "next_after": None}
    row = session.scalars(select(ApiToken)).one()
    assert row.last_used_at == hands.now
    assert system.token.startswith("smk_")
    assert system.token not in str(vars(row))
    assert acting(agreed.saul).post("/leads", LEADS).status_code == 403
    assert session.scalar(select(func.count(Lead.id))) == 0


@pytest.mark.parametrize("sent", ["", "Bearer", "Bearer smk_nothing", "Basic c2F1bDp4", "Bearer é"])
def test_nobody_is_let_in_without_a_token(client: FlaskClient, agreed: Cast, sent: str) -> None:
    answer = client.get("/api/v1/leads", headers={"Authorization": sent} if sent else {})
    assert (answer.status_code, answer.mimetype) == (401, "application/problem+json")


def test_a_cookie_counts_for_nothing(client: FlaskClient, agreed: Cast, sign_in: SignIn) -> None:
    sign_in(agreed.marta)
    assert client.get("/leads/").status_code == 200
    assert client.get("/api/v1/leads").status_code == 401
    assert client.post("/api/v1/leads", json=LEADS).status_code == 401


def test_a_token_ends_when_revoked_expired_or_its_owner_is_disabled(
    client: FlaskClient, agreed: Cast, session: Db, hands: Hands
) -> None:
    def system(user: User, life: timedelta | None) -> System:
        return System(client, tokens.issue("crm", may_write=True, life=life, actor=user, now=hands.now))

    short, ended, disabled = (
        system(agreed.marta, timedelta(days=90)),
        system(agreed.marta, None),
        system(agreed.sara, None),
    )
    tokens.revoke(session.scalars(select(ApiToken.id)).all()[1], actor=agreed.marta, now=hands.now)
    accounts.disable_user(agreed.sara, actor=agreed.ada, now=hands.now)
    assert [refused(each) for each in (short, ended, disabled)] == [False, True, True]
    hands.turn(days=90)
    assert refused(short)


def test_a_token_that_only_reads_changes_nothing(acting: Acting, agreed: Cast, session: Db) -> None:
    reader = acting(agreed.marta, may_write=False)
    answer = reader.post("/leads", LEADS)
    assert (answer.status_code, answer.json and answer.json["detail"]) == (403, "This token may only read.")
    assert session.scalar(select(func.count(Lead.id))) == 0
    assert reader.get("/leads").status_code == 200


@pytest.mark.parametrize(("name", "word"), [(" ", "Say which"), ("x" * 81, "too long")])
def test_a_token_needs_a_name(agreed: Cast, hands: Hands, name: str, word: str) -> None:
    with pytest.raises(InvalidInput, match=word):
        tokens.issue(name, may_write=False, life=None, actor=agreed.marta, now=hands.now)


def test_nobody_has_more_than_fifty(agreed: Cast, hands: Hands) -> None:
    for number in range(50):
        tokens.issue(f"crm {number}", may_write=False, life=None, actor=agreed.marta, now=hands.now)
    with pytest.raises(Conflict, match="Revoke one first"):
        tokens.issue("one more", may_write=False, life=None, actor=agreed.marta, now=hands.now)


def test_the_page_shows_a_token_once_and_revokes_it(
    client: FlaskClient, agreed: Cast, sign_in: SignIn, hands: Hands
) -> None:
    sign_in(agreed.marta)
    made = client.post("/account/tokens/", data={"name": "Web forms", "access": "writes", "life": "90"}).text
    token = made.partition('value="smk_')[2].partition('"')[0]
    assert len(token) == 43
    page = client.get("/account/tokens/").text
    assert "Web forms" in page
    assert token not in page
    system = System(client, f"smk_{token}")
    assert system.get("/leads").status_code == 200
    row = tokens.live(agreed.marta.id, now=hands.now)[0]
    assert row.expires_at == hands.now + timedelta(days=90)
    sign_in(agreed.saul)
    assert client.post(f"/account/tokens/{row.id}/revocation").status_code == 404
    sign_in(agreed.marta)
    assert client.post(f"/account/tokens/{row.id}/revocation").status_code == 303
    assert refused(system)
