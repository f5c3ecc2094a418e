"""Manny changes a clause and asks sales for it, Saul has his say, Sasha accepts: from page to page."""

from typing import Any

import pytest

from tests.cast import Cast
from tests.conftest import Hands
from tests.journeys.test_settling_a_dispute import check, sign_in
from tests.services.desk import Db


@pytest.fixture(scope="session")
def database() -> str:
    return "sqlite"


def test_a_clause_is_amended_by_both_sides(page: Any, session: Db, agreed: Cast, hands: Hands) -> None:
    session.commit()
    sign_in(page, session, agreed.manny, "/agreement/amendments")
    page.get_by_role("button", name="Begin an amendment").click()
    page.wait_for_url("**/edit")
    page.goto(f"{page.url}/targets/mqls-a-month")
    page.locator("[name='f.owed']").fill("140")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Read it").click()
    page.get_by_role("link", name="Send as an amendment").click()
    page.get_by_text("It changes 1 clause of version 1").wait_for()
    check(page)
    page.get_by_role("button", name="Send it to Sales").click()
    page.get_by_text("Give it a title").first.wait_for()
    page.get_by_label("What it changes").fill("140 MQLs a month")
    page.get_by_label("Why").fill("Two more reps have come")
    page.get_by_role("button", name="Send it to Sales").click()
    page.get_by_text("the other side has been told").wait_for()
    check(page)
    amendment_url = page.url

    sign_in(page, session, agreed.saul, amendment_url)
    page.get_by_label("Your comment").fill("From which month on?")
    page.get_by_role("button", name="Comment").click()
    page.locator("summary", has_text="Answer").click()
    page.get_by_label("Your answer").fill("From April, I hope")
    page.get_by_role("button", name="Send the answer").click()
    page.locator(".comment-body", has_text="From April").wait_for()
    assert page.url.startswith(amendment_url)

    sign_in(page, session, agreed.sasha, "/notices/")
    page.get_by_role("link", name="asks for an amendment").click()
    page.locator("summary", has_text="Refuse it").click()
    check(page)
    page.get_by_role("button", name="Accept it").click()
    page.get_by_text("a draft for both sides to sign").wait_for()
    page.get_by_role("button", name="Propose for signature").click()
    page.get_by_text("Both sides can sign it now").wait_for()
