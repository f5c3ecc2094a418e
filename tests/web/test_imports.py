"""The pages of an import: a file, its columns, the check of every row, the import, and what became of it."""

import csv
import io
import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session, scoped_session

from smarketing.db import db
from smarketing.domain.importing import ImportState, Row
from smarketing.jobs import run_imports
from smarketing.models.imports import Import
from smarketing.models.leads import Lead
from smarketing.models.people import User
from smarketing.services import imports, intake, passes
from tests.cast import Cast
from tests.conftest import Hands
from tests.files import COLUMNS, HOT, counts, folder, to_check, to_import, upload

Db = scoped_session[Session]
SignIn = Callable[[User], FlaskClient]

FILE = COLUMNS + HOT.format("a@example.com") + HOT.format("b@example.com") + "c@example.com,Clerk,DE,\nnobody,,,\n"
CHOSEN = {"column-0": "email", "column-1": "job_title", "column-2": "country", "column-3": "engagement.demo_request"}
READING = {"zone": "Europe/Paris", "day_first": "", "source": ""}


@pytest.fixture
def marta(sign_in: SignIn, agreed: Cast) -> FlaskClient:
    return sign_in(agreed.marta)


def send(client: FlaskClient, content: str | bytes, filename: str = "leads.csv") -> Any:
    raw = content.encode() if isinstance(content, str) else content
    return client.post("/imports/new", data={"file": (io.BytesIO(raw), filename)}, content_type="multipart/form-data")


def words(response: Any) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", response.text)).split())


def run(hands: Hands) -> None:
    db.session.commit()
    run_imports.run(now=hands.now)


def only(session: Db) -> Import:
    session.expire_all()
    brought = session.scalars(select(Import)).one()
    session.commit()
    return brought


def lead_count(session: Db) -> int | None:
    return session.scalar(select(func.count()).select_from(Lead))


# the road


def test_a_file_goes_all_the_way(marta: FlaskClient, session: Db, agreed: Cast, hands: Hands) -> None:
    uploaded = send(marta, FILE)
    assert uploaded.status_code == 303
    assert marta.get(uploaded.location).location == f"{uploaded.location}/mapping"
    mapping = marta.get(f"{uploaded.location}/mapping")
    assert '<option value="email" selected>' in mapping.text
    assert '<option value="country" selected>' in mapping.text
    assert '<option value="engagement.demo_request">' in mapping.text
    assert '<option value="custom.demo">' in mapping.text
    assert "Sales director" in mapping.text
    edition = only(session).edition

    checking = marta.post(f"{uploaded.location}/check", data=CHOSEN | READING | {"edition": edition})
    assert (checking.status_code, checking.location) == (303, uploaded.location)
    waiting = marta.get(uploaded.location)
    assert "Being checked" in words(waiting)
    assert f'hx-get="{uploaded.location}/progress"' in waiting.text
    run(hands)
    assert marta.get(f"{uploaded.location}/progress").headers["HX-Redirect"] == uploaded.location

    checked = marta.get(uploaded.location)
    assert "2 become MQLs and are handed to sales now: their clocks start." in words(checked)
    assert "Import 3 leads" in words(checked)
    assert "Email “nobody” is not an e-mail address." in words(checked)
    assert lead_count(session) == 0

    started = marta.post(f"{uploaded.location}/start", data={"edition": only(session).edition})
    assert started.status_code == 303
    run(hands)
    done = marta.get(uploaded.location)
    assert "Done" in words(done)
    assert f'href="/leads/?import={only(session).id}"' in done.text
    assert lead_count(session) == 3
    assert len(re.findall("row-link", marta.get(f"/leads/?import={only(session).id}").text)) == 3


def test_the_columns_of_a_check_come_back_as_they_were_chosen(
    marta: FlaskClient, session: Db, agreed: Cast, hands: Hands
) -> None:
    brought = to_check(FILE, actor=agreed.marta, now=hands.now, zone="America/Montreal", day_first=True, source="Fair")
    run(hands)
    page = marta.get(f"/imports/{brought.id}/mapping").text
    assert '<option value="engagement.demo_request" selected>' in page
    assert re.search(r'<option[^>]*value="America/Montreal"[^>]*selected|selected[^>]*value="America/Montreal"', page)
    assert re.search(r'selected[^>]*value="day"', page)
    assert 'value="Fair"' in page


