"""`flask user`: the first administrator, and the last resort."""

import pytest
from flask import Flask
from sqlalchemy import select

from smarketing.db import db
from smarketing.models.people import User
from smarketing.services import passwords
from tests.cast import PASSWORD, Cast
from tests.commands.conftest import Command

ADMIN = ("user", "create", "Ada@Example.com", "--name", "Ada Wong")


def find(app: Flask, email: str) -> User | None:
    with app.app_context():
        return db.session.scalars(select(User).where(User.email_key == email)).one_or_none()


@pytest.fixture
def staffed(cast: Cast) -> None:
    db.session.commit()


def test_the_first_administrator_is_made(flask: Command, app: Flask) -> None:
    result = flask(*ADMIN, "--language", "fr", "--zone", "Europe/Paris", "--password", PASSWORD)
    assert (result.exit_code, result.output) == (0, "Ada@Example.com can sign in.\n")
    ada = find(app, "ada@example.com")
    assert ada
    assert (ada.role, ada.team_id, ada.locale, ada.zone) == ("admin", None, "fr", "Europe/Paris")
    assert passwords.matches(ada.password_hash, PASSWORD)


def test_the_password_is_asked_for_twice_and_not_shown(app: Flask) -> None:
    result = app.test_cli_runner().invoke(args=list(ADMIN), input=f"{PASSWORD}\n{PASSWORD}\n")
    assert result.exit_code == 0, result.output
    assert PASSWORD not in result.output


def test_a_script_hands_the_password_over_in_the_environment(app: Flask) -> None:
    result = app.test_cli_runner(env={"SMARKETING_PASSWORD": PASSWORD}).invoke(args=list(ADMIN))
    assert result.exit_code == 0, result.output


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (["--password", "1234567890"], "easy to guess"),
        (["--password", PASSWORD, "--zone", "Mars"], "not a time zone"),
        (["--password", PASSWORD, "--role", "marketer"], "belongs to a team of marketing"),
        (["--password", PASSWORD, "--team", "nowhere"], "There is no team"),
        (["--password", PASSWORD, "--role", "boss"], "is not one of"),
    ],
)
def test_what_cannot_be_is_said_and_makes_nobody(flask: Command, app: Flask, changes: list[str], said: str) -> None:
    result = flask(*ADMIN, *changes)
    assert result.exit_code != 0
    assert said in result.output
    assert find(app, "ada@example.com") is None


@pytest.mark.usefixtures("staffed")
def test_everybody_is_listed(flask: Command) -> None:
    flask("user", "disable", "saul@example.com")
    lines = flask("user", "list").output.splitlines()
    assert [line.split()[0] for line in lines] == [
        f"{name}@Example.com" for name in ("Ada", "Manny", "Marta", "Sara", "Sasha", "Saul")
    ]
    assert [line for line in lines if "disabled" in line] == [lines[-1]]


@pytest.mark.usefixtures("staffed")
def test_an_account_is_disabled_and_enabled(flask: Command, app: Flask) -> None:
    assert flask("user", "disable", "SAUL@example.com").exit_code == 0
    disabled = find(app, "saul@example.com")
    assert disabled
    assert not disabled.is_active
    assert flask("user", "enable", "saul@example.com").exit_code == 0
    enabled = find(app, "saul@example.com")
    assert enabled
    assert enabled.is_active


@pytest.mark.usefixtures("staffed")
def test_the_last_administrator_stays(flask: Command, app: Flask) -> None:
    result = flask("user", "disable", "ada@example.com")
    assert result.exit_code == 1
    assert "the last administrator" in result.output
    ada = find(app, "ada@example.com")
    assert ada
    assert ada.is_active


@pytest.mark.usefixtures("staffed")
def test_a_forgotten_password_is_replaced(flask: Command, app: Flask) -> None:
    new = "another lantern on the lake"
    assert flask("user", "password", "ada@example.com", "--password", new).exit_code == 0
    ada = find(app, "ada@example.com")
    assert ada
    assert passwords.matches(ada.password_hash, new)
    refused = flask("user", "password", "ada@example.com", "--password", "short")
    assert refused.exit_code == 1
    assert "at least 10 characters" in refused.output


@pytest.mark.parametrize("command", [["disable"], ["enable"], ["password", "--password", PASSWORD]])
def test_somebody_unknown_is_named(flask: Command, command: list[str]) -> None:
    verb, *options = command
    result = flask("user", verb, "nobody@example.com", *options)
    assert result.exit_code == 1
    assert "no account with the e-mail address nobody@example.com" in result.output
