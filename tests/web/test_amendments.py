"""An amendment through its pages: sent with its redline, talked about, answered by the other side."""

import html
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from smarketing.models.agreements import AgreementVersion
from smarketing.models.amendments import Amendment
from smarketing.models.people import User
from smarketing.services import agreements
from tests.cast import Cast, agree, document, terms
from tests.clauses import WHOLE
from tests.conftest import Hands

Db = scoped_session[Session]
SignIn = Callable[[User], FlaskClient]
WHY = {"title": "Answer in two hours", "reason": "Leads go cold <b>fast</b>"}


def faster(**changes: Any) -> Any:
    first, *others = document()["clocks"]
    return terms(clocks=[first | {"allowance_minutes": 120}, *others], **changes)


@pytest.fixture
def draft(session: Db, agreed: Cast, hands: Hands) -> AgreementVersion:
    return agreements.draft(faster(), actor=agreed.manny, now=hands.now)


def text(browser: FlaskClient, address: str) -> str:
    answer = browser.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    return html.unescape(answer.text)


def test_it_is_sent_with_its_redline_and_accepted(
    session: Db, draft: AgreementVersion, sign_in: SignIn, agreed: Cast
) -> None:
    browser = sign_in(agreed.manny)
    assert "/agreement/2/amendment" in text(browser, "/agreement/2")
    page = text(browser, "/agreement/2/amendment")
    assert "It changes 1 clause of version 1" in page
    assert "Mar 9, 2026" in page
    untitled = browser.post("/agreement/2/amendment", data={"reason": "x"})
    assert (untitled.status_code, "Give it a title" in untitled.text) == (422, True)
    sent = browser.post("/agreement/2/amendment", data=WHY)
    assert (sent.status_code, sent.location) == (303, "/agreement/amendments/1")
    assert "Accept it" not in text(browser, sent.location)
    assert browser.post("/agreement/amendments/1/acceptance").status_code == 403

    browser = sign_in(agreed.sasha)
    assert "asks for an amendment and waits for your answer" in text(browser, "/notices/")
    assert "Answer in two hours" in text(browser, "/agreement/")
    assert "Answer in two hours" in text(browser, "/agreement/amendments")
    page = text(browser, "/agreement/amendments/1")
    assert "Leads go cold <b>fast</b>" in page
    assert "<ins>2</ins>" in page.replace("\n", "").replace("  ", "")
    assert 'data-due-at="2026-03-09T' in page
    accepted = browser.post("/agreement/amendments/1/acceptance")
    assert (accepted.status_code, accepted.location) == (303, "/agreement/3")
    assert browser.get("/agreement/3/edit").status_code == 200
    assert browser.get("/agreement/2/edit").status_code == 404
    assert "/agreement/3" in text(browser, "/agreement/amendments/1")
    assert browser.post("/agreement/amendments/1/refusal", data={"answer": "No"}).status_code == 409


def test_it_is_talked_about_and_refused_with_a_reason(
    session: Db, draft: AgreementVersion, sign_in: SignIn, agreed: Cast
) -> None:
    sign_in(agreed.manny).post("/agreement/2/amendment", data=WHY)
    browser = sign_in(agreed.saul)
    empty = browser.post("/agreement/amendments/1/comments", data={"body": " "})
    assert (empty.status_code, "Write a comment" in empty.text) == (422, True)
    said = browser.post("/agreement/amendments/1/comments", data={"body": "And at night?"})
    assert (said.status_code, said.location) == (303, "/agreement/amendments/1#discussion")
    answer = browser.post("/agreement/2/comments/whole", data={"body": "Not then", "answers": "1"})
    assert browser.get(answer.location).location == "/agreement/amendments/1"
    browser.post("/agreement/2/comments/first-answer", data={"body": "Too short"})
    page = text(browser, "/agreement/amendments/1")
    assert all(words in page for words in ("And at night?", "Not then"))
    assert "Accept it" not in page
    assert browser.post("/agreement/amendments/1/refusal", data={"answer": "No"}).status_code == 403

    browser = sign_in(agreed.sasha)
    assert browser.post("/agreement/amendments/1/refusal", data={"answer": ""}).status_code == 422
    browser.post("/agreement/amendments/1/refusal", data={"answer": "We are two short"})
    page = text(browser, "/agreement/amendments/1")
    assert "We are two short" in page
    assert "Comment</button>" not in page


def test_outside_its_window_the_page_says_when_it_opens_and_what_a_request_must_say(
    session: Db, cast: Cast, hands: Hands, sign_in: SignIn
) -> None:
    kinds = {"roles": WHOLE["roles"], "amendments": WHOLE["amendments"]}
    agree(cast, hands.now, **kinds)
    changed = terms(**kinds, scoring=document()["scoring"] | {"fit_limit": 60})
    agreements.draft(changed, actor=cast.manny, now=hands.now)
    browser = sign_in(cast.manny)
    page = text(browser, "/agreement/2/amendment")
    assert "only errors are corrected until" in page
    assert "Oct 1, 2026" in page
    refused = browser.post("/agreement/2/amendment", data=WHY | {"request.impact": "Few"})
    assert refused.status_code == 422
    assert "until October 1, 2026 only errors are corrected" in html.unescape(refused.text)
    missing = browser.post("/agreement/2/amendment", data=WHY | {"is_correction": "y"})
    assert 'id="request.impact-error"' in missing.text
    sent = browser.post("/agreement/2/amendment", data=WHY | {"is_correction": "y", "request.impact": "Few"})
    assert sent.status_code == 303
    assert "Few" in text(browser, sent.location)
    assert session.scalars(select(Amendment.request)).one() == {"impact": "Few"}
    assert "What the agreement in force says of it" in text(browser, "/agreement/amendments")