def test_what_nobody_would_notice_is_not_offered_for_import(
    marta: FlaskClient, session: Db, agreed: Cast, hands: Hands
) -> None:
    intake.take([Row({"email": "c@example.com", "job_title": "Clerk", "country": "DE"})], now=hands.now)
    brought = to_check(COLUMNS + "c@example.com,Clerk,DE,\n", actor=agreed.marta, now=hands.now)
    run(hands)
    page = marta.get(f"/imports/{brought.id}")
    assert "There is nothing to bring in" in words(page)
    assert f"/imports/{brought.id}/start" not in page.text


def test_without_an_agreement_the_page_says_that_nothing_is_scored(
    sign_in: SignIn, session: Db, cast: Cast, hands: Hands
) -> None:
    brought = to_check(FILE, actor=cast.marta, now=hands.now)
    run(hands)
    page = sign_in(cast.marta).get(f"/imports/{brought.id}")
    assert "No agreement is in force, so nothing is scored or handed to sales." in words(page)


def test_a_check_can_be_stopped_and_an_import_cut_short(
    marta: FlaskClient, session: Db, agreed: Cast, hands: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passes, "CHUNK", 2)
    checked = to_check(FILE, actor=agreed.marta, now=hands.now)
    assert marta.post(f"/imports/{checked.id}/stop", data={"edition": checked.edition}).status_code == 303
    assert marta.get(f"/imports/{checked.id}").location == f"/imports/{checked.id}/mapping"

    taken = to_import(FILE, actor=agreed.marta, now=hands.now)
    reading = run_imports.read(taken.id)
    next(reading)
    assert marta.post(f"/imports/{taken.id}/stop", data={"edition": taken.edition}).status_code == 303
    assert list(reading) == []
    page = words(marta.get(f"/imports/{taken.id}"))
    assert "Cancelled" in page
    assert counts(taken)[0] == lead_count(session) == 2


def test_a_file_of_which_nothing_was_taken_can_be_discarded(
    marta: FlaskClient, session: Db, agreed: Cast, hands: Hands
) -> None:
    brought = upload(FILE, actor=agreed.marta, now=hands.now)
    assert marta.post(f"/imports/{brought.id}/removal", data={"edition": brought.edition}).location == "/imports/"
    page = words(marta.get("/imports/"))
    assert "leads.csv was discarded. Nothing of it was taken." in page
    assert "No file was brought in yet" in page
    assert list(folder().iterdir()) == []


# the rejected rows


def test_rejected_rows_come_as_a_file_that_can_be_brought_in_again(
    marta: FlaskClient, session: Db, agreed: Cast, hands: Hands
) -> None:
    text = 'Email,Firm\n=1+1,@SUM(A1)\n-2,"<script>alert(1)</script>\nand on"\nok@example.com,x\ntoo,many,cells\n'
    brought = to_import(text, actor=agreed.marta, now=hands.now, mapping={"Email": "email", "Firm": "company"})
    run(hands)
    answer = marta.get(f"/imports/{brought.id}/rejected.csv", buffered=True)
    assert answer.headers["Content-Disposition"] == 'attachment; filename="leads-rejected.csv"'
    given = answer.get_data().decode("utf-8-sig")
    assert [*csv.reader(io.StringIO(given))] == [
        ["smarketing_row", "smarketing_column", "smarketing_reason", "Email", "Firm"],
        ["2", "Email", "“=1+1” is not an e-mail address.", "'=1+1", "'@SUM(A1)"],
        ["3", "Email", "“-2” is not an e-mail address.", "'-2", "<script>alert(1)</script>\nand on"],
        ["5", "", "Cells in this row: 3; columns in the file: 2.", "too", "many", "cells"],
    ]
    page = marta.get(f"/imports/{brought.id}").text
    assert "<script>alert(1)" not in page

    again = send(marta, given.replace("'=1+1", "one@example.com").replace("'-2", "two@example.com"))
    mapping = marta.get(f"{again.location}/mapping").text
    assert "smarketing_reason" not in mapping
    chosen = {"column-3": "email", "column-4": "company"} | READING
    edition = session.scalar(select(Import.edition).order_by(Import.id.desc()).limit(1))
    marta.post(f"{again.location}/check", data=chosen | {"edition": edition})
    run(hands)
    edition = session.scalar(select(Import.edition).order_by(Import.id.desc()).limit(1))
    marta.post(f"{again.location}/start", data={"edition": edition})
    run(hands)
    companies = dict(session.execute(select(Lead.email, Lead.company)).all())
    assert companies["one@example.com"] == "@SUM(A1)"
    assert companies["two@example.com"] == "<script>alert(1)</script> and on"
    (still,) = [
        *csv.reader(
            io.StringIO(marta.get(f"{again.location}/rejected.csv", buffered=True).get_data().decode("utf-8-sig"))
        )
    ][1:]
    assert still[3:] == ["too", "many", "cells"]


