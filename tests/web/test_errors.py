"""Every refusal and every fault as a page, as JSON and in both languages; what is told, and what is not."""

import json
import logging
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask, abort
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm.exc import StaleDataError

from smarketing.db import db
from smarketing.domain.errors import Conflict, DomainError, IllegalMove, InvalidInput, Missing, NotAllowed
from smarketing.domain.roles import Permission
from smarketing.logs import JsonLines, LineHandler
from smarketing.models.people import Team, User
from smarketing.web.access import allows, public
from tests.cast import Cast
from tests.conftest import application

SignIn = Callable[[User], FlaskClient]
ANY_PAGE = {400, 403, 404, 405, 409, 413, 422}
SECRET = "secret-of-the-cause ana@example.org"


@pytest.fixture
def broken(app: Flask) -> Flask:
    """The application as in earnest, with views that fail in every way."""
    app.config["PROPAGATE_EXCEPTIONS"] = False
    faults: dict[str, Exception] = {
        "bug": ValueError(SECRET),
        "stale": StaleDataError(SECRET),
        "lost": OperationalError("SELECT secret", {}, Exception(SECRET)),
        "constraint": IntegrityError("INSERT secret", {}, Exception(SECRET)),
        "invalid": InvalidInput("name", "A name has 1 to 120 characters."),
        "moved": IllegalMove("A lead at sal cannot accept."),
        "conflict": Conflict("Somebody else was quicker."),
        "missing": Missing("There is no such session."),
        "forbidden": NotAllowed("You cannot disable your own account."),
        "rule": DomainError("There is no agreement in force."),
    }

    @app.get("/fail/<what>")
    @allows(Permission.USE_ACCOUNT)
    def fail(what: str) -> str:
        if what.isdigit():
            abort(int(what))
        raise faults[what]

    @app.get("/open/<what>")
    @public
    def fail_openly(what: str) -> str:
        raise faults[what]

    @app.get("/written")
    @allows(Permission.USE_ACCOUNT)
    def write_and_fail() -> str:
        db.session.add(Team(key="half", name="Half", department="sales"))
        db.session.flush()
        raise ValueError(SECRET)

    return app


@pytest.fixture
def marta(broken: Flask, sign_in: SignIn, cast: Cast) -> FlaskClient:
    return sign_in(cast.marta)


# pages


@pytest.mark.parametrize("code", sorted(ANY_PAGE))
@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_refusal_has_a_calm_page_in_both_languages(
    marta: FlaskClient, cast: Cast, code: int, language: str
) -> None:
    cast.marta.locale = language
    answer = marta.get(f"/fail/{code}")
    assert answer.status_code == code
    assert f'lang="{language}"' in answer.text
    paragraphs = re.findall(r"<p>(.+?)</p>", answer.text[answer.text.index('class="failure"') :], re.S)
    assert len(paragraphs) >= 3, "what happened, what now, the way home"
    assert ("Go to the dashboard" in answer.text) == (language == "en")
    assert "Marta Keller" in answer.text


@pytest.mark.parametrize("code", [401, 406, 410, 415, 418, 428, 429])
def test_a_refusal_without_a_page_of_its_own_borrows_one_but_keeps_its_code(marta: FlaskClient, code: int) -> None:
    answer = marta.get(f"/fail/{code}")
    assert answer.status_code == code
    assert f"Error {code}" in answer.text


@pytest.mark.parametrize(
    ("what", "code", "said"),
    [
        ("invalid", 422, "A name has 1 to 120 characters."),
        ("rule", 422, "There is no agreement in force."),
        ("conflict", 409, "Somebody else was quicker."),
        ("moved", 409, "A lead at sal cannot accept."),
        ("missing", 409, "There is no such session."),
        ("forbidden", 403, "You cannot disable your own account."),
        ("stale", 409, "Somebody else was quicker, or it changed"),
    ],
)
def test_a_rule_that_says_no_is_quoted(marta: FlaskClient, what: str, code: int, said: str) -> None:
    answer = marta.get(f"/fail/{what}")
    assert (answer.status_code, said in answer.text) == (code, True)
    assert SECRET not in answer.text


