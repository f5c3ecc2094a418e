"""Marta brings in the file of a fair, page by page, repairs what was rejected, and brings that in too."""

from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session

from smarketing.db import db, is_postgresql
from smarketing.jobs import run_imports
from smarketing.models.handoffs import Handoff
from smarketing.models.leads import Lead
from smarketing.services import passes
from tests.cast import PASSWORD, Cast
from tests.conftest import Hands

Db = scoped_session[Session]

STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PATIENCE = 10_000
"""Milliseconds until a page that waits has asked again."""


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passes, "CHUNK", 20)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Forty visitors of a fair, as an old spreadsheet saves them: two cannot be taken, every other asked for a demo."""
    path = tmp_path / "Visiteurs du salon de Lyon, édition très longue de 2026 – stand n° 12.csv"
    lines = ["Prénom;Nom;E-mail;Société;Fonction;Pays;Venu le;Démo le;Note"]
    for number in range(40):
        email = "pas d’adresse" if number == 7 else f"visiteur{number}@example.com"
        came = "31/02/2026" if number == 9 else f"{number % 28 + 1:02}/01/2026 10:00"
        demo = "02/02/2026 09:00" if number % 2 else ""
        name = '"<b>Zoé</b>";' if number == 3 else "Zoé;"
        lines.append(f"{name}de la Rochefoucauld {number};{email};=1+1;Directeur;France;{came};{demo};À rappeler")
    path.write_text("\r\n".join(lines), encoding="cp1252")
    return path


@pytest.fixture
def marta(page: Any, session: Db, agreed: Cast) -> Any:
    """Marta’s browser, signed in."""
    email = agreed.marta.email
    session.commit()
    page.goto("/")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("link", name="Imports").first.wait_for()
    return page


def run(hands: Hands) -> None:
    db.session.commit()
    run_imports.run(now=hands.now)
    db.session.commit()


def inspect(page: Any) -> None:
    """Nothing is inaccessible or too wide, on a desk by day and on a phone by night; alike on every database."""
    if is_postgresql():
        return
    for width, theme in ((360, "dark"), (1280, "light")):
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=theme)
        for details in page.locator("main details").all():
            details.evaluate("each => { each.open = true }")
        found = Axe().run(page, options={"runOnly": STANDARDS})
        assert found.response["violations"] == [], f"{page.url} at {width}, {theme}: {found.generate_report()}"
        assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{page.url} at {width}"


def count(model: type) -> int | None:
    """Counted and let go, since an open transaction would keep the server waiting."""
    number = db.session.scalar(select(func.count()).select_from(model))
    db.session.commit()
    return number


def counts(page: Any) -> dict[str, str]:
    words = page.locator(".import-counts").inner_text().split("\n")
    parts = [word for word in words if word.strip()]
    return dict(zip(parts[::2], parts[1::2], strict=True))


def test_a_file_is_brought_in_and_its_rejected_rows_after_it(
    marta: Any, session: Db, hands: Hands, file: Path, tmp_path: Path
) -> None:
    marta.get_by_role("link", name="Imports").first.click()
    marta.get_by_text("No file was brought in yet").wait_for()
    inspect(marta)
    marta.get_by_role("link", name="New import").first.click()
    inspect(marta)
    marta.get_by_label("File").set_input_files(file)
    marta.get_by_role("button", name="Upload").click()

    marta.get_by_text("What does each column hold?").wait_for()
    inspect(marta)
    assert marta.get_by_label("Prénom").input_value() == "first_name"
    assert marta.get_by_label("Venu le").input_value() == ""
    assert marta.get_by_label("Dates with slashes").input_value() == "day"
    marta.get_by_label("E-mail").select_option("")
    marta.get_by_role("button", name="Check every row").click()
    marta.get_by_role("alert").get_by_text("say which column holds it").wait_for()
    inspect(marta)
    marta.get_by_label("E-mail").select_option("email")
    marta.get_by_label("Venu le").select_option("arrived_at")
    marta.get_by_label("Démo le").select_option("engagement.demo_request")
    marta.get_by_label("Note").select_option("custom.note")
    marta.get_by_label("Source for rows that name none").fill("Salon de Lyon")
    marta.get_by_role("button", name="Check every row").click()

    marta.get_by_text("Every row is being checked").wait_for()
    inspect(marta)
    run(hands)
    marta.get_by_text("18 become MQLs and are handed to sales now").wait_for(timeout=PATIENCE)
    inspect(marta)
    assert counts(marta) == {"New leads": "38", "Changed": "0", "Unchanged": "0", "Rejected": "2", "Become MQLs": "18"}
    assert count(Lead) == 0
    marta.get_by_role("button", name="Import 38 leads").click()

    marta.get_by_text("The leads are being brought in").wait_for()
    inspect(marta)
    run(hands)
    marta.get_by_role("link", name="See its new leads").wait_for(timeout=PATIENCE)
    inspect(marta)
    assert counts(marta)["Became MQLs"] == "18"
    assert count(Handoff) == 18

    with marta.expect_download() as download:
        marta.get_by_role("link", name="Download the rejected rows").click()
    rejected = tmp_path / "rejected.csv"
    download.value.save_as(rejected)
    text = rejected.read_text(encoding="utf-8-sig")
    assert text.count("'=1+1") == 2
    repaired = text.replace("pas d’adresse", "visiteur7@example.com").replace("31/02/2026", "28/02/2026")
    rejected.write_text(repaired, encoding="utf-8")
    marta.get_by_role("link", name="New import").click()
    marta.get_by_label("File").set_input_files(rejected)
    marta.get_by_role("button", name="Upload").click()
    marta.get_by_label("Venu le").select_option("arrived_at")
    marta.get_by_role("button", name="Check every row").click()
    marta.get_by_text("Every row is being checked").wait_for()
    run(hands)
    marta.get_by_role("button", name="Import 2 leads").click(timeout=PATIENCE)
    marta.get_by_text("The leads are being brought in").wait_for()
    run(hands)
    marta.get_by_role("link", name="See its new leads").click(timeout=PATIENCE)
    marta.get_by_role("link", name="Zoé de la Rochefoucauld 7").wait_for()
    assert set(session.scalars(select(Lead.company))) == {"=1+1"}
    session.commit()

    marta.goto("/imports/")
    assert marta.locator("tbody tr").count() == 2
    inspect(marta)


def test_a_second_thought_stops_a_check_and_discards_the_file(marta: Any, session: Db, file: Path) -> None:
    marta.goto("/imports/new")
    marta.get_by_label("File").set_input_files(file)
    marta.get_by_role("button", name="Upload").click()
    marta.get_by_role("button", name="Check every row").click()
    marta.get_by_role("button", name="Back to the columns").click()
    marta.get_by_text("What does each column hold?").wait_for()
    marta.get_by_role("button", name="Discard").first.click()
    sheet = marta.get_by_role("dialog")
    assert "Nothing of it was taken" in sheet.inner_text()
    sheet.get_by_role("button", name="Discard the file").click()
    marta.get_by_role("status").get_by_text("was discarded").wait_for()
    marta.get_by_text("No file was brought in yet").wait_for()


def test_an_import_is_cut_short_with_what_it_has_taken(marta: Any, session: Db, hands: Hands, file: Path) -> None:
    marta.goto("/imports/new")
    marta.get_by_label("File").set_input_files(file)
    marta.get_by_role("button", name="Upload").click()
    marta.get_by_role("button", name="Check every row").click()
    marta.get_by_text("Every row is being checked").wait_for()
    run(hands)
    marta.get_by_role("button", name="Import 39 leads").click(timeout=PATIENCE)
    marta.get_by_text("The leads are being brought in").wait_for()
    reading = run_imports.read(1)
    next(reading)
    marta.get_by_role("paragraph").get_by_text("20 rows read, 1 rejected").wait_for(timeout=PATIENCE)
    marta.get_by_role("button", name="Stop").click()
    sheet = marta.get_by_role("dialog")
    assert "The leads that were taken stay" in sheet.inner_text()
    sheet.get_by_role("button", name="Stop here").click()
    marta.get_by_text("Cancelled").wait_for()
    assert list(reading) == []
    assert count(Lead) == 19


def test_a_file_that_is_no_csv_is_told_at_its_field(marta: Any, tmp_path: Path) -> None:
    workbook = tmp_path / "leads.xlsx"
    workbook.write_bytes(b"PK\x03\x04\x14\x00\x06\x00")
    marta.goto("/imports/new")
    marta.get_by_label("File").set_input_files(workbook)
    marta.get_by_role("button", name="Upload").click()
    marta.get_by_role("alert").get_by_text("This is an Excel workbook or a ZIP archive").wait_for()
    inspect(marta)


def test_without_scripts_the_road_is_the_same(
    browser: Any, live_server: str, session: Db, agreed: Cast, hands: Hands, file: Path
) -> None:
    email = agreed.marta.email
    session.commit()
    context = browser.new_context(base_url=live_server, java_script_enabled=False)
    page = context.new_page()
    page.goto("/")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.goto("/imports/new")
    page.get_by_label("File").set_input_files(file)
    page.get_by_role("button", name="Upload").click()
    page.get_by_role("button", name="Check every row").click()
    page.get_by_role("link", name="See how far it is").wait_for()
    run(hands)
    page.get_by_role("link", name="See how far it is").click()
    page.get_by_role("button", name="Import 39 leads").click()
    page.get_by_role("link", name="See how far it is").wait_for()
    run(hands)
    page.get_by_role("link", name="See how far it is").click()
    page.get_by_role("link", name="See its new leads").click()
    page.locator("tbody tr").nth(38).wait_for()
    assert page.locator("tbody tr").count() == 39
    context.close()
