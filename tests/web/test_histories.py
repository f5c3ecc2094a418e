"""Managers bring in a file of past hand-offs and see how the agreement would have judged them."""

from collections.abc import Callable
from io import BytesIO

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session

from smarketing.models.histories import History, HistoryEvent
from smarketing.models.people import User
from smarketing.services import agreements
from tests.cast import Cast, document, terms
from tests.conftest import Hands
from tests.services.test_histories import FILE

Db = scoped_session[Session]
SignIn = Callable[[User], FlaskClient]


@pytest.fixture
def manny(agreed: Cast, sign_in: SignIn) -> FlaskClient:
    return sign_in(agreed.manny)


def upload(client: FlaskClient, text: str = FILE) -> tuple[int, str]:
    form = {"file": (BytesIO(text.encode()), "<b>past.csv"), "zone": "Europe/Paris"}
    answer = client.post("/histories/", data=form, content_type="multipart/form-data")
    return answer.status_code, answer.location or answer.text


def test_the_past_is_shown_promise_by_promise_and_can_be_checked_clock_by_clock(manny: FlaskClient) -> None:
    status, location = upload(manny)
    assert status == 303
    page = manny.get(location).text
    assert "&lt;b&gt;past.csv" in page
    assert "<b>past" not in page
    assert "1 of 2 due were met; 1 pending" in page
    assert "Row 6, column “event”: “danced” is no event that is known here." in page
    assert "2 rows were not taken" in page
    lines = manny.get(f"{location}/clocks.csv").text.lstrip("\ufeff").splitlines()
    assert lines[0] == "lead,clause,owner,started_at,due_at,stopped_at,outcome,business_seconds,objective"
    assert "17,first-answer,Ann,2026-02-02T08:00:00+00:00,2026-02-02T13:00:00+00:00," in lines[1]
    assert [line.split(",")[6] for line in lines[1:]] == ["met", "running", "breached", "running"]


def test_a_draft_judges_the_same_past_by_its_own_promises(
    session: Db, manny: FlaskClient, agreed: Cast, hands: Hands
) -> None:
    clocks = [
        {name: value for name, value in clock.items() if name != "allowance_minutes"} | {"allowance_days": 3}
        for clock in document()["clocks"]
    ]
    draft = agreements.draft(terms(clocks=clocks), actor=agreed.manny, now=hands.now)
    draft_id = draft.id
    session.commit()
    _, location = upload(manny)
    page = manny.get(f"{location}?version={draft_id}").text
    assert "2 of 2 due were met; 1 pending" in page
    assert "1 of 2 due were met" in manny.get(f"{location}?version=junk&calendar=nowhere").text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("lead,event\n1,won\n", "The file has no column “at”"),
        ("", "The file is empty"),
        ("PK\x03\x04", "Excel workbook"),
    ],
)
def test_what_is_no_history_is_refused_in_words(session: Db, manny: FlaskClient, text: str, words: str) -> None:
    status, page = upload(manny, text)
    assert (status, words in page) == (422, True)
    assert session.scalar(select(func.count(History.id))) == 0


def test_one_that_was_removed_is_gone(session: Db, manny: FlaskClient) -> None:
    _, location = upload(manny)
    assert manny.post(f"{location}/removal").status_code == 303
    assert manny.get(location).status_code == 404
    assert session.scalar(select(func.count(HistoryEvent.id))) == 0


def test_without_an_agreement_the_page_says_what_to_do(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in(cast.manny)
    _, location = upload(client)
    assert "There is no agreement to judge by" in client.get(location).text


def test_reps_have_no_part_in_it(agreed: Cast, sign_in: SignIn) -> None:
    assert upload(sign_in(agreed.saul))[0] == 403
