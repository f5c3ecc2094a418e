"""One line per event, whatever is in it; nobody's address; who waited, and for how long."""

import json
import logging
from collections.abc import Iterator

import pytest
from flask import Flask, abort, g

from smarketing import logs
from smarketing.logs import configure_logs, redacted

log = logging.getLogger("smarketing.tests")


@pytest.fixture(autouse=True)
def untouched_loggers() -> Iterator[None]:
    root, ours = logging.getLogger(), logging.getLogger("smarketing")
    handlers, level = root.handlers[:], ours.level
    yield
    root.handlers[:], ours.level = handlers, level


@pytest.fixture(params=["production", "development"])
def mode(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def app(mode: str) -> Flask:
    app = Flask("smarketing")
    app.config.update(MODE=mode, LOG_LEVEL="INFO")
    configure_logs(app)

    @app.get("/leads/<name>")
    def lead(name: str) -> str:
        g.user_id = 7
        return name

    @app.get("/broken")
    def broken() -> str:
        raise ValueError("no such lead: ana@example.org\r\nforged")

    @app.get("/missing")
    def missing() -> str:
        abort(404)

    return app


class Lines:
    def __init__(self, capture: pytest.CaptureFixture[str]) -> None:
        self._capture = capture
        self._text = ""

    def text(self) -> str:
        self._text += self._capture.readouterr().out
        return self._text

    def all(self) -> list[str]:
        return self.text().splitlines()

    def json(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self.all()]


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str]) -> Lines:
    return Lines(capsys)


in_json = pytest.mark.parametrize("mode", ["production"], indirect=True)


@in_json
def test_a_request_is_one_line_without_its_query(app: Flask, lines: Lines) -> None:
    answer = app.test_client().get("/leads/9?email=ana@example.org")
    [line] = lines.json()
    assert line["message"] == "GET /leads/9 200"
    assert (line["method"], line["path"], line["status"], line["user"]) == ("GET", "/leads/9", 200, 7)
    assert isinstance(line["duration_ms"], int)
    assert line["request_id"] == answer.headers["X-Request-ID"]
    assert str(line["time"]).endswith("Z")


def test_every_request_has_an_id_of_its_own(app: Flask) -> None:
    client = app.test_client()
    assert len({client.get("/leads/9").headers["X-Request-ID"] for _ in range(3)}) == 3


@pytest.mark.parametrize("name", ["a%0d%0aforged", "a%0aforged", "a%e2%80%a8forged", "a%c2%85forged", "a%00forged"])
def test_a_path_cannot_begin_a_line(app: Flask, lines: Lines, name: str) -> None:
    app.test_client().get(f"/leads/{name}")
    assert len(lines.all()) == 1


def test_an_address_in_a_path_is_left_out(app: Flask, lines: Lines) -> None:
    app.test_client().get("/leads/ana.ruiz+crm@example.org")
    assert "[e-mail]" in lines.text()
    assert "example.org" not in lines.text()


def test_an_error_is_told_with_its_cause_but_without_addresses(app: Flask, lines: Lines) -> None:
    app.test_client().get("/broken")
    assert "ValueError: no such lead: [e-mail]" in lines.text()
    assert "ana@" not in lines.text()
    assert not any(line.startswith("forged") for line in lines.all())


@in_json
def test_an_error_carries_the_id_of_its_request(app: Flask, lines: Lines) -> None:
    app.test_client().get("/broken")
    error, request = lines.json()
    assert "error" in error
    assert error["request_id"] == request["request_id"]


@in_json
def test_a_slow_answer_is_a_warning(app: Flask, lines: Lines, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "SLOW", 0.0)
    app.test_client().get("/leads/9")
    [line] = lines.json()
    assert line["level"] == "warning"


def test_levels_below_the_chosen_one_are_silent(app: Flask, lines: Lines) -> None:
    log.debug("a detail")
    assert lines.text() == ""


def test_the_application_made_twice_logs_once(app: Flask, lines: Lines) -> None:
    configure_logs(app)
    log.info("once")
    assert len(lines.all()) == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Key (email_key)=(ana.ruiz@example.org) exists", "Key (email_key)=([e-mail]) exists"),
        ("<ana@example.org>, 'bo@example.org'", "<[e-mail]>, '[e-mail]'"),
        ("ana@exämple.org", "[e-mail]"),
        ("nothing to hide @ all", "nothing to hide @ all"),
    ],
)
def test_addresses_are_redacted(text: str, expected: str) -> None:
    assert redacted(text) == expected


def test_redaction_is_quick_on_hostile_text() -> None:
    assert redacted("a" * 1_000_000) == "a" * 1_000_000
