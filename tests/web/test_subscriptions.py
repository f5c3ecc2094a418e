"""Ordering a report by e-mail from its page, and cancelling it."""

from collections.abc import Callable
from html import unescape

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from smarketing.models.people import User
from smarketing.models.subscriptions import Subscription
from tests.cast import Cast

Db = scoped_session[Session]
SignIn = Callable[[User], FlaskClient]
ASKED = {"theme": "quality", "period": "last-month", "weekday": "4"}


def test_a_manager_orders_for_both_and_a_rep_for_himself(session: Db, agreed: Cast, sign_in: SignIn) -> None:
    manny = sign_in(agreed.manny)
    theme = unescape(manny.get("/reports/themes/quality?period=last-month").text)
    assert "/reports/by-mail/?theme=quality&period=last-month" in theme
    page = manny.get("/reports/by-mail/?theme=quality&period=last-month").text
    assert "both departments" in page
    assert manny.post("/reports/by-mail/", data=ASKED | {"for": "all"}).status_code == 303
    saul = sign_in(agreed.saul)
    assert "both departments</option>" not in saul.get("/reports/by-mail/?theme=quality").text
    assert saul.post("/reports/by-mail/", data=ASKED).status_code == 303
    refused = saul.post("/reports/by-mail/", data=ASKED | {"for": "all"})
    assert (refused.status_code, "Only managers" in refused.text) == (422, True)
    rows = session.scalars(select(Subscription).order_by(Subscription.id)).all()
    assert [(row.theme, row.filters, row.weekday, row.is_for_all) for row in rows] == [
        ("quality", {"period": "last-month"}, 4, True),
        ("quality", {"period": "last-month"}, 4, False),
    ]
    shared, own = rows
    assert saul.post(f"/reports/by-mail/{shared.id}/cancellation").status_code == 409
    assert saul.post(f"/reports/by-mail/{own.id}/cancellation").status_code == 303
    session.expire_all()
    assert (shared.ended_at, own.ended_at is None) == (None, False)


def test_what_cannot_be_ordered_is_refused(agreed: Cast, sign_in: SignIn) -> None:
    client = sign_in(agreed.manny)
    for theme in ("people", "nothing"):
        assert client.post("/reports/by-mail/", data=ASKED | {"theme": theme}).status_code == 404
    wrong = client.post("/reports/by-mail/", data=ASKED | {"weekday": "someday"})
    assert (wrong.status_code, "Choose a day of the week." in wrong.text) == (422, True)
