"""What browsers are told about files and answers; what is cached, and what is kept out."""

import re
from collections.abc import Callable

import pytest
from flask import Flask, request
from flask.testing import FlaskClient

from smarketing.models.people import User
from smarketing.web.security import HEADERS
from tests.cast import Cast
from tests.conftest import application

SignIn = Callable[[User], FlaskClient]

STYLE = "/static/css/base.css"


def test_the_policy_lets_nothing_run_that_is_not_ours() -> None:
    policy = dict(each.split(" ", 1) for each in HEADERS["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == policy["form-action"] == "'self'"
    assert policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert not re.search(r"unsafe|\*|http", HEADERS["Content-Security-Policy"])


@pytest.mark.parametrize("path", [STYLE, "/static/nowhere.css", "/nowhere", "/healthz", "/readyz", "/session/new"])
def test_every_answer_carries_the_headers(client: FlaskClient, path: str) -> None:
    with client.get(path) as answer:
        assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS


def test_a_file_at_the_address_of_its_version_is_kept_for_good(client: FlaskClient) -> None:
    page = client.get("/session/new").text
    addresses = re.findall(r'(?:href|src)="(/static/[^"#]+)"', page)
    assert len(addresses) > 10
    for address in addresses:
        with client.get(address) as answer:
            assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "public, max-age=31536000, immutable")


@pytest.mark.parametrize("path", [STYLE, "/static/nowhere.css?v=1"])
def test_any_other_file_is_asked_for_again(client: FlaskClient, path: str) -> None:
    with client.get(path) as answer:
        assert answer.headers["Cache-Control"] == "no-cache"


def test_a_file_for_everybody_sets_no_cookie(sign_in: SignIn, cast: Cast) -> None:
    with sign_in(cast.marta).get(f"{STYLE}?v=1") as answer:
        assert answer.headers.getlist("Set-Cookie") == []


@pytest.mark.parametrize("path", ["/static/../config.py", "/static/%2e%2e/config.py", "/static//etc/hosts", "/static/"])
def test_nothing_beside_the_files_is_served(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code in (404, 308)


@pytest.mark.parametrize(("https", "is_told"), [(True, True), (False, False)])
def test_browsers_are_told_to_stay_with_https_where_there_is_https(
    app: Flask, client: FlaskClient, https: bool, is_told: bool
) -> None:
    app.config["HTTPS"] = https
    assert ("Strict-Transport-Security" in client.get("/healthz").headers) is is_told


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "198.51.100.7", "127.0.0.1"),
        (1, "198.51.100.7", "198.51.100.7"),
        (1, "203.0.113.1, 198.51.100.7", "198.51.100.7"),
        (2, "203.0.113.1, 198.51.100.7, 192.0.2.1", "198.51.100.7"),
    ],
)
def test_as_many_proxies_are_believed_as_there_are(
    database_url: str, proxies: int, forwarded: str, address: str
) -> None:
    app = application(database_url, PROXIES=proxies)
    seen: list[str | None] = []
    app.before_request(lambda: seen.append(request_address()))
    app.test_client().get("/healthz", headers={"X-Forwarded-For": forwarded})
    assert seen == [address]


def request_address() -> str | None:
    return request.remote_addr


def test_no_debugger_is_ever_on(app: Flask) -> None:
    assert not app.debug
    assert app.test_client().get("/console").status_code == 404


def test_nothing_about_the_server_is_told(client: FlaskClient) -> None:
    answer = client.get("/session/new")
    assert "X-Powered-By" not in answer.headers
    assert not re.search(r"Werkzeug|Flask|Python", str(answer.headers))
