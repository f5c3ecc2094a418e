"""Through the sign-in page and out again: what the cookie is worth, and where a person is led."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session
from werkzeug.test import TestResponse

from smarketing.models.people import User, UserSession
from smarketing.services import accounts, passwords, sessions
from tests.cast import PASSWORD, Cast
from tests.conftest import Hands

Db = scoped_session[Session]
SignIn = Callable[[User], FlaskClient]

EMAIL = "marta@example.com"
NEW_PASSWORD = "another lantern on the lake"

OWN = ["/leads/", "/leads/?q=a+b&stage=mql", "/handoffs/7", "/leads/?q=http%3A%2F%2Fevil.example", "/a:b/c@d"]
PREFIXES = ["", "/", "//", "///", "////", "\\", "/\\", "\\/", "\\\\", "/\\/", "/%09/", "/\t/", "/\n/", "/\r/", "/\x0b/"]
PREFIXES += [" /", " //", "\t//", "\0//", "/\0/", "/.//", "/..//", ".", "./", "..//", "/./\\", "@", "/@"]
HOSTS = ["evil.example", "evil.example/leads/", "localhost@evil.example", "evil.example:80", "еvil.example"]
SCHEMES = ["http://", "https://", "HTTPS://", "http:", "https:", "javascript:", "data:text/html,", "ftp://", "x:"]
FOREIGN = [prefix + host for prefix in [*PREFIXES, *SCHEMES] for host in HOSTS]
FOREIGN += ["/leads/\r\nSet-Cookie: a=b", "/leads/\r\n\r\n<script>", "/leads/#//evil.example", "/é", "/" + "a" * 2000]
FOREIGN += [
    "//[::1]/",
    "//[",
    "http://[",
    "/leads//evil",
    "/%5cevil\\",
    "/leads/ ",
    "javascript:alert(1)//",
    "?",
    "/\u2028",
]
HARMLESS = re.compile(r"/(?![/\\])[!-\[\]-~]*")
"""A path on this host, in printable ASCII without a backslash: no browser takes it for more."""


@pytest.fixture(autouse=True)
def everybody(session: Db, cast: Cast) -> None:
    session.commit()


def try_once(client: FlaskClient, password: str = PASSWORD, *, email: str = EMAIL, **query: str) -> TestResponse:
    return client.post("/session/new", data={"email": email, "password": password}, query_string=query)


def is_signed_in(client: FlaskClient) -> bool:
    return client.get("/account/").status_code == 200


def cookie_of(client: FlaskClient) -> Any:
    return client.get_cookie("smarketing")


def shape(answer: TestResponse) -> str:
    """The page without what was typed and without the tokens of its forms."""
    return re.sub(r'(?:value|content)="[^"]*"', "", answer.text)


# in


def test_a_right_password_leads_to_the_dashboard(client: FlaskClient) -> None:
    answer = try_once(client)
    assert (answer.status_code, answer.location) == (303, "/")
    assert "Marta Keller" in client.get("/account/").text


def test_every_page_leads_to_the_sign_in_page_and_back(client: FlaskClient) -> None:
    answer = client.get("/leads/?stage=mql&stage=sal&q=a%20b")
    assert (answer.status_code, answer.location.partition("?")[0]) == (303, "/session/new")
    form = re.search(r'action="(/session/new[^"]*)"', client.get(answer.location).text)
    assert form
    led = client.post(form[1].replace("&amp;", "&"), data={"email": EMAIL, "password": PASSWORD})
    assert led.location == "/leads/?stage=mql&stage=sal&q=a%20b"


@pytest.mark.parametrize("wanted", OWN)
def test_who_signs_in_is_led_to_what_they_wanted(client: FlaskClient, wanted: str) -> None:
    assert try_once(client, next=wanted).location == wanted


def test_nobody_is_led_to_another_site(client: FlaskClient, sign_in: SignIn, cast: Cast) -> None:
    """As somebody signed in, who is sent on at once."""
    sign_in(cast.marta)
    assert len(FOREIGN) > 180
    led = {target: client.get("/session/new", query_string={"next": target}).location for target in FOREIGN}
    assert {target: where for target, where in led.items() if not HARMLESS.fullmatch(where)} == {}


def test_the_page_does_not_pass_a_foreign_address_on(client: FlaskClient) -> None:
    page = client.get("/session/new", query_string={"next": "//evil.example"}).text
    assert "evil.example" not in page


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("nobody@example.com", PASSWORD),
        (EMAIL, "wrong"),
        ("sara@example.com", PASSWORD),
        ("saul@example.com", PASSWORD),
    ],
)
def test_whatever_is_wrong_the_answer_is_the_same(
    client: FlaskClient, session: Db, cast: Cast, hands: Hands, email: str, password: str
) -> None:
    accounts.disable_user(cast.sara, actor=cast.ada, now=hands.now)
    cast.saul.password_hash = passwords.NONE_YET
    answer = try_once(client, password, email=email)
    assert answer.status_code == 422
    assert "These do not match an account." in answer.text
    assert password not in answer.text
    assert f'value="{email}"' in answer.text
    assert not is_signed_in(client)
    assert shape(answer) == shape(try_once(client, "wrong", email="another@example.com"))


@pytest.mark.parametrize("sent", [{}, {"email": EMAIL}, {"password": PASSWORD}, {"email": " ", "password": ""}])
def test_what_is_missing_is_named(client: FlaskClient, session: Db, sent: dict[str, str]) -> None:
    answer = client.post("/session/new", data=sent)
    assert answer.status_code == 422
    assert "Type your" in answer.text
    assert session.scalar(select(func.count(UserSession.id))) == 0


@pytest.mark.parametrize("email", ["a\0b@example.com", "\ud800", "a" * 100_000, "' OR 1=1 --", "%s%(x)s{{7*7}}"])
def test_nothing_that_can_be_typed_breaks_the_page(client: FlaskClient, email: str) -> None:
    body = b"email=" + email.encode("utf-8", "surrogatepass") + b"&password=x"
    answer = client.post("/session/new", data=body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code in (400, 422)


def test_too_many_tries_are_told_how_long_to_wait(client: FlaskClient) -> None:
    for _ in range(5):
        assert try_once(client, "wrong").status_code == 422
    answer = try_once(client)
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "31"
    assert "Too many attempts. Wait 1 min, then try again." in answer.text
    assert not is_signed_in(client)


def test_a_browser_that_was_signed_in_here_still_gets_in(client: FlaskClient, app: Flask) -> None:
    try_once(client)
    client.post("/session/end")
    guesser = app.test_client()
    for _ in range(6):
        try_once(guesser, "wrong")
    assert try_once(guesser).status_code == 429
    assert try_once(client).status_code == 303


def test_the_address_behind_a_proxy_is_only_believed_from_proxies_of_ours(client: FlaskClient, session: Db) -> None:
    client.post(
        "/session/new",
        data={"email": EMAIL, "password": PASSWORD},
        headers={"X-Forwarded-For": "198.51.100.7"},
    )
    assert session.scalars(select(UserSession.address)).all() == ["127.0.0.1"]


# the cookie


def test_the_cookie_is_out_of_reach_of_scripts_and_of_other_sites(client: FlaskClient) -> None:
    (cookie,) = try_once(client).headers.getlist("Set-Cookie")
    assert cookie.startswith("smarketing=")
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
    assert "Domain" not in cookie


def test_behind_https_it_is_bound_to_this_host_and_to_https(app: Flask, client: FlaskClient) -> None:
    app.config.update(HTTPS=True, SESSION_COOKIE_NAME="__Host-smarketing", SESSION_COOKIE_SECURE=True)
    answer = client.post(
        "/session/new", data={"email": EMAIL, "password": PASSWORD}, base_url="https://localhost", buffered=True
    )
    (cookie,) = answer.headers.getlist("Set-Cookie")
    assert cookie.startswith("__Host-smarketing=")
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
    assert "Domain" not in cookie
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"


def test_a_session_planted_before_is_not_taken_over(client: FlaskClient, hands: Hands, cast: Cast) -> None:
    origin = sessions.Origin("203.0.113.9", "planted")
    planted = sessions.open_session(cast.saul, origin=origin, now=hands.now)
    with client.session_transaction() as cookie:
        cookie.update(token=planted, csrf_token="planted", anything="else")
    try_once(client)
    with client.session_transaction() as cookie:
        assert cookie["token"] != planted
        assert set(cookie) == {"token", "known", "language", "_permanent"}
    assert sessions.session_of(planted, now=hands.now) is None


def test_each_sign_in_has_a_session_of_its_own(client: FlaskClient, session: Db) -> None:
    try_once(client)
    before = cookie_of(client).value
    try_once(client)
    assert cookie_of(client).value != before
    revoked = session.scalars(select(UserSession.revoked_at).order_by(UserSession.id)).all()
    assert [at is None for at in revoked] == [False, True]


def test_a_forged_cookie_is_nobody(client: FlaskClient) -> None:
    try_once(client)
    value = cookie_of(client).value
    for forged in (value[:-2] + "xx", value.partition(".")[0], "", "null", "a.b.c"):
        client.set_cookie("smarketing", forged)
        assert not is_signed_in(client)


@pytest.mark.parametrize("token", [None, 7, ["a"], {"a": 1}, "", "unknown"])
def test_a_token_of_the_wrong_kind_is_nobody(client: FlaskClient, token: Any) -> None:
    with client.session_transaction() as cookie:
        cookie["token"] = token
    assert not is_signed_in(client)


# out


def ended_by_signing_out(client: FlaskClient, *_: Any) -> None:
    client.post("/session/end")


def ended_by_disabling(_client: FlaskClient, cast: Cast, hands: Hands) -> None:
    accounts.disable_user(cast.marta, actor=cast.ada, now=hands.now)


def ended_by_a_new_password(_client: FlaskClient, cast: Cast, hands: Hands) -> None:
    accounts.set_password(cast.marta, NEW_PASSWORD, actor=None, now=hands.now)


def ended_by_an_administrator(_client: FlaskClient, cast: Cast, hands: Hands) -> None:
    sessions.end_sessions(cast.marta.id, now=hands.now)


def ended_by_age(_client: FlaskClient, _cast: Cast, hands: Hands) -> None:
    hands.turn(days=14)


def ended_by_idleness(_client: FlaskClient, _cast: Cast, hands: Hands) -> None:
    hands.turn(days=3)


@pytest.mark.parametrize(
    "end",
    [
        ended_by_signing_out,
        ended_by_disabling,
        ended_by_a_new_password,
        ended_by_an_administrator,
        ended_by_age,
        ended_by_idleness,
    ],
)
def test_a_stolen_cookie_is_worth_nothing_on_the_next_request(
    client: FlaskClient, app: Flask, cast: Cast, hands: Hands, end: Callable[..., None]
) -> None:
    try_once(client)
    thief = app.test_client()
    thief.set_cookie("smarketing", cookie_of(client).value)
    assert is_signed_in(thief)
    end(client, cast, hands)
    assert not is_signed_in(thief)


def test_who_signs_out_is_signed_out_here_only(client: FlaskClient, app: Flask) -> None:
    other = app.test_client()
    try_once(client)
    try_once(other)
    answer = client.post("/session/end")
    assert (answer.status_code, answer.location) == (303, "/session/new")
    assert not is_signed_in(client)
    assert is_signed_in(other)


def test_signing_out_twice_is_no_fault(client: FlaskClient) -> None:
    assert [client.post("/session/end").status_code for _ in range(2)] == [303, 303]


def test_a_link_cannot_sign_anybody_out(client: FlaskClient) -> None:
    try_once(client)
    assert client.get("/session/end").status_code == 405
    assert is_signed_in(client)


def test_a_used_session_is_kept_alive_without_a_write_for_every_click(
    client: FlaskClient, session: Db, hands: Hands
) -> None:
    try_once(client)
    for minutes, seen_again in ((4, False), (1, True), (4, False)):
        before = session.scalars(select(UserSession.last_seen_at)).one()
        hands.turn(minutes=minutes)
        assert is_signed_in(client)
        session.expire_all()
        assert (session.scalars(select(UserSession.last_seen_at)).one() > before) is seen_again


# a password chosen by a link


@pytest.fixture
def link(client: FlaskClient, sign_in: SignIn, cast: Cast) -> str:
    """The link that Ada was shown for Marta; the browser is then a stranger’s."""
    page = sign_in(cast.ada).get(f"/people/{cast.marta.id}/link").text
    shown = re.search(r"http://localhost(/session/password\?token=[^<\s]+)", page)
    assert shown
    client.delete_cookie("smarketing")
    return shown[1]


def choose(client: FlaskClient, link: str, password: str = NEW_PASSWORD, again: str | None = None) -> TestResponse:
    return client.post(link, data={"password": password, "again": password if again is None else again})


def test_a_link_lets_its_person_choose_a_password_and_signs_them_in(client: FlaskClient, link: str) -> None:
    assert "marta@" in client.get(link).text.lower()
    assert choose(client, link).location == "/"
    assert "Marta Keller" in client.get("/account/").text
    client.post("/session/end")
    assert try_once(client).status_code == 422
    assert try_once(client, NEW_PASSWORD).status_code == 303


def test_a_link_works_once(client: FlaskClient, link: str, cast: Cast, session: Db) -> None:
    choose(client, link)
    client.delete_cookie("smarketing")
    assert client.get(link).status_code == 410
    assert choose(client, link, "a third lantern in the hall").status_code == 410
    assert not is_signed_in(client)
    session.expire_all()
    assert passwords.matches(cast.marta.password_hash, NEW_PASSWORD)


def test_a_link_ends_after_three_days(client: FlaskClient, link: str, hands: Hands) -> None:
    hands.turn(days=3, seconds=-1)
    assert client.get(link).status_code == 200
    hands.turn(seconds=1)
    assert client.get(link).status_code == 410
    assert choose(client, link).status_code == 410


def test_a_link_of_a_disabled_account_leads_nowhere(client: FlaskClient, link: str, cast: Cast, hands: Hands) -> None:
    accounts.disable_user(cast.marta, actor=cast.ada, now=hands.now)
    assert choose(client, link).status_code == 410
    assert passwords.matches(cast.marta.password_hash, PASSWORD)


@pytest.mark.parametrize("token", ["", "x", "a.b", "WzEsMF0.AAAA", "é", "\0"])
def test_a_link_that_is_not_ours_leads_nowhere(client: FlaskClient, token: str) -> None:
    answer = client.get("/session/password", query_string={"token": token})
    assert answer.status_code == 410
    assert "This link no longer works" in answer.text


def test_a_changed_link_leads_nowhere(client: FlaskClient, link: str) -> None:
    body, _dot, signature = link.partition("token=")[2].partition(".")
    other = body[:-1] + ("A" if body[-1] != "A" else "B")
    assert client.get(f"/session/password?token={other}.{signature}").status_code == 410


@pytest.mark.parametrize(
    ("password", "again", "said"),
    [
        ("", "", "Type a new password."),
        ("short", "short", "at least 10 characters"),
        ("1234567890", "1234567890", "easy to guess"),
        (NEW_PASSWORD, "something else", "These two are not the same."),
    ],
)
def test_a_password_that_will_not_do_is_explained_and_the_link_stays(
    client: FlaskClient, link: str, password: str, again: str, said: str
) -> None:
    answer = choose(client, link, password, again)
    assert answer.status_code == 422
    assert said in answer.text
    assert not is_signed_in(client)
    assert choose(client, link).status_code == 303


def test_who_follows_a_link_leaves_every_other_browser_and_account(
    client: FlaskClient, link: str, sign_in: SignIn, cast: Cast, hands: Hands
) -> None:
    elsewhere = sessions.open_session(cast.marta, origin=sessions.Origin("192.0.2.1", ""), now=hands.now)
    sign_in(cast.saul)
    with client.session_transaction() as cookie:
        of_saul = cookie["token"]
    choose(client, link)
    assert "Marta Keller" in client.get("/account/").text
    assert sessions.session_of(elsewhere, now=hands.now) is None
    assert sessions.session_of(of_saul, now=hands.now) is None


def test_a_link_signed_with_a_former_key_still_counts(client: FlaskClient, app: Flask, link: str) -> None:
    app.config.update(
        SECRET_KEY_FALLBACKS=[app.config["SECRET_KEY"]], SECRET_KEY="quite another key, which is new here"
    )
    assert client.get(link).status_code == 200
    app.config["SECRET_KEY_FALLBACKS"] = []
    assert client.get(link).status_code == 410