def test_somebody_without_an_account_is_shown_no_more_than_the_refusal(client: FlaskClient) -> None:
    answer = client.get("/nowhere")
    assert answer.status_code == 404
    assert "rail" not in answer.text.partition("<body")[2]


def test_the_wrong_method_is_told_the_right_one(marta: FlaskClient) -> None:
    answer = marta.delete("/people/")
    assert answer.status_code == 405
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}


def test_what_is_too_large_is_refused_before_it_is_read(marta: FlaskClient, broken: Flask) -> None:
    sent = b"name=" + b"a" * (broken.config["MAX_CONTENT_LENGTH"] + 1)
    answer = marta.post("/account/", data=sent, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 413
    assert "larger than the server accepts" in answer.text


def test_a_form_of_endless_fields_is_refused(marta: FlaskClient) -> None:
    answer = marta.post("/account/", data={f"f{n}": "x" for n in range(2000)}, content_type="multipart/form-data")
    assert answer.status_code == 413


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "a b"])
def test_a_host_that_is_not_ours_gets_a_bare_refusal(broken: Flask, client: FlaskClient, host: str) -> None:
    broken.config["TRUSTED_HOSTS"] = ["localhost"]
    answer = client.get("/people/", headers={"Host": host})
    assert answer.status_code == 400
    assert "<" not in answer.text
    assert client.get("/healthz").status_code == 200


@pytest.mark.parametrize(
    "query", ["q=%ED%A0%80", "q=%00", "before=-1", "after=1.2.3", "role=x", "job=%00", "before=.."]
)
@pytest.mark.parametrize("path", ["/people/", "/notices/", "/jobs/"])
def test_a_query_of_nonsense_is_no_fault(broken: Flask, sign_in: SignIn, cast: Cast, path: str, query: str) -> None:
    assert sign_in(cast.ada).get(f"{path}?{query}").status_code == 200
    assert sign_in(cast.ada).get(f"{path}?before={'9' * 400}").status_code in (200, 400)


# JSON


@pytest.mark.parametrize(
    ("what", "code", "message"),
    [
        ("conflict", 409, "Somebody else was quicker."),
        ("invalid", 422, "A name has 1 to 120 characters."),
        ("404", 404, None),
    ],
)
@pytest.mark.parametrize("headers", [{"Accept": "application/json"}, {"HX-Request": "true"}])
def test_scripts_are_told_the_same_as_json(
    marta: FlaskClient, headers: dict[str, str], what: str, code: int, message: str | None
) -> None:
    answer = marta.get(f"/fail/{what}", headers=headers)
    assert (answer.status_code, answer.json) == (code, {"message": message})


def test_a_fault_is_told_to_scripts_with_its_reference(marta: FlaskClient) -> None:
    answer = marta.get("/fail/bug", headers={"HX-Request": "true"})
    assert answer.status_code == 500
    assert answer.json
    assert answer.headers["X-Request-ID"] in answer.json["message"]
    assert SECRET not in answer.text


# faults of ours


