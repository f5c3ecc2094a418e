"""What people settle for themselves, and the browsers they are in."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from smarketing.models.people import User, UserSession
from smarketing.services import passwords, sessions
from smarketing.services.sessions import Origin
from smarketing.web.devices import device
from tests.cast import PASSWORD, Cast
from tests.conftest import Hands

Db = scoped_session[Session]
SignIn = Callable[[User], FlaskClient]

NEW_PASSWORD = "another lantern on the lake"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
SETTINGS = {"name": "Marta K.", "locale": "fr", "zone": "Asia/Tokyo", "has_shortcuts": "y"}


@pytest.fixture
def marta(sign_in: SignIn, cast: Cast) -> FlaskClient:
    return sign_in(cast.marta)


# settings


def test_name_language_zone_and_shortcuts_are_saved_and_hold_at_once(
    marta: FlaskClient, cast: Cast, session: Db
) -> None:
    answer = marta.post("/account/", data=SETTINGS | {"has_shortcuts": ""})
    assert (answer.status_code, answer.location) == (303, "/account/")
    session.expire_all()
    assert (cast.marta.name, cast.marta.locale, cast.marta.zone) == ("Marta K.", "fr", "Asia/Tokyo")
    assert not cast.marta.has_shortcuts
    page = marta.get("/account/").text
    assert '<html lang="fr"' in page
    assert 'data-shortcuts="off"' in page


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": ""}, "Type your name."),
        ({"name": "n" * 121}, "A name has 1 to 120 characters."),
        ({"locale": "tlh"}, "Not a valid choice"),
        ({"zone": "Mars/Olympus"}, "Not a valid choice"),
    ],
)
def test_a_setting_that_cannot_be_keeps_the_others_as_typed(
    marta: FlaskClient, cast: Cast, session: Db, changes: dict[str, str], said: str
) -> None:
    answer = marta.post("/account/", data=SETTINGS | changes)
    assert answer.status_code == 422
    assert said in answer.text
    assert f'value="{(SETTINGS | changes)["name"]}"' in answer.text
    session.expire_all()
    assert (cast.marta.name, cast.marta.locale, cast.marta.zone) == ("Marta Keller", "en", "Europe/Paris")


def test_nobody_makes_themselves_more_than_they_are(marta: FlaskClient, cast: Cast, session: Db) -> None:
    marta.post("/account/", data=SETTINGS | {"role": "admin", "team": "inside-sales", "email": "ada@example.com"})
    session.expire_all()
    assert (cast.marta.role, cast.marta.email, cast.marta.department) == ("marketer", "Marta@Example.com", "marketing")


@pytest.mark.parametrize("theme", ["auto", "light", "dark"])
def test_colours_are_kept(marta: FlaskClient, theme: str) -> None:
    answer = marta.post("/account/theme", data={"theme": theme}, headers={"Referer": "http://localhost/leads/?q=a"})
    assert (answer.status_code, answer.location) == (303, "/leads/?q=a")
    assert f'data-theme="{theme}"' in marta.get("/account/").text


@pytest.mark.parametrize(("name", "value"), [("theme", "pink"), ("theme", ""), ("language", "tlh"), ("language", "")])
def test_a_choice_that_is_not_offered_is_refused(
    marta: FlaskClient, cast: Cast, session: Db, name: str, value: str
) -> None:
    assert marta.post(f"/account/{name}", data={name: value}).status_code == 400
    session.expire_all()
    assert (cast.marta.theme, cast.marta.locale) == ("auto", "en")


def test_a_language_is_kept_for_the_person_and_for_the_browser(marta: FlaskClient, cast: Cast, session: Db) -> None:
    marta.post("/account/language", data={"language": "fr"})
    session.expire_all()
    assert cast.marta.locale == "fr"
    marta.post("/session/end")
    assert '<html lang="fr"' in marta.get("/session/new").text


def test_before_signing_in_a_language_is_the_browsers_until_it_is_chosen(client: FlaskClient) -> None:
    french = {"Accept-Language": "fr-CA,fr;q=0.9,en;q=0.5"}
    assert '<html lang="fr"' in client.get("/session/new", headers=french).text
    assert '<html lang="en"' in client.get("/session/new", headers={"Accept-Language": "de"}).text
    client.post("/account/language", data={"language": "en"})
    assert '<html lang="en"' in client.get("/session/new", headers=french).text


@pytest.mark.parametrize("referrer", ["http://evil.example/leads/", "//evil.example", "http://[", "javascript:x"])
def test_a_switch_never_leads_to_another_site(client: FlaskClient, referrer: str) -> None:
    answer = client.post("/account/language", data={"language": "fr"}, headers={"Referer": referrer})
    assert answer.location == "/"


# password


def change(client: FlaskClient, current: str = PASSWORD, new: str = NEW_PASSWORD, again: str = NEW_PASSWORD) -> str:
    sent = {"current": current, "password": new, "again": again}
    answer = client.post("/account/password", data=sent)
    return f"{answer.status_code} {answer.text}"


def test_a_new_password_signs_out_every_other_browser(
    marta: FlaskClient, cast: Cast, hands: Hands, session: Db
) -> None:
    elsewhere = sessions.open_session(cast.marta, origin=Origin("192.0.2.9", FIREFOX), now=hands.now)
    assert change(marta).startswith("303")
    assert "Your password was changed." in marta.get("/account/").text
    assert sessions.session_of(elsewhere, now=hands.now) is None
    session.expire_all()
    assert passwords.matches(cast.marta.password_hash, NEW_PASSWORD)


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (("wrong", NEW_PASSWORD, NEW_PASSWORD), "This is not your current password."),
        ((PASSWORD, NEW_PASSWORD, "something else"), "These two are not the same."),
        ((PASSWORD, "short", "short"), "A password has at least 10 characters."),
        ((PASSWORD, "Marta Keller", "Marta Keller"), "easy to guess"),
        (("", "", ""), "Type your current password."),
    ],
)
def test_a_change_that_cannot_be_changes_nothing_and_shows_no_password(
    marta: FlaskClient, cast: Cast, hands: Hands, session: Db, sent: tuple[str, str, str], said: str
) -> None:
    elsewhere = sessions.open_session(cast.marta, origin=Origin("192.0.2.9", FIREFOX), now=hands.now)
    answer = change(marta, *sent)
    assert answer.startswith("422")
    assert said in answer
    assert NEW_PASSWORD not in answer
    session.expire_all()
    assert passwords.matches(cast.marta.password_hash, PASSWORD)
    assert sessions.session_of(elsewhere, now=hands.now)


def test_an_unlocked_screen_is_no_place_to_guess(marta: FlaskClient, cast: Cast, session: Db) -> None:
    for _ in range(5):
        assert change(marta, "wrong").startswith("422")
    answer = change(marta)
    assert answer.startswith("429")
    assert "Too many attempts" in answer
    session.expire_all()
    assert passwords.matches(cast.marta.password_hash, PASSWORD)


# browsers


def test_browsers_are_named_and_this_one_cannot_be_ended_here(marta: FlaskClient, cast: Cast, hands: Hands) -> None:
    hands.turn(hours=-2)
    sessions.open_session(cast.marta, origin=Origin("192.0.2.9", FIREFOX), now=hands.now)
    hands.turn(hours=2)
    page = marta.get("/account/").text
    assert "Firefox on Windows" in page
    assert "2 hours ago" in page
    assert "This one" in page
    assert page.count("/account/sessions/") == 2


def test_one_other_browser_is_signed_out(marta: FlaskClient, cast: Cast, hands: Hands, session: Db) -> None:
    tokens = [sessions.open_session(cast.marta, origin=Origin("192.0.2.9", ""), now=hands.now) for _ in range(2)]
    ended = sessions.session_of(tokens[0], now=hands.now)
    assert ended
    assert marta.post(f"/account/sessions/{ended.id}/end").status_code == 303
    assert [sessions.session_of(token, now=hands.now) is None for token in tokens] == [True, False]


def test_every_other_browser_is_signed_out_and_this_one_stays(marta: FlaskClient, cast: Cast, hands: Hands) -> None:
    tokens = [sessions.open_session(cast.marta, origin=Origin("192.0.2.9", ""), now=hands.now) for _ in range(2)]
    marta.post("/account/sessions/end")
    assert [sessions.session_of(token, now=hands.now) for token in tokens] == [None, None]
    assert "Where you are signed in" in marta.get("/account/").text


def test_the_browser_of_somebody_else_is_not_found(marta: FlaskClient, cast: Cast, hands: Hands, session: Db) -> None:
    token = sessions.open_session(cast.saul, origin=Origin("192.0.2.9", ""), now=hands.now)
    theirs = session.scalars(select(UserSession.id).where(UserSession.user_id == cast.saul.id)).one()
    assert marta.post(f"/account/sessions/{theirs}/end").status_code == 404
    assert sessions.session_of(token, now=hands.now)


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (FIREFOX, "Firefox on Windows"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/18.0 Safari/605.1.15", "Safari on macOS"),
        ("Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0 Safari/537.36", "Chrome on Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) CriOS/140.0 Safari/604.1", "Chrome on iPhone"),
        (
            "Mozilla/5.0 (Linux; Android 15) SamsungBrowser/28.0 Chrome/130.0",
            "Samsung Internet on Android",
        ),
        ("curl/8.5.0", "Unknown browser"),
        ("", "Unknown browser"),
        ("<script>alert(1)</script>", "Unknown browser"),
    ],
)
def test_a_browser_is_named_as_its_owner_would(client: FlaskClient, user_agent: str, name: str) -> None:
    with client.application.test_request_context():
        assert device(user_agent) == name
