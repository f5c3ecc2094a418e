"""A manager moves the threshold in a draft and sees past days under it."""

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from smarketing.domain.importing import Row
from smarketing.domain.terms import parse
from smarketing.domain.terms_figures import threshold
from smarketing.jobs import run_backtests
from smarketing.models.agreements import AgreementVersion
from smarketing.models.backtests import Backtest
from smarketing.models.people import User
from smarketing.services import agreements, intake
from tests.cast import Cast, terms
from tests.conftest import Hands

SignIn = Callable[[User], FlaskClient]
Db = scoped_session[Session]
THRESHOLD = "mql-when-all-0-at_least"


@pytest.fixture
def drafted(session: Db, agreed: Cast, hands: Hands) -> int:
    """The id of a draft that says what is in force, after three MQLs and one who is not."""
    for number in range(3):
        acts = [("demo_request", None)]
        facts = {"job_title": "Sales director", "country": "FR"}
        intake.take([Row({"email": f"{number}@example.com", **facts}, engagements=acts)], now=hands.now)
        hands.turn(days=1)
    acts = [("pricing_page", None)]
    intake.take([Row({"email": "a@example.com", "job_title": "Director"}, engagements=acts)], now=hands.now)
    hands.turn(days=1)
    return agreements.draft(terms(), actor=agreed.sasha, now=hands.now).id


def test_the_threshold_is_moved_and_the_past_is_seen_under_it(
    session: Db, drafted: int, agreed: Cast, hands: Hands, sign_in: SignIn
) -> None:
    client, page = sign_in(agreed.sasha), f"/agreement/{drafted}/figures"
    form = client.get(page).text
    assert "see last quarter under it" in form
    names = {THRESHOLD: "40", "then": "backtest"}
    assert "not been judged over past days yet" in client.get(f"/agreement/{drafted}/backtests").text
    answer = client.post(page, data=filled(form) | names)
    assert answer.status_code == 303, answer.text
    waiting = client.get(answer.location)
    assert "0 of 4 leads" in waiting.text
    assert client.get(f"{answer.location}/progress").status_code == 200
    run_backtests.run(now=hands.now)
    assert client.get(f"{answer.location}/progress").headers["HX-Redirect"] == answer.location
    shown = client.get(answer.location).text
    for told in ("3 under version 1", "33\xa0% more", "One lead more, and none lost", "a@example.com", "20 short"):
        assert told in shown, told
    assert client.get(f"/agreement/{drafted}/backtests").location == answer.location
    gained = client.get(f"{answer.location}/leads?fate=gained").text
    assert "a@example.com" in gained
    assert "0@example.com" not in gained
    file = client.get(f"{answer.location}/leads.csv", buffered=True).text.splitlines()
    assert len(file) == 5
    assert "Gained" in file[4]
    weeks = client.get(f"{answer.location}/weeks.csv", buffered=True).text.splitlines()
    assert weeks[0] == "\ufeffWeek,Version 1,Version 2,Difference"
    assert weeks[-1] == "All,3,4,1"
    assert client.get(f"{answer.location}/nothing.csv").status_code == 404


def test_a_draft_that_was_changed_says_so_and_a_rep_may_look_but_not_ask(
    session: Db, drafted: int, agreed: Cast, hands: Hands, sign_in: SignIn
) -> None:
    client, saul, address = sign_in(agreed.sasha), agreed.saul.id, f"/agreement/{drafted}/backtests"
    shown = client.post(address, data={"period": "last-30-days"}).location
    run_backtests.run(now=hands.now)
    assert "as many as now" in client.get(shown).text
    version = session.get_one(AgreementVersion, drafted)
    manager = session.scalars(select(User).where(User.name == "Sasha Petit")).one()
    agreements.redraft(version, terms(term_months=6), edition=version.edition, actor=manager, now=hands.now)
    assert "changed since this was judged" in client.get(shown).text
    client = sign_in(session.get_one(User, saul))
    seen = client.get(shown).text
    assert "changed since this was judged" in seen
    assert "Judge it again" not in seen
    assert client.post(address).status_code == 403
    assert len(session.scalars(select(Backtest)).all()) == 1


def test_another_threshold_is_drafted_from_the_report_with_one_click(
    session: Db, drafted: int, agreed: Cast, hands: Hands, sign_in: SignIn
) -> None:
    client, address = sign_in(agreed.sasha), "/agreement/thresholds"
    shown = client.get("/reports/themes/score").text
    assert 'name="points" value="60"' in shown
    assert "MQLs a week" in shown
    answer = client.post(address, data={"points": "75"})
    run_backtests.run(now=hands.now)
    assert "3 leads more" not in client.get(answer.location).text
    assert client.post(address, data={"points": "80", "then": "amendment"}).location.endswith("/amendment")
    moved = [threshold(parse(text)) for text in session.scalars(select(AgreementVersion.terms))]
    assert sorted(each.value or 0 for each in moved if each) == [60, 60, 75, 80]
    for refused in ("", "sixty", "60", "999999", "²"):
        assert client.post(address, data={"points": refused}).location == "/reports/themes/score"
    assert len(session.scalars(select(AgreementVersion.id)).all()) == 4


def filled(form: str) -> dict[str, str]:
    """The fields of a form as the page shows them."""
    inputs = re.findall(r'<input[^>]*name="([^"]+)"[^>]*>', form)
    values = {name: re.search(rf'name="{name}"[^>]*value="([^"]*)"', form) for name in inputs}
    return {name: found[1] for name, found in values.items() if found}