class Kept(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


@pytest.fixture
def logged() -> Iterator[list[logging.LogRecord]]:
    kept, root = Kept(), logging.getLogger()
    root.addHandler(kept)
    yield kept.records
    root.removeHandler(kept)


@pytest.mark.parametrize("path", ["/fail/bug", "/fail/constraint", "/open/bug"])
def test_a_fault_of_ours_shows_a_reference_and_no_cause(
    marta: FlaskClient, logged: list[logging.LogRecord], path: str
) -> None:
    answer = marta.get(path)
    assert answer.status_code == 500
    assert f"Reference: {answer.headers['X-Request-ID']}" in answer.text
    for told in (SECRET, "Traceback", "ValueError", "INSERT", ".py"):
        assert told not in answer.text
    assert len(logged) == 1
    assert logged[0].exc_info


def test_the_log_holds_the_cause_once_under_the_same_reference(
    app: Flask, broken: Flask, marta: FlaskClient, capsys: pytest.CaptureFixture[str]
) -> None:
    handler, root = LineHandler(JsonLines()), logging.getLogger()
    root.addHandler(handler)
    try:
        answer = marta.get("/fail/bug")
    finally:
        root.removeHandler(handler)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    errors = [line for line in lines if line["level"] == "error"]
    assert [line["request_id"] for line in errors] == [answer.headers["X-Request-ID"]]
    assert "secret-of-the-cause" in errors[0]["error"]
    assert "ana@example.org" not in str(lines)


def test_what_was_half_written_is_gone(marta: FlaskClient) -> None:
    assert marta.get("/written").status_code == 500
    assert db.session.scalar(text("SELECT count(*) FROM teams WHERE key = 'half'")) == 0


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_page_of_a_fault_speaks_the_language_of_the_browser(
    broken: Flask, client: FlaskClient, language: str
) -> None:
    answer = client.get("/open/bug", headers={"Accept-Language": language})
    assert f'lang="{language}"' in answer.text
    assert ("Something went wrong here" in answer.text) == (language == "en")


# without a database


def test_a_lost_database_is_a_pause_not_a_fault(marta: FlaskClient, logged: list[logging.LogRecord]) -> None:
    answer = marta.get("/fail/lost")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "10")
    assert "Back in a moment" in answer.text
    assert "secret" not in answer.text
    assert [record.getMessage() for record in logged] == [f"The database cannot be used: {SECRET}"]
    assert marta.get("/account/").status_code == 200


@pytest.fixture(params=["sqlite:///{folder}/nowhere/smarketing.db", "postgresql://127.0.0.1:1/nowhere"])
def unreachable(request: pytest.FixtureRequest, tmp_path: Path) -> Flask:
    return application(request.param.format(folder=tmp_path), PROPAGATE_EXCEPTIONS=False)


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("path", ["/", "/leads/1", "/people/", "/account/"])
def test_without_a_database_every_page_is_a_calm_503(unreachable: Flask, path: str, language: str) -> None:
    client = unreachable.test_client()
    with client.session_transaction() as cookie:
        cookie.update(token="a token", language=language)
    answer = client.get(path)
    assert answer.status_code == 503
    assert f'lang="{language}"' in answer.text
    assert ("Back in a moment" in answer.text) == (language == "en")
    assert not re.search("sql|127.0.0.1|nowhere", answer.text.partition("<body")[2])


def test_without_a_database_nobody_is_let_in(unreachable: Flask) -> None:
    client = unreachable.test_client()
    assert client.post("/session/new", data={"email": "a@example.com", "password": "x"}).status_code == 503
    answer = client.post("/session/new", data={"email": "a@example.com", "password": "x"}, headers={"HX-Request": "1"})
    assert answer.status_code == 503


def test_without_a_database_scripts_are_told_so(unreachable: Flask) -> None:
    client = unreachable.test_client()
    with client.session_transaction() as cookie:
        cookie["token"] = "a token"
    answer = client.get("/leads/", headers={"HX-Request": "true"})
    assert answer.status_code == 503
    assert answer.json
    assert "Nothing was saved" in answer.json["message"]


def test_without_a_database_even_a_missing_page_can_be_told(unreachable: Flask) -> None:
    client = unreachable.test_client()
    with client.session_transaction() as cookie:
        cookie["token"] = "a token"
    assert client.get("/nowhere").status_code == 404


def test_the_process_lives_without_a_database_but_is_not_ready(unreachable: Flask) -> None:
    client = unreachable.test_client()
    assert client.get("/healthz").status_code == 200
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json) == (503, {"status": "not ready", "fault": "database"})
