"""Examples are attached to clauses by forms, tried while one writes, and stand in the way of a signature."""

import html
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, scoped_session

from smarketing.domain.terms import parse
from smarketing.models.agreements import AgreementVersion
from smarketing.models.people import User
from smarketing.services import agreements
from tests.cast import Cast, terms
from tests.clauses import WHOLE
from tests.conftest import Hands
from tests.web.forms import fields_of

Db = scoped_session[Session]
SignIn = Callable[[User], FlaskClient]
EXAMPLE, SITUATION = "/agreement/2/edit/examples/a-director", "/agreement/2/edit/situations/overnight"


@pytest.fixture
def draft(session: Db, agreed: Cast, hands: Hands) -> AgreementVersion:
    return agreements.draft(terms(), actor=agreed.manny, now=hands.now)


@pytest.fixture
def manny(sign_in: SignIn, agreed: Cast, draft: AgreementVersion) -> FlaskClient:
    return sign_in(agreed.manny)


def text(browser: FlaskClient, address: str) -> str:
    answer = browser.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    return html.unescape(answer.text)


def form(browser: FlaskClient, address: str) -> dict[str, list[str]]:
    return fields_of(browser.get(address).text, "part-form")


def test_an_example_is_added_beside_its_clause_and_tried_with_every_change(
    session: Db, manny: FlaskClient, draft: AgreementVersion
) -> None:
    assert "Test it by an example" in text(manny, "/agreement/2/edit/mql")
    told = {"section": "examples", "about": "mql", "title": "A director"}
    assert manny.post("/agreement/2/additions", data=told).location == EXAMPLE
    assert "Say what should come of it" in text(manny, EXAMPLE)
    manny.post(EXAMPLE, data=form(manny, EXAMPLE) | {"act": "add:facts"})
    assert "Job title" in text(manny, EXAMPLE)
    sent = form(manny, EXAMPLE) | {"f.facts.0.field": ["job_title"], "f.facts.0.value": ["Director"]}
    manny.post(EXAMPLE, data=sent | {"f.holds": ["yes"]})
    page = text(manny, EXAMPLE)
    assert "A lead of whom is known: Job title “Director”. Expected: it holds." in page
    assert "Not as expected" in page
    assert "does not hold" in text(manny, "/agreement/2/edit")
    assert 'href="/agreement/2/edit/examples/a-director"' in text(manny, "/agreement/2/edit")
    assert "Not as expected" in text(manny, "/agreement/2/edit/mql")
    assert "Not as expected" in text(manny, "/agreement/2")
    refused = manny.post("/agreement/2/proposal", data={"effective_at": "2026-12-01T00:00"})
    assert refused.status_code == 409
    assert "“What an MQL is”: the example “A director” does not hold" in html.unescape(refused.text)

    manny.post(EXAMPLE, data=form(manny, EXAMPLE) | {"f.holds": ["no"]})
    assert "As expected: it does not hold" in text(manny, EXAMPLE)
    session.expire_all()
    assert parse(draft.terms).examples[0].facts[0].value == "Director"
    assert manny.post("/agreement/2/proposal", data={"effective_at": "2026-12-01T00:00"}).status_code == 303


def test_a_situation_is_tried_on_the_calendar_of_its_clock(
    session: Db, manny: FlaskClient, draft: AgreementVersion
) -> None:
    told = {"section": "situations", "about": "first-answer", "title": "Overnight"}
    assert manny.post("/agreement/2/additions", data=told).location == SITUATION
    assert 'type="datetime-local"' in text(manny, SITUATION)
    sent = form(manny, SITUATION) | {"f.started_at": ["2026-03-02T17:00"], "f.due_at": ["2026-03-03T11:00"]}
    manny.post(SITUATION, data=sent)
    assert "Expected: due Tue 3 Mar 2026 11:00; it came to: due Tue 3 Mar 2026 12:00" in text(manny, SITUATION)
    clock = "/agreement/2/edit/clocks/first-answer"
    manny.post(clock, data=form(manny, clock) | {"f.allowance_minutes": ["3:00"]})
    assert "As expected: due Tue 3 Mar 2026 11:00" in text(manny, clock)


def test_every_kind_of_example_reads_in_both_languages(session: Db, cast: Cast, hands: Hands, sign_in: SignIn) -> None:
    kinds = {"examples": WHOLE["examples"], "situations": WHOLE["situations"]}
    agreements.draft(terms(**kinds), actor=cast.manny, now=hands.now)
    page = text(sign_in(cast.manny), "/agreement/1")
    assert "Examples that must hold" in page
    assert "answered: Need" in page
    assert "2 × demo request 1 day ago" in page
    assert "Expected: at least 0 points." in page
    assert "It stands still from Mon 2 Mar 2026 17:30" in page
    assert page.count("As expected") == 4
