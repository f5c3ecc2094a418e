"""Manny drafts, both sign, and the next version comes into force while leads go on."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from smarketing.db import transaction
from smarketing.domain.terms import parse
from smarketing.jobs import put_versions_in_force
from smarketing.models.agreements import AgreementVersion
from smarketing.services import agreements
from tests.cast import PASSWORD, Cast, terms
from tests.conftest import Hands

Db = scoped_session[Session]
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def enter(page: Any, email: str) -> None:
    page.goto("/session/new")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("navigation", name="Main").wait_for()


def leave(page: Any) -> None:
    page.context.clear_cookies()


def sign(page: Any, email: str) -> None:
    enter(page, email)
    page.goto("/agreement/")
    page.get_by_role("link", name="Read and sign").click()
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Sign version 2").click()
    page.get_by_text("You have signed").first.wait_for()


def test_a_promise_is_tightened_by_both(app: Flask, page: Any, session: Db, agreed: Cast, hands: Hands) -> None:
    session.commit()
    enter(page, "manny@example.com")
    page.goto("/agreement/")
    page.get_by_role("button", name="Draft a new version").click()
    page.get_by_role("heading", level=1, name="Edit version 2").wait_for()
    page.get_by_role("link", name="Promises in time").click()
    page.get_by_role("link", name="First answer").click()
    allowed = page.get_by_label("Time allowed, in hours and minutes")
    assert allowed.input_value() == "4:00"
    allowed.fill("soon")
    page.get_by_text("Write hours and minutes, such as 4:30.").first.wait_for()
    assert allowed.input_value() == "soon"
    allowed.fill("2:00")
    page.get_by_text("Sales has 2 business hours").wait_for()
    page.get_by_role("link", name="Read it").click()

    page.get_by_role("link", name="Changes to version 1").click()
    page.get_by_text("1 clause differs.").wait_for()
    page.go_back()
    page.get_by_label("Comes into force").fill("2026-03-09T00:00")
    page.get_by_role("button", name="Propose for signature").click()
    page.get_by_text("The version is proposed").wait_for()
    assert page.get_by_role("link", name="Change the figures").count() == 0
    leave(page)

    sign(page, "sasha@example.com")
    leave(page)
    sign(page, "manny@example.com")
    page.get_by_text("so has the other side").first.wait_for()
    session.rollback()
    assert session.scalars(select(AgreementVersion.status).order_by(AgreementVersion.id)).all() == [
        "in_force",
        "signed",
    ]

    page.clock.set_fixed_time(hands.turn(days=7))
    session.rollback()
    with transaction():
        assert put_versions_in_force.run(now=hands.now) == 1
    leave(page)
    enter(page, "saul@example.com")
    page.goto("/agreement/")
    page.get_by_text("Version 2, in force since").wait_for()
    page.get_by_text("Sales has 2 business hours").wait_for()
    first, second = session.scalars(select(AgreementVersion).order_by(AgreementVersion.id))
    assert (first.status, second.status) == ("superseded", "in_force")
    assert parse(first.terms) == terms()
    assert {signature.digest for signature in second.signatures} == {second.digest}


@pytest.mark.parametrize("database", ["sqlite"])
@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (1280, "light")])
def test_axe_finds_nothing_and_nothing_overflows(
    page: Any, session: Db, agreed: Cast, hands: Hands, width: int, scheme: str
) -> None:
    proposed = agreements.draft(terms(notice_days=60), actor=agreed.manny, now=hands.now)
    agreements.propose(proposed, effective_at=hands.now, actor=agreed.manny, now=hands.now)
    agreements.draft(terms(notice_days=90), actor=agreed.manny, now=hands.now)
    session.commit()
    enter(page, "manny@example.com")
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    faults = []
    for address in ("", "1", "2", "2/difference", "3", "3/figures", "3/text", "drafts/new"):
        page.goto(f"/agreement/{address}")
        violations = Axe().run(page, options={"runOnly": STANDARDS}).response["violations"]
        faults += [f"{address}: {each['id']}: {each['nodes'][0]['html'][:200]}" for each in violations]
        wide = page.evaluate("document.documentElement.scrollWidth")
        faults += [f"{address}: {wide} px on {width} px"] if wide > width else []
    assert faults == []
