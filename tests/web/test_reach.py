"""What people settle about notices, and what an administrator sees of the e-mails."""

import re
from collections.abc import Callable
from itertools import cycle

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session, scoped_session

from smarketing.domain.event_names import EventName
from smarketing.domain.letters import LetterState
from smarketing.domain.reach import Choice, Reach, Topic
from smarketing.models.letters import Letter
from smarketing.models.people import User
from smarketing.services import notices, reach
from smarketing.services.notices import Owed
from tests.cast import Cast
from tests.conftest import Hands

Db = scoped_session[Session]
SignIn = Callable[[User], FlaskClient]

CHOSEN = dict(zip(Topic, cycle(Choice), strict=False))
SENT = {topic.value: choice.value for topic, choice in CHOSEN.items()} | {
    "daily_at": "07:15",
    "quiet_from": "21:00",
    "quiet_until": "06:30",
    "quiet_on": ["6"],
}


def test_what_was_settled_is_shown_again(sign_in: SignIn, cast: Cast) -> None:
    saul = sign_in(cast.saul)
    assert saul.post("/account/notices/", data=SENT).location == "/account/notices/"
    assert reach.of(cast.saul) == Reach("Europe/Paris", 1260, 390, frozenset({6}), 435, CHOSEN)
    page = saul.get("/account/notices/").text
    assert re.search(r'name="quiet_from"[^>]*value="21:00"', page)
    assert re.search(r'<option selected value="daily">', page)
    assert re.search(r'checked[^>]*name="quiet_on"[^>]*value="6"', page)
    assert "has no mail server yet" in page


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"quiet_on": list("0123456")}, "Leave at least one day"),
        ({"daily_at": "25:00"}, "Not a valid time value"),
        ({"quiet_from": ""}, "Write a time of day"),
        ({"missed": "pigeon"}, "Not a valid choice"),
    ],
)
def test_a_mistake_is_named_at_its_field(sign_in: SignIn, cast: Cast, change: dict[str, object], words: str) -> None:
    answer = sign_in(cast.saul).post("/account/notices/", data=SENT | change)
    assert answer.status_code == 422
    (field,) = change
    assert re.search(rf'id="{field}-error">.*?{words}', answer.text, re.S)


@pytest.fixture
def ada(sign_in: SignIn, cast: Cast, hands: Hands, session: Db, app: Flask) -> FlaskClient:
    """Signed in, with a letter that failed and one that waits."""
    app.config["SMTP_HOST"] = "localhost"
    owed = (Owed([user.id], EventName.CLOCK_BREACHED, user.name) for user in (cast.saul, cast.sara))
    notices.owe_many(owed, now=hands.now)
    values = {"state": LetterState.FAILED, "attempt_count": 13, "last_error": "550 <b>Gone</b>"}
    session.execute(update(Letter).where(Letter.recipient_id == cast.saul.id).values(values))
    return sign_in(cast.ada)


def test_what_waits_and_what_failed_is_seen(ada: FlaskClient) -> None:
    page = ada.get("/letters/").text
    assert "Sara Lindqvist" in page
    assert "Saul Berger" not in page
    assert re.findall(r'tab-count">(\d+)', page) == ["1", "1"]
    failed = ada.get("/letters/?state=failed").text
    assert "Saul Berger" in failed
    assert "550 &lt;b&gt;Gone&lt;/b&gt;" in failed
    assert "None is in this state." in ada.get("/letters/?state=sent").text


def test_a_letter_is_sent_again_or_given_up(ada: FlaskClient, session: Db) -> None:
    ids = session.scalars(select(Letter.id).order_by(Letter.state)).all()
    assert ada.post(f"/letters/{ids[0]}/resending", data={"state": "failed"}).location == "/letters/?state=failed"
    ada.post(f"/letters/{ids[1]}/giving-up")
    states = session.execute(select(Letter.state, Letter.attempt_count).order_by(Letter.id)).all()
    assert {row.state for row in states} == {LetterState.WAITING, LetterState.DROPPED}
    ada.post(f"/letters/{ids[1]}/giving-up")
    assert "It waits no more." in ada.get("/letters/").text