def test_reasons_are_told_in_the_language_of_the_reader(
    sign_in: SignIn, session: Db, agreed: Cast, hands: Hands
) -> None:
    agreed.marta.locale = "fr"
    brought = to_import(FILE, actor=agreed.marta, now=hands.now)
    run(hands)
    text = (
        sign_in(agreed.marta).get(f"/imports/{brought.id}/rejected.csv", buffered=True).get_data().decode("utf-8-sig")
    )
    assert "is not an e-mail address" not in text
    assert "nobody" in text


# the list


def test_the_list_says_who_brought_what_and_what_became_of_it(
    marta: FlaskClient, session: Db, agreed: Cast, hands: Hands
) -> None:
    to_import(FILE, actor=agreed.marta, now=hands.now)
    run(hands)
    upload(FILE, actor=agreed.manny, now=hands.now, filename="waiting <b>.csv")
    page = marta.get("/imports/")
    assert "waiting <b>.csv" not in page.text
    text = words(page)
    assert re.search(r"waiting <b>\.csv Uploaded .* Manny Ortiz", text)
    assert re.search(r"leads\.csv Done 3 0 0 1 2 Marta Keller", text)


def test_the_list_asks_the_database_the_same_whatever_its_length(
    marta: FlaskClient, session: Db, agreed: Cast, hands: Hands
) -> None:
    def asked() -> int:
        count = 0

        def note(*_arguments: Any) -> None:
            nonlocal count
            count += 1

        event.listen(db.engine, "before_cursor_execute", note)
        marta.get("/imports/")
        event.remove(db.engine, "before_cursor_execute", note)
        return count

    upload(FILE, actor=agreed.marta, now=hands.now)
    few = asked()
    for person in (agreed.manny, agreed.ada, agreed.marta) * 20:
        upload(FILE, actor=person, now=hands.now)
    assert asked() == few
    first = marta.get("/imports/").text
    assert first.count("data-row") == 50
    older = re.search(r'rel="next" href="([^"]+)"', first)
    assert older
    assert marta.get(unescape(older[1])).text.count("data-row") == 11


# what cannot be


