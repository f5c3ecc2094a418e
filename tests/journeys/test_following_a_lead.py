"""Marta follows a lead from the list to its history, marks it, thinks better of it, and brings another one in."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from smarketing.domain.dispositions import Channel
from smarketing.domain.importing import Row
from smarketing.models.handoffs import Handoff
from smarketing.services import handoffs, intake, touches
from tests.cast import PASSWORD, Cast
from tests.conftest import Hands

Db = scoped_session[Session]

STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LONG = "Anne-Sophie de la Rochefoucauld-Montbel ليلى الحسن 🚀 " * 3


@pytest.fixture
def leads(session: Db, agreed: Cast, hands: Hands) -> None:
    """A lead that is cold, one that sales has worked on, and one with a name that never ends."""
    director = {"job_title": "Sales director", "country": "FR"}
    rows = [
        Row({"email": "gilles@perrin.example", "first_name": "Gilles", "company": "Perrin", "source": "Fair"}),
        Row(
            {"email": "worked@example.com", "first_name": "Wendy", "company": "Works", **director},
            {"industry": "paper"},
            [("demo_request", None), ("pricing_page", None)],
        ),
        Row({"email": "long@example.com", "first_name": LONG, "company": LONG, "source": LONG[:100]}),
    ]
    intake.take(rows, now=hands.now)
    handoff = session.scalars(select(Handoff)).one()
    owner = handoff.owner
    assert owner
    now = hands.turn(hours=1)
    touches.log(handoff.id, channel=Channel.CALL, note="Rang twice.", occurred_at=now, actor=owner, now=now)
    handoffs.refuse(handoff.id, reason="below-criteria", note="Too small.", actor=owner, now=now)
    session.commit()


@pytest.fixture
def marta(page: Any, session: Db, agreed: Cast) -> Any:
    """Marta’s browser, signed in."""
    email = agreed.marta.email
    session.commit()
    page.goto("/")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("link", name="Leads").first.wait_for()
    return page


@pytest.mark.usefixtures("leads")
def test_a_lead_is_found_marked_and_taken_back(marta: Any) -> None:
    marta.get_by_role("link", name="Leads").first.click()
    marta.get_by_role("searchbox").fill("PÉRRIN")
    marta.keyboard.press("Enter")
    marta.get_by_role("link", name="Search PÉRRIN").wait_for()
    assert marta.locator("tbody tr").count() == 1
    marta.get_by_role("link", name="Gilles").click()
    assert marta.get_by_role("heading", level=1).inner_text() == "Gilles"
    assert "60 short" in marta.locator(".lead-missing").inner_text()

    marta.get_by_role("button", name="Mark as MQL").click()
    sheet = marta.get_by_role("dialog")
    assert "has 4 business hours to answer" in sheet.inner_text()
    sheet.get_by_label("Reason").fill("Met at the fair.")
    sheet.get_by_role("button", name="Mark as MQL").click()
    message = marta.get_by_role("status")
    message.get_by_text("is an MQL now and was handed to").wait_for()
    assert marta.locator(".lead-now").inner_text().startswith("MQL")
    assert "by hand: Met at the fair." in marta.locator("#history").inner_text()

    message.get_by_role("button", name="Undo").click()
    message.get_by_text("was taken back from sales").wait_for()
    assert marta.locator(".lead-now").inner_text().startswith("Inquiry")
    assert "Withdrawn" in marta.locator(".cycle").first.inner_text()


@pytest.mark.usefixtures("leads")
def test_a_filter_applies_at_once_and_its_chip_takes_it_off(marta: Any) -> None:
    marta.goto("/leads/?sort=points")
    assert marta.locator("tbody tr").count() == 3
    marta.get_by_role("combobox", name="Source").select_option("Fair")
    marta.get_by_role("link", name="Source Fair").wait_for()
    assert marta.locator("tbody tr").count() == 1
    marta.get_by_role("link", name="Source Fair").click()
    marta.get_by_role("link", name="Source Fair").wait_for(state="detached")
    assert marta.locator("tbody tr").count() == 3
    assert marta.url.endswith("/leads/?sort=points")


def test_a_typed_lead_that_is_hot_is_with_sales_at_once(marta: Any) -> None:
    marta.goto("/leads/")
    marta.get_by_text("No leads yet").wait_for()
    marta.get_by_role("link", name="New lead").click()
    marta.get_by_label("First name").fill("Hélène")
    marta.get_by_label("E-mail").fill("nowhere")
    marta.get_by_label("Job title").fill("Directeur")
    marta.get_by_label("Country").fill("France")
    marta.get_by_label("What they did").select_option("demo_request")
    marta.get_by_role("button", name="Add the lead").click()
    marta.get_by_role("link", name="“nowhere” is not an e-mail address").click()
    assert marta.get_by_label("First name").input_value() == "Hélène"
    marta.get_by_label("E-mail").fill("helene@example.com")
    marta.get_by_role("button", name="Add the lead").click()
    marta.get_by_role("status").get_by_text("is an MQL and was handed to").wait_for()
    assert "Due in" in " ".join(marta.locator(".answer").inner_text().split())


@pytest.mark.usefixtures("leads")
@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize(("width", "theme"), [(1280, "light"), (360, "dark")])
def test_nothing_about_leads_is_inaccessible_or_too_wide(marta: Any, width: int, theme: str) -> None:
    marta.emulate_media(color_scheme=theme)
    marta.set_viewport_size({"width": width, "height": 800})
    for path in ("", "?q=e&stage=inquiry&stage=mql", "?q=nobody", "1", "2", "3", "new", "1/facts"):
        inspect(marta, f"/leads/{path}", width)


def inspect(page: Any, url: str, width: int) -> None:
    page.goto(url)
    for details in page.locator("main details").all():
        details.evaluate("each => { each.open = true }")
    found = Axe().run(page, options={"runOnly": STANDARDS})
    assert found.response["violations"] == [], f"{url}: {found.generate_report()}"
    assert page.evaluate("document.documentElement.scrollWidth") <= width, url
