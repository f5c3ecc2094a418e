"""`flask leads import`: a file of leads at the prompt."""

import csv
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session

from smarketing.models.events import Event
from smarketing.models.imports import Import
from smarketing.models.leads import Lead
from tests.cast import Cast
from tests.commands.conftest import Command
from tests.files import COLUMNS, HOT

Db = scoped_session[Session]

EXPORTS = Path(__file__).resolve().parents[3] / "shared" / "data" / "exports"
FILE = COLUMNS + HOT.format("a@example.com") + "=cold@example,Clerk,DE,\nb@example.com,Clerk,DE,\n"
MAPS = ("--map", "Email=email", "--map", "Job Title=job_title", "--map", "Country=country")


@pytest.fixture
def people(session: Db, agreed: Cast) -> Cast:
    """Seen by a command, which looks with a session of its own."""
    session.commit()
    return agreed


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "leads.csv"
    path.write_text(FILE)
    return path


def leads(session: Db) -> int | None:
    session.rollback()
    return session.scalar(select(func.count()).select_from(Lead))


def test_a_file_is_brought_in_and_counted(flask: Command, session: Db, people: Cast, file: Path) -> None:
    result = flask("leads", "import", str(file), *MAPS, "--map", "Demo=engagement.demo_request")
    assert (result.exit_code, result.output) == (0, "2 new, 0 changed, 0 unchanged, 1 rejected; 1 are MQLs now.\n")
    assert leads(session) == 2
    (told,) = session.scalars(select(Event).where(Event.name == "import.finished"))
    assert told.actor_id == people.ada.id
    again = flask("leads", "import", str(file), *MAPS, "--map", "Demo=engagement.demo_request")
    assert again.output == "0 new, 0 changed, 2 unchanged, 1 rejected; 0 are MQLs now.\n"


def test_a_dry_run_says_the_same_and_leaves_nothing(
    flask: Command, app: Flask, session: Db, people: Cast, file: Path
) -> None:
    result = flask("leads", "import", str(file), *MAPS, "--map", "Demo=engagement.demo_request", "--dry-run")
    assert result.output == "2 new, 0 changed, 0 unchanged, 1 rejected; 1 would be MQLs now.\n"
    assert leads(session) == 0
    assert session.scalars(select(Import)).all() == []
    assert list(Path(app.config["UPLOADS"]).iterdir()) == []


def test_columns_are_guessed_when_none_is_named(flask: Command, session: Db, people: Cast, file: Path) -> None:
    assert flask("leads", "import", str(file)).exit_code == 0
    session.rollback()
    assert session.scalars(select(Lead.job_title).order_by(Lead.email)).all() == ["Sales director", "Clerk"]


def test_rejected_rows_are_repaired_and_brought_in_again(
    flask: Command, session: Db, people: Cast, file: Path, tmp_path: Path
) -> None:
    out = tmp_path / "rejected.csv"
    flask("leads", "import", str(file), *MAPS, "--rejected", str(out))
    text = out.read_text(encoding="utf-8-sig")
    assert [*csv.reader(text.splitlines())] == [
        ["smarketing_row", "smarketing_column", "smarketing_reason", *COLUMNS.strip().split(",")],
        ["3", "Email", "“=cold@example” is not an e-mail address.", "'=cold@example", "Clerk", "DE", ""],
    ]
    out.write_text(text.replace("'=cold@example,Clerk", "cold@example.com,'=Clerk"), encoding="utf-8")
    result = flask("leads", "import", str(out), *MAPS)
    assert result.output == "1 new, 0 changed, 0 unchanged, 0 rejected; 0 are MQLs now.\n"
    session.rollback()
    assert session.scalar(select(Lead.job_title).where(Lead.email == "cold@example.com")) == "=Clerk"


def test_how_the_file_is_to_be_read_may_be_told(flask: Command, session: Db, people: Cast, tmp_path: Path) -> None:
    file = tmp_path / "leads.txt"
    file.write_bytes("Courriel§Créé le§Société\na@example.com§3/4/2025 10:00§Hélène\n".encode("cp850"))
    told = ("--delimiter", "§", "--encoding", "cp850", "--zone", "America/Montreal", "--day-first", "--source", "Fair")
    result = flask("leads", "import", str(file), *told, "--as", people.marta.email)
    assert result.exit_code == 0, result.output
    session.rollback()
    (lead,) = session.scalars(select(Lead))
    assert (lead.company, lead.source, lead.arrived_at.isoformat()) == ("Hélène", "Fair", "2025-04-03T14:00:00+00:00")
    assert session.scalars(select(Import.created_by_id)).one() == people.marta.id


