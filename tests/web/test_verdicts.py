"""The four questions at the top of the dashboard, answered in words."""

import re
from collections.abc import Callable
from html import unescape

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from smarketing.models.agreements import AgreementVersion
from smarketing.models.clocks import Clock
from smarketing.models.people import User
from smarketing.services import tallies
from tests.cast import Cast
from tests.conftest import Hands
from tests.reports import handed_off
from tests.web.pages_of_figures import text

Db = scoped_session[Session]
SignIn = Callable[[User], FlaskClient]


def answers(page: str) -> dict[str, list[str]]:
    """By question, the lines of its answer."""
    found = {}
    for article in re.findall(r'<article class="verdict">(.*?)</article>', page, re.S):
        question = text(re.findall(r"<h2>(.*?)</h2>", article, re.S)[0])
        found[question] = [text(line) for line in re.findall(r"<li>(.*?)</li>", article, re.S)]
    return found


@pytest.fixture
def handed(session: Db, agreed: Cast, hands: Hands) -> None:
    hands.set(handed_off.NOW)
    handed_off.handoffs(160, agreed, session.scalars(select(AgreementVersion.id)).one(), seed=11)
    tallies.mark_stale("due", session.scalars(select(Clock.due_on)))


@pytest.mark.usefixtures("handed")
def test_each_question_is_answered_with_the_numbers_of_the_tiles(agreed: Cast, sign_in: SignIn) -> None:
    page = sign_in(agreed.manny).get("/").text
    told = answers(page)
    assert list(told) == [
        "Are both sides keeping their promises?",
        "Will we make the month?",
        "Who had the ball?",
        "What has changed?",
    ]
    assert any(line.startswith("Marketing · MQLs a month") for line in told["Are both sides keeping their promises?"])
    (kept,) = [line for line in told["Are both sides keeping their promises?"] if "First answer" in line]
    share = re.search(r"[\d.]+\s%", kept)
    assert share
    assert share.group() in text(page.partition('class="figures"')[2])
    assert all(lines for lines in told.values())


@pytest.mark.usefixtures("handed")
def test_the_misses_of_owners_and_queue_add_up(agreed: Cast, sign_in: SignIn) -> None:
    page = sign_in(agreed.manny).get("/?period=last-90-days").text
    (line,) = [each for each in answers(page)["Who had the ball?"] if each.startswith("First answer")]
    missed, owned, queued = map(int, re.findall(r"\d+", line))
    assert missed == owned + queued > 0
    assert f"See the {missed} missed" in unescape(page)


@pytest.mark.usefixtures("handed")
def test_both_sides_read_the_same_answers(agreed: Cast, sign_in: SignIn) -> None:
    assert answers(sign_in(agreed.manny).get("/").text) == answers(sign_in(agreed.sasha).get("/").text)


@pytest.mark.usefixtures("handed")
def test_of_one_source_no_target_is_said_to_be_missed(agreed: Cast, sign_in: SignIn) -> None:
    told = answers(sign_in(agreed.manny).get("/?source=Webinar").text)
    assert told["Will we make the month?"] == ["No volume is owed, or a filter is set."]


def test_without_leads_nobody_had_the_ball_and_nothing_is_0_percent(agreed: Cast, sign_in: SignIn) -> None:
    told = answers(sign_in(agreed.manny).get("/").text)
    assert told["Who had the ball?"] == ["Nobody: no deadline was missed."]
    assert "%" not in " ".join(line for line in told["Are both sides keeping their promises?"])


def test_without_an_agreement_nothing_is_answered(cast: Cast, sign_in: SignIn) -> None:
    assert answers(sign_in(cast.manny).get("/").text) == {}
