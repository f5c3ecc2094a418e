"""Marta contests a refusal, Sasha objects, both managers rule, and the figures follow: from page to page."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from smarketing.models.people import User
from smarketing.services import handoffs
from tests.cast import PASSWORD, Cast
from tests.conftest import Hands
from tests.services.desk import Db, hand_off, owner

STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture(scope="session")
def database() -> str:
    return "sqlite"


@pytest.fixture
def lead_url(session: Db, agreed: Cast, hands: Hands) -> str:
    """A lead that Saul has refused."""
    handoff = hand_off(session, hands)
    told: dict[str, Any] = {"reason": "bad-data", "note": "Wrong number", "now": hands.now}
    handoffs.refuse(handoff.id, actor=owner(session, handoff), **told)
    session.commit()
    return f"/leads/{handoff.lead_id}"


def sign_in(page: Any, session: Db, user: User, url: str) -> None:
    email = user.email
    session.commit()
    page.context.clear_cookies()
    page.goto(url)
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("navigation").first.wait_for()


def check(page: Any) -> None:
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": STANDARDS}})
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def rule(page: Any, note: str) -> None:
    page.get_by_label("Upheld: what was contested does not stand").check()
    page.get_by_label("Why?").fill(note)
    page.get_by_role("button", name="Say so").click()


def test_a_refusal_is_contested_ruled_on_and_counted_no_more(
    page: Any, session: Db, agreed: Cast, lead_url: str
) -> None:
    sign_in(page, session, agreed.marta, lead_url)
    page.get_by_role("link", name="Contest the refusal").click()
    page.get_by_role("button", name="Contest the refusal").click()
    page.get_by_text("Choose on what ground you contest it.").wait_for()
    page.get_by_label("It meets the agreed criteria").check()
    page.get_by_label("What happened?").fill("They asked for a demo twice.")
    page.get_by_role("button", name="Contest the refusal").click()
    page.get_by_text("the evidence is frozen").wait_for()
    check(page)
    dispute_url = page.url

    sign_in(page, session, agreed.sasha, "/notices/")
    page.get_by_role("link", name="contests something").click()
    page.set_viewport_size({"width": 360, "height": 740})
    check(page)
    page.get_by_label("What do you say to it?").fill("The number was wrong.")
    page.get_by_role("button", name="Object: the arbiters rule").click()
    rule(page, "The form asks for no number.")
    page.get_by_text("once the arbiters of both sides say the same").first.wait_for()

    page.set_viewport_size({"width": 1280, "height": 900})
    sign_in(page, session, agreed.manny, dispute_url)
    rule(page, "No number is asked for, so none can be wrong.")
    page.get_by_text("Closed: Upheld.").wait_for()

    page.goto("/disputes/?view=closed&q=number")
    page.get_by_role("cell", name="Refusal contested").wait_for()
    page.goto("/")
    page.get_by_text("1 refusal was overturned and is not counted.").wait_for()
    check(page)
    page.goto(lead_url)
    page.get_by_text("overturned", exact=True).wait_for()
    page.get_by_role("heading", name="Hand-off 2").wait_for()
