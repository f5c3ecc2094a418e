"""Accounts and teams in the hands of an administrator; what managers see of them."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event, select
from sqlalchemy.orm import Session, scoped_session

from smarketing.db import db
from smarketing.domain.importing import Row
from smarketing.domain.roles import Department, Role
from smarketing.models.people import Team, User
from smarketing.reports import people
from smarketing.services import accounts, intake, passwords, sessions
from smarketing.services.sessions import Origin
from tests.cast import Cast, person
from tests.conftest import Hands

Db = scoped_session[Session]
SignIn = Callable[[User], FlaskClient]

NINA = {"name": "Nina Roth", "email": "Nina@Example.com", "role": "marketer", "team": "marketing"}
NINA |= {"locale": "fr", "zone": "Europe/Berlin"}


@pytest.fixture
def ada(sign_in: SignIn, cast: Cast) -> FlaskClient:
    return sign_in(cast.ada)


def names(page: str) -> list[str]:
    """The people of the list, in its order."""
    table = page[page.index('id="people"') : page.index('id="teams-title"')]
    return re.findall(r"<tr[^>]*>\s*<td[^>]*>\s*(?:<a[^>]*>)?<bdi>(.*?)</bdi>", table)


def hire_many(cast: Cast, hands: Hands, count: int) -> None:
    for number in range(count):
        user = person(f"P{number:03} Person", Role.SALES_REP, cast.saul.team, hands.now)
        db.session.add(user)
    db.session.commit()


# the list


def test_everybody_who_can_sign_in_is_listed_by_name(ada: FlaskClient, cast: Cast, hands: Hands) -> None:
    accounts.disable_user(cast.saul, actor=cast.ada, now=hands.now)
    assert names(ada.get("/people/").text) == [
        "Ada Wong", "Manny Ortiz", "Marta Keller", "Sara Lindqvist", "Sasha Petit"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=LINDQ", ["Sara Lindqvist"]),
        ("q=sar", ["Sara Lindqvist"]),
        ("q=marta@example", ["Marta Keller"]),
        ("q=élodie", ["Élodie Brûlé"]),
        ("q=ELODIE+BRULE", ["Élodie Brûlé"]),
        ("q=%25", []),
        ("q=_", []),
        ("role=manager", ["Manny Ortiz", "Sasha Petit"]),
        ("department=sales&role=manager", ["Sasha Petit"]),
        ("state=disabled", ["Saul Berger"]),
        ("q=sa&state=all", ["Sara Lindqvist", "Sasha Petit", "Saul Berger"]),
        ("role=king&department=cellar&state=lost&q=sara", ["Sara Lindqvist"]),
    ],
)
def test_people_are_found_by_name_address_role_and_side(
    ada: FlaskClient, cast: Cast, hands: Hands, session: Db, query: str, found: list[str]
) -> None:
    accounts.disable_user(cast.saul, actor=cast.ada, now=hands.now)
    session.add(person("Élodie Brûlé", Role.MARKETER, cast.marta.team, hands.now))
    page = ada.get(f"/people/?{query}").text
    assert (names(page) if 'id="people"' in page else []) == found
    assert ("No account matches" in page) == (not found)


def test_the_list_goes_on_page_by_page_and_back(ada: FlaskClient, cast: Cast, hands: Hands) -> None:
    hire_many(cast, hands, 2 * people.SIZE)
    seen: list[list[str]] = []
    url: str | None = "/people/?role=sales_rep"
    while url:
        text = ada.get(url).text
        seen.append(names(text))
        url = linked(text, "next")
    assert [len(each) for each in seen] == [people.SIZE, people.SIZE, 2]
    everybody = [name for page in seen for name in page]
    assert everybody == sorted(everybody)
    back = linked(text, "prev")
    assert back
    assert names(ada.get(back).text) == seen[1]
    first = linked(ada.get(back).text, "prev")
    assert first
    assert names(ada.get(first).text) == seen[0]
    assert linked(ada.get(first).text, "prev") is None


def linked(page: str, rel: str) -> str | None:
    found = re.search(rf'rel="{rel}" href="([^"]+)"', page)
    return found[1].replace("&amp;", "&") if found else None


def test_a_page_asks_the_database_as_often_for_many_as_for_few(ada: FlaskClient, cast: Cast, hands: Hands) -> None:
    ada.get("/people/")
    with queries() as few:
        ada.get("/people/")
    hire_many(cast, hands, 40)
    with queries() as many:
        ada.get("/people/")
    assert len(many) == len(few)


@contextmanager
def queries() -> Iterator[list[str]]:
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        asked.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    yield asked
    event.remove(db.engine, "before_cursor_execute", note)


def test_managers_see_people_but_no_way_to_change_them(sign_in: SignIn, cast: Cast) -> None:
    page = sign_in(cast.manny).get("/people/").text
    assert "Saul Berger" in page
    assert f"/people/{cast.saul.id}" not in page
    assert "/people/new" not in page


# a new account


def test_a_new_account_comes_with_a_link_to_pass_on(ada: FlaskClient, session: Db) -> None:
    answer = ada.post("/people/new", data=NINA)
    nina = session.scalars(select(User).where(User.email_key == "nina@example.com")).one()
    assert answer.location == f"/people/{nina.id}/link"
    assert nina.password_hash == passwords.NONE_YET
    page = ada.get(answer.location).text
    assert "Nina Roth chooses a password by this link" in page
    assert "It works once, for 3 days." in page
    assert "http://localhost/session/password?token=" in page
    assert "Not chosen yet" in ada.get(f"/people/{nina.id}").text


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"email": "nina"}, "is not an e-mail address"),
        ({"email": "MARTA@example.com"}, "already an account"),
        ({"name": ""}, "Type a name."),
        ({"name": "n" * 200}, "A name has 1 to 120 characters."),
        ({"team": ""}, "A marketer belongs to a team of marketing."),
        ({"team": "inside-sales"}, "A marketer belongs to a team of marketing."),
        ({"team": "nowhere"}, "Not a valid choice"),
        ({"role": "king"}, "Not a valid choice"),
        ({"zone": "Mars"}, "Not a valid choice"),
        ({"locale": "tlh"}, "Not a valid choice"),
    ],
)
def test_what_cannot_be_is_said_at_its_field_and_nothing_typed_is_lost(
    ada: FlaskClient, session: Db, changes: dict[str, str], said: str
) -> None:
    answer = ada.post("/people/new", data=NINA | changes)
    assert answer.status_code == 422
    assert said in answer.text
    assert 'aria-invalid="true"' in answer.text
    kept = (NINA | changes)["name" if "email" in changes else "email"]
    assert f'value="{kept}"' in answer.text
    assert session.scalar(select(User.id).where(User.email_key == "nina@example.com")) is None


def test_a_form_cannot_set_what_it_does_not_show(ada: FlaskClient, session: Db) -> None:
    hidden = {
        "id": "1",
        "password_hash": "x",
        "password": "x",
        "turn": "99",
        "disabled_at": "2026-01-01",
        "theme": "dark",
    }
    ada.post("/people/new", data=NINA | hidden | {"edition": "7", "email_key": "ada@example.com", "created_at": "1"})
    nina = session.scalars(select(User).where(User.email_key == "nina@example.com")).one()
    assert (nina.password_hash, nina.turn, nina.theme, nina.edition) == (passwords.NONE_YET, 0, "auto", 1)
    assert nina.is_active


# changes


def saved(user: User, **changes: str) -> dict[str, str]:
    kept = {"name": user.name, "email": user.email, "role": user.role.value, "locale": user.locale, "zone": user.zone}
    return kept | {"team": user.team.key if user.team else "", "edition": str(user.edition)} | changes


def test_a_role_and_a_team_are_changed_together(ada: FlaskClient, cast: Cast, session: Db) -> None:
    answer = ada.post(f"/people/{cast.saul.id}", data=saved(cast.saul, role="marketer", team="marketing"))
    assert answer.location == f"/people/{cast.saul.id}"
    session.expire_all()
    assert (cast.saul.role, cast.saul.department) == (Role.MARKETER, Department.MARKETING)


def test_a_stale_form_overwrites_nobody(ada: FlaskClient, cast: Cast, session: Db) -> None:
    old = saved(cast.saul, name="Typed here")
    ada.post(f"/people/{cast.saul.id}", data=saved(cast.saul, name="Was quicker"))
    answer = ada.post(f"/people/{cast.saul.id}", data=old)
    assert answer.status_code == 409
    assert "Somebody changed this account after you opened it" in answer.text
    assert 'value="Typed here"' in answer.text
    session.expire_all()
    assert cast.saul.name == "Was quicker"


def test_the_last_administrator_cannot_be_demoted(ada: FlaskClient, cast: Cast, session: Db) -> None:
    answer = ada.post(f"/people/{cast.ada.id}", data=saved(cast.ada, role="marketer", team="marketing"))
    assert answer.status_code == 422
    assert "This is the last administrator: make somebody else one first." in answer.text
    session.expire_all()
    assert cast.ada.role is Role.ADMIN


# out, and in again


def test_who_is_disabled_is_told_of_before_with_what_is_open(
    ada: FlaskClient, agreed: Cast, hands: Hands, session: Db
) -> None:
    director = {"job_title": "Sales director", "country": "FR"}
    rows = [Row({"email": f"{n}@example.com", **director}, engagements=[("demo_request", None)]) for n in range(4)]
    intake.take(rows, now=hands.now)
    session.commit()
    page = ada.get(f"/people/{agreed.saul.id}").text
    assert "2 open hand-offs stay theirs and their clocks go on" in page
    assert "stay theirs" not in ada.get(f"/people/{agreed.marta.id}").text
    ada.post(f"/people/{agreed.saul.id}/disabling")
    page = ada.get(f"/people/{agreed.saul.id}").text
    assert "Nobody answers them until a manager gives them to somebody else." in page


def test_disabling_can_be_undone_from_the_message(ada: FlaskClient, cast: Cast, session: Db) -> None:
    answer = ada.post(f"/people/{cast.saul.id}/disabling")
    page = ada.get(answer.location).text
    assert "Saul Berger can no longer sign in." in page
    undo = re.search(r'action="(/people/\d+/enabling)"', page)
    assert undo
    session.expire_all()
    assert not cast.saul.is_active
    ada.post(undo[1])
    session.expire_all()
    assert cast.saul.is_active


@pytest.mark.parametrize("who", ["ada", "other"])
def test_nobody_disables_themselves_or_the_last_administrator(
    ada: FlaskClient, cast: Cast, session: Db, who: str
) -> None:
    if who == "other":
        cast.sasha.role = Role.ADMIN
    answer = ada.post(f"/people/{cast.ada.id}/disabling")
    assert answer.status_code == 403
    session.expire_all()
    assert cast.ada.is_active
    assert "another administrator would have to" in ada.get(f"/people/{cast.ada.id}").text


def test_somebody_is_signed_out_everywhere(ada: FlaskClient, cast: Cast, hands: Hands) -> None:
    token = sessions.open_session(cast.saul, origin=Origin("192.0.2.1", "Firefox"), now=hands.now)
    assert "Signed in in 1 browser" in ada.get(f"/people/{cast.saul.id}").text
    ada.post(f"/people/{cast.saul.id}/sessions/end")
    assert sessions.session_of(token, now=hands.now) is None
    assert ada.get("/account/").status_code == 200
    assert "Not signed in anywhere" in ada.get(f"/people/{cast.saul.id}").text


def test_there_is_no_link_for_a_disabled_account(ada: FlaskClient, cast: Cast, hands: Hands) -> None:
    accounts.disable_user(cast.saul, actor=cast.ada, now=hands.now)
    answer = ada.get(f"/people/{cast.saul.id}/link")
    assert answer.location == f"/people/{cast.saul.id}"
    assert "let them sign in again first" in ada.get(answer.location).text


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "ليلى 🚀 O'Brien"])
def test_a_name_is_only_ever_text(ada: FlaskClient, cast: Cast, session: Db, name: str) -> None:
    cast.saul.name = name
    session.commit()
    for path in (
        "/people/",
        f"/people/{cast.saul.id}",
        f"/people/{cast.saul.id}/link",
        f"/people/teams/{cast.saul.team_id}",
    ):
        page = ada.get(f"/people/{path}").text
        assert "<script>alert" not in page
        assert "<img src=x" not in page


# teams


def test_a_team_is_made_and_shown(ada: FlaskClient, session: Db) -> None:
    answer = ada.post("/people/teams/new", data={"name": "Field sales", "key": "field-sales", "department": "sales"})
    assert answer.location == "/people/"
    assert "Field sales" in ada.get("/people/").text
    team = session.scalars(select(Team).where(Team.key == "field-sales")).one()
    assert team.department is Department.SALES


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"key": "Field Sales"}, "A key has up to 60"),
        ({"key": "inside-sales"}, "There is already a team"),
        ({"name": ""}, "Type a name."),
        ({"department": "cellar"}, "Not a valid choice"),
    ],
)
def test_a_team_that_cannot_be_is_refused(ada: FlaskClient, session: Db, changes: dict[str, str], said: str) -> None:
    sent = {"name": "Field sales", "key": "field-sales", "department": "sales"} | changes
    answer = ada.post("/people/teams/new", data=sent)
    assert answer.status_code == 422
    assert said in answer.text
    assert len(session.scalars(select(Team.id)).all()) == 2


def test_a_team_is_renamed_and_keeps_its_key(ada: FlaskClient, cast: Cast, session: Db) -> None:
    address = f"/people/teams/{cast.saul.team_id}"
    assert "Saul Berger" in ada.get(address).text
    ada.post(address, data={"name": "Closers", "key": "closers", "department": "marketing"})
    team = session.get_one(Team, cast.saul.team_id)
    session.refresh(team)
    assert (team.name, team.key, team.department) == ("Closers", "inside-sales", Department.SALES)
    answer = ada.post(address, data={"name": " "})
    assert answer.status_code == 422
