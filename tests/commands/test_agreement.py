"""`flask agreement …`: agreements as files at a prompt."""

import hashlib
import json
from pathlib import Path

import pytest
from sqlalchemy.orm import Session, scoped_session

from smarketing import library
from smarketing.domain import terms_text
from smarketing.domain.terms import canonical, digest
from tests.cast import Cast, clause, terms
from tests.commands.conftest import Command

Db = scoped_session[Session]


@pytest.fixture
def people(session: Db, agreed: Cast) -> Cast:
    """Seen by a command, which looks with a session of its own."""
    session.commit()
    return agreed


def written(folder: Path, text: str) -> str:
    path = folder / "agreement.yaml"
    path.write_text(text)
    return str(path)


@pytest.mark.parametrize("name", library.names())
def test_an_agreement_of_the_library_is_valid(flask: Command, name: str) -> None:
    result = flask("agreement", "validate", str(library.FOLDER / f"{name}.yaml"))
    assert result.exit_code == 0
    told = terms_text.read(library.text(name))
    assert f"{len(list(told.clauses()))} clauses, no faults." in result.output
    assert digest(canonical(told)) in result.output


def test_json_is_valid_too(flask: Command, tmp_path: Path) -> None:
    result = flask("agreement", "validate", written(tmp_path, canonical(terms())))
    assert result.exit_code == 0
    assert digest(canonical(terms())) in result.output


def test_faults_are_named_by_line_and_clause_with_what_to_do(flask: Command, tmp_path: Path) -> None:
    spoilt = library.text("rework").replace("outcome: accept", "outcome: accpet")
    result = flask("agreement", "validate", written(tmp_path, spoilt))
    assert result.exit_code == 1
    assert "clause “silent-acceptance”, timeboxes 1 › outcome: This must be one of:" in result.output
    assert "line " in result.output


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("schema_version: 9", "schema 9; schema 1 is the newest read here"),
        ("a: &a [x]\nb: [*a, *a]", "no & and * here"),
        ("title: [", "This is not YAML"),
        ("", "The text is empty."),
    ],
)
def test_what_is_no_agreement_says_why(flask: Command, tmp_path: Path, text: str, says: str) -> None:
    result = flask("agreement", "validate", written(tmp_path, text))
    assert result.exit_code == 1
    assert says in result.output
    assert "Traceback" not in result.output


def test_the_schema_is_printed(flask: Command) -> None:
    form = json.loads(flask("agreement", "schema").output)
    assert form["title"] == "Agreement between marketing and sales"


def test_templates_are_listed_and_printed(flask: Command) -> None:
    listed = flask("agreement", "templates").output
    assert [line.split()[0] for line in listed.splitlines()] == list(library.names())
    assert flask("agreement", "templates", "pme").output == library.text("pme")
    assert flask("agreement", "templates", "nothing").exit_code == 1


def test_the_version_in_force_is_shown_as_yaml_and_as_the_text_that_was_signed(flask: Command, people: Cast) -> None:
    shown = flask("agreement", "show")
    assert terms_text.read(shown.output) == terms()
    signed = flask("agreement", "show", "--json").output.rstrip("\n")
    assert hashlib.sha256(signed.encode()).hexdigest() == digest(canonical(terms()))
    assert flask("agreement", "show", "99").exit_code == 1


def test_a_draft_is_made_by_who_may(flask: Command, people: Cast) -> None:
    file = str(library.FOLDER / "simple.yaml")
    manager, rep = people.manny.email, people.saul.email
    assert "Version 2 is drafted" in flask("agreement", "draft", file, "--as", manager).output
    refused = flask("agreement", "draft", file, "--as", rep)
    assert refused.exit_code == 1
    assert "may not draft agreements" in refused.output


def test_an_example_that_does_not_hold_is_named_with_its_clause(flask: Command, tmp_path: Path) -> None:
    example = clause("hot", "Hot", "Chaud") | {"about": "mql", "holds": "yes"}
    result = flask("agreement", "validate", written(tmp_path, terms_text.write(terms(examples=[example]))))
    assert result.exit_code == 1
    assert "clause “mql”, examples › hot: “What an MQL is”: the example “Hot” does not hold." in result.output
    assert "1 example does not hold" in result.output