def test_a_file_that_has_a_13th_says_by_itself_that_the_day_comes_first(
    flask: Command, session: Db, people: Cast, tmp_path: Path
) -> None:
    file = tmp_path / "leads.csv"
    file.write_text("Email,Created\na@example.com,3/4/2025\nb@example.com,13/4/2025\n")
    assert flask("leads", "import", str(file), "--zone", "UTC").output.startswith("2 new")
    session.rollback()
    days = session.scalars(select(Lead.arrived_on).order_by(Lead.email)).all()
    assert [str(day) for day in days] == ["2025-04-03", "2025-04-13"]
    assert "1 rejected" in flask("leads", "import", str(file), "--month-first").output


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--map", "Mail=email"), "The file has no column “Mail”. Its columns are: Email, Job Title, Country, Demo."),
        (("--map", "Email=mail"), "There is no field “mail”. The fields are: external_id, email, "),
        (("--map", "Country=country"), "known by their e-mail or their id"),
        (("--map", "Email"), "“Email” is not COLUMN=FIELD"),
        (("--zone", "Paris"), "There is no time zone “Paris”"),
        (("--encoding", "klingon"), "no encoding called klingon"),
        (("--as", "nobody@example.com"), "no account with the e-mail address nobody@example.com"),
        (("--as", "saul@example.com"), "Saul Berger may not bring leads in"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_kept(
    flask: Command, app: Flask, session: Db, people: Cast, file: Path, arguments: tuple[str, ...], words: str
) -> None:
    result = flask("leads", "import", str(file), *arguments)
    assert result.exit_code != 0
    assert words in result.output
    assert leads(session) == 0
    assert session.scalars(select(Import)).all() == []
    uploads = Path(app.config["UPLOADS"])
    assert not uploads.exists() or list(uploads.iterdir()) == []


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"", "The file is empty"), (b"PK\x03\x04", "Excel workbook"), (b"Email\n", "no leads under it")],
)
def test_a_file_that_cannot_be_read_ends_in_an_error(
    flask: Command, session: Db, people: Cast, tmp_path: Path, content: bytes, words: str
) -> None:
    file = tmp_path / "leads.csv"
    file.write_bytes(content)
    result = flask("leads", "import", str(file))
    assert (result.exit_code, words in result.output) == (1, True)
    assert session.scalars(select(Import)).all() == []


def test_a_file_that_breaks_off_keeps_what_came_before_and_ends_in_an_error(
    flask: Command, session: Db, people: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("smarketing.services.passes.CHUNK", 2)
    file = tmp_path / "leads.csv"
    file.write_text('Email,Company\na@example.com,x\nb@example.com,x\nc@example.com,"x\ny\n')
    result = flask("leads", "import", str(file))
    assert result.exit_code == 1
    assert "2 new" in result.output
    assert "Row 4 opens a quotation mark" in result.output
    assert leads(session) == 2


def test_a_file_that_is_not_there_is_a_wrong_use(flask: Command) -> None:
    assert flask("leads", "import", "/nowhere.csv").exit_code == 2


def test_without_an_administrator_somebody_has_to_be_named(flask: Command, file: Path) -> None:
    result = flask("leads", "import", str(file))
    assert (result.exit_code, "--as EMAIL" in result.output) == (1, True)


@pytest.mark.skipif(not EXPORTS.is_dir(), reason="the exports of other systems are not here")
@pytest.mark.parametrize(
    ("name", "new", "rejected"),
    [
        ("hubspot_contacts_sample.csv", 5, {6}),
        ("pipedrive_leads_export_sample.csv", 1, set()),
        ("meta_lead_ads_download_sample_utf16.csv", 2, set()),
        ("salesforce_dataloader_leads_sample.csv", 2, {4}),
        ("salesforce_report_leads_us_sample.csv", 2, {6, 7, 8, 9}),
        ("malformed/report_with_totals_rows.csv", 2, {5}),
        ("malformed/semicolon_cp1252.csv", 2, set()),
        ("malformed/formula_injection.csv", 3, set()),
    ],
)
def test_the_exports_of_other_systems_come_in_as_they_are(
    flask: Command, session: Db, people: Cast, tmp_path: Path, name: str, new: int, rejected: set[int]
) -> None:
    """Left out are two people with one address, and the lines that a report adds."""
    out = tmp_path / "rejected.csv"
    result = flask("leads", "import", str(EXPORTS / name), "--rejected", str(out))
    assert result.output.startswith(f"{new} new, 0 changed, 0 unchanged, {len(rejected)} rejected")
    rows = [*csv.reader(out.read_text(encoding="utf-8-sig").splitlines())]
    assert {int(row[0]) for row in rows[1:]} == rejected
    assert leads(session) == new