@pytest.mark.parametrize(
    ("content", "filename", "message"),
    [
        ("", "empty.csv", "The file is empty."),
        ("Email\n", "header.csv", "no leads under it"),
        (b"PK\x03\x04\x14\x00\x06\x00", "leads.xlsx", "Excel workbook or a ZIP archive"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "leads.xls", "old Excel workbook"),
        (b"%PDF-1.7\n%\xe2\xe3", "leads.pdf", "PDF document"),
        (b"\x7fELF\x00\x00", "leads.csv", "not a text file"),
        (b"a,b\n\x81,\x8d\n", "odd.csv", "encoding of the file cannot be told"),
        ("Email,email\na@b.fr,c@d.fr\n", "twice.csv", "Columns 1 and 2 are both called “email”"),
        ("a@b.fr,Ana\nc@d.fr,Eva\n", "bare.csv", "must hold the names of the columns"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_at_its_field(
    marta: FlaskClient, session: Db, content: str | bytes, filename: str, message: str
) -> None:
    answer = send(marta, content, filename)
    assert answer.status_code == 422
    assert message in words(answer)
    assert 'aria-invalid="true"' in answer.text
    assert session.scalars(select(Import)).all() == []
    assert not folder().exists() or list(folder().iterdir()) == []


def test_no_file_at_all_is_told_at_its_field(marta: FlaskClient) -> None:
    answer = marta.post("/imports/new", data={}, content_type="multipart/form-data")
    assert (answer.status_code, "Choose a file." in words(answer)) == (422, True)


def test_a_file_that_is_too_large_is_refused_unread(marta: FlaskClient, app: Flask, session: Db) -> None:
    app.config.update(MAX_UPLOAD_BYTES=100_000, MAX_CONTENT_LENGTH=50_000)
    assert send(marta, "Email\n" + "a@example.com\n" * 5_000).status_code == 303
    little = send(marta, "Email\n" + "a@example.com\n" * 8_000)
    assert (little.status_code, "larger than 0 MB" in words(little)) == (422, True)
    much = marta.post(
        "/imports/new",
        content_type="multipart/form-data; boundary=x",
        input_stream=io.BytesIO(b"--x\r\n"),
        environ_overrides={"CONTENT_LENGTH": str(1 << 30)},
    )
    assert much.status_code == 413
    assert "too large" in words(much)
    assert session.scalar(select(func.count()).select_from(Import)) == 1


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        ({"column-0": ""}, "say which column holds it"),
        ({"column-1": "email"}, "Only one column can be “E-mail”: Email, Job Title."),
        ({"column-1": "password"}, "There is no field “password”"),
        ({"zone": "Mars/Olympus"}, "Not a valid choice"),
        ({"day_first": "maybe"}, "Not a valid choice"),
        ({"source": "x" * 121}, "121 characters of at most 120"),
    ],
)
def test_a_mapping_that_cannot_be_comes_back_as_it_was_filled_in(
    marta: FlaskClient, session: Db, agreed: Cast, hands: Hands, sent: dict[str, str], message: str
) -> None:
    brought = upload(FILE, actor=agreed.marta, now=hands.now)
    form = CHOSEN | READING | {"source": "Fair", "edition": str(brought.edition)} | sent
    answer = marta.post(f"/imports/{brought.id}/check", data=form)
    assert answer.status_code == 422
    assert message in words(answer)
    assert '<option value="engagement.demo_request" selected>' in answer.text
    assert f'value="{form["source"]}"' in answer.text
    assert (only(session).state, only(session).mapping) == (ImportState.UPLOADED, {})


@pytest.mark.parametrize("verb", ["check", "start", "stop", "removal"])
def test_a_form_from_before_somebody_else_moved_on_is_refused(
    marta: FlaskClient, session: Db, agreed: Cast, hands: Hands, verb: str
) -> None:
    brought = to_check(FILE, actor=agreed.marta, now=hands.now)
    seen = brought.edition
    run(hands)
    for edition in (str(seen), "", "x", "9" * 30):
        answer = marta.post(f"/imports/{brought.id}/{verb}", data=CHOSEN | READING | {"edition": edition})
        assert (answer.status_code, "moved on since you opened the page" in words(answer)) == (409, True)
    assert only(session).state is ImportState.CHECKED
    assert lead_count(session) == 0


def test_an_import_is_started_once_however_often_it_is_clicked(
    marta: FlaskClient, session: Db, agreed: Cast, hands: Hands
) -> None:
    brought = to_check(FILE, actor=agreed.marta, now=hands.now)
    run(hands)
    edition = only(session).edition
    statuses = [marta.post(f"/imports/{brought.id}/start", data={"edition": edition}).status_code for _ in range(2)]
    assert statuses == [303, 409]
    run(hands)
    assert marta.post(f"/imports/{brought.id}/removal", data={"edition": only(session).edition}).status_code == 409
    assert lead_count(session) == 3


@pytest.mark.parametrize("path", ["", "/mapping", "/progress", "/rejected.csv"])
def test_an_import_that_does_not_exist_is_not_found(marta: FlaskClient, path: str) -> None:
    assert marta.get(f"/imports/999{path}").status_code == 404


@pytest.mark.parametrize("verb", ["check", "start", "stop", "removal"])
def test_nothing_is_done_to_an_import_that_does_not_exist(marta: FlaskClient, verb: str) -> None:
    assert marta.post(f"/imports/999/{verb}", data={"edition": "1"}).status_code == 404


def test_an_import_that_failed_says_where_and_what_was_kept(
    marta: FlaskClient, session: Db, agreed: Cast, hands: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passes, "CHUNK", 2)
    text = 'Email,Firm\na@example.com,x\nb@example.com,x\nc@example.com,"x\ny\n'
    brought = to_import(text, actor=agreed.marta, now=hands.now, mapping={"Email": "email"})
    run(hands)
    page = words(marta.get(f"/imports/{brought.id}"))
    assert "Failed" in page
    assert "Row 4 opens a quotation mark that is never closed" in page
    assert "What was taken before is kept." in page


def test_the_columns_are_still_asked_for_when_the_file_has_gone(
    marta: FlaskClient, session: Db, agreed: Cast, hands: Hands
) -> None:
    brought = upload(FILE, actor=agreed.marta, now=hands.now)
    (folder() / brought.stored_as).unlink()
    assert marta.get(f"/imports/{brought.id}/mapping").status_code == 200


def test_the_bell_leads_to_the_import(marta: FlaskClient, session: Db, agreed: Cast, hands: Hands) -> None:
    brought = to_import(FILE, actor=agreed.marta, now=hands.now)
    run(hands)
    page = marta.get("/notices/")
    assert f'href="/imports/{brought.id}"' in page.text
    assert "Your import is done. New leads: 3, MQLs: 2, rejected rows: 1" in words(page)


def test_imports_know_their_service_by_state(session: Db) -> None:
    assert set(imports.RUNNING) | set(imports.MAPPABLE) | set(imports.ENDED) == set(ImportState)
