"""A manager trains estimates and switches them on; a rep then sees one, named as no part of what was agreed."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from smarketing.domain.predictor import Fact
from smarketing.jobs import fit_predictor, train_predictors
from smarketing.models.people import User
from smarketing.models.predictors import TrainedPredictor
from tests.cast import Cast
from tests.conftest import Hands
from tests.services import outcomes
from tests.services.desk import hand_off

SignIn = Callable[[User], FlaskClient]
Db = scoped_session[Session]
ALL = {"fact": [fact.value for fact in Fact]}
LABELLED = "not part of the agreement"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fit here rather than in a process that first loads scikit-learn."""
    monkeypatch.setattr(train_predictors, "_fit", lambda _task, asked: fit_predictor.answered(asked))


def test_estimates_are_trained_switched_on_seen_by_a_rep_and_removed(
    session: Db, agreed: Cast, hands: Hands, sign_in: SignIn
) -> None:
    outcomes.write(400, agreed, until=hands.now - timedelta(days=1))
    handoff = hand_off(session, hands)
    lead, context = f"/leads/{handoff.lead_id}", f"/queue/{handoff.id}/context"
    rep = handoff.owner_id
    session.commit()
    client = sign_in(agreed.sasha)
    assert "Nothing has been trained yet" in client.get("/predictors/").text
    page = client.post("/predictors/", data=ALL).location
    assert "Waits" in client.get(page).text
    assert "already" in client.get(client.post("/predictors/", data=ALL).location).text
    assert client.get(f"{page}/progress").status_code == 200
    train_predictors.run(now=hands.now)
    assert client.get(f"{page}/progress").headers["HX-Redirect"] == page
    shown = client.get(page).text
    for told in ("It ranks better than the agreed score", "0.5 is chance", "Source: Partner", "Not shown on leads"):
        assert told in shown, told
    for name in ("beside-the-score", "said-and-came", "weights"):
        assert client.get(f"{page}/{name}.csv").text.startswith("\ufeff"), name
    assert client.get(f"{page}/drift.csv").status_code == 404
    assert LABELLED not in client.get(lead).text
    assert client.post(f"{page}/showing").status_code == 303
    assert "Shown on leads since" in client.get(page).text
    client = sign_in(session.get_one(User, rep))
    for address in (lead, context):
        seen = client.get(address).text
        for told in (LABELLED, "that sales confirms it as an SQL", "“Asked for a demo” counts", "How good is it?"):
            assert told in seen, (address, told)
    for act in ("showing", "hiding", "removal"):
        assert client.post(f"{page}/{act}").status_code == 403
    assert client.get(page).status_code == 200
    agreed.manny.locale = "fr"
    session.commit()
    client = sign_in(agreed.manny)
    assert "Elle classe mieux que le score convenu" in client.get(page).text
    assert "hors de l’accord" in client.get(lead).text
    client.post(f"{page}/hiding")
    assert LABELLED not in client.get(lead).text
    client.post(f"{page}/removal")
    assert session.scalars(select(TrainedPredictor)).all() == []
    assert client.get(f"{page}/progress").headers["HX-Redirect"] == "/predictors/"


def test_a_refusal_says_why_with_numbers_and_offers_to_try_again_without_the_suspect(
    session: Db, agreed: Cast, hands: Hands, sign_in: SignIn
) -> None:
    outcomes.write(300, agreed, until=hands.now - timedelta(days=1), likelihood={"Won": 9, "Cold": -9})
    session.commit()
    client = sign_in(agreed.sasha)
    page = client.post("/predictors/", data=ALL).location
    train_predictors.run(now=hands.now)
    refused = client.get(page).text
    assert "“Source: Cold” alone tells the outcome nearly every time" in refused
    assert 'value="source">' in refused
    assert 'value="country" checked>' in refused
    assert "Choose at least one fact" in client.get(client.post("/predictors/").location).text


def test_where_scikit_learn_is_not_installed_the_page_says_how_to_get_it(
    agreed: Cast, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(train_predictors, "LIBRARY", "no_such_library")
    assert "python3 manage.py setup --predict" in sign_in(agreed.sasha).get("/predictors/").text
