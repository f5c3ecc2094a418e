"""The one field over everything: what it finds for whom, as a page and as the lines of the palette."""

from collections.abc import Callable
from html import unescape

import pytest
from flask.testing import FlaskClient

from smarketing.domain.importing import Row
from smarketing.models.people import User
from smarketing.services import intake
from tests.cast import Cast
from tests.conftest import Hands
from tests.services.desk import Db

SignIn = Callable[[User], FlaskClient]


def found(client: FlaskClient, text: str) -> str:
    answer = client.get("/search/", query_string={"q": text}, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    return unescape(answer.text)


@pytest.fixture
def perrin(session: Db, agreed: Cast, hands: Hands) -> None:
    facts = {"email": "g.perrin@example.com", "first_name": "Gaëlle", "last_name": "Perrin", "company": "<i>Fromagerie"}
    intake.take([Row(facts)], now=hands.now)


def test_leads_people_pages_and_commands_are_found(perrin: None, agreed: Cast, sign_in: SignIn) -> None:
    client = sign_in(agreed.sasha)
    assert "/leads/1" in found(client, "GAELLE fro")
    assert "<i>" not in client.get("/search/?q=gaelle").text
    assert "/queue/?owner=" in found(client, "saul")
    assert 'href="/reports/"' in found(client, "rep")
    assert 'href="/leads/new"' in found(client, "add lead")
    assert "Nothing found for “zzz”" in found(client, "zzz")


def test_without_a_word_it_lists_pages_and_things_to_do(agreed: Cast, sign_in: SignIn) -> None:
    page = found(sign_in(agreed.saul), "")
    assert 'href="/queue/"' in page
    assert "Leads</p>" not in page


@pytest.mark.parametrize("text", ["\0", "x" * 9999, "%", "'; drop table leads", "🚀"])
def test_odd_words_find_nothing_and_break_nothing(perrin: None, agreed: Cast, sign_in: SignIn, text: str) -> None:
    assert "/leads/1" not in found(sign_in(agreed.saul), text)


def test_nobody_is_shown_a_page_they_may_not_open(perrin: None, agreed: Cast, sign_in: SignIn) -> None:
    assert 'href="/jobs/"' in found(sign_in(agreed.ada), "jobs")
    assert 'href="/jobs/"' not in found(sign_in(agreed.saul), "jobs")
    assert "/queue/" not in found(sign_in(agreed.marta), "saul")
    assert 'href="/leads/new"' not in found(sign_in(agreed.saul), "add lead")


def test_without_scripts_it_is_a_page(perrin: None, agreed: Cast, sign_in: SignIn) -> None:
    page = sign_in(agreed.saul).get("/search/?q=perrin").text
    assert "<h1>Search</h1>" in page
    assert "Gaëlle Perrin" in page
    assert 'role="option"' not in page
