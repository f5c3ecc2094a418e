"""The page of a lead says what a promise that was missed in a hand-off frees the other side from."""

from collections.abc import Callable

from flask.testing import FlaskClient

from smarketing.models.people import User
from smarketing.services import clocks
from tests.cast import Cast, agree, clause
from tests.conftest import Hands
from tests.reports.test_reliefs import WINDOW
from tests.services.desk import Db, hand_off, owner

WHAT = clause("known", "What is handed over", "Ce qui est transmis") | {
    "side": "marketing", "at": "handoff.offered", "fields": ["company"]
}  # fmt: skip
BELOW = clause("below", "A lead below", "Un lead sous") | {
    "side": "marketing", "promises": ["known"], "per": "case", "relief": "no_follow_up"
}  # fmt: skip


def test_both_reliefs_are_told_where_they_follow(
    session: Db, cast: Cast, hands: Hands, sign_in: Callable[[User], FlaskClient]
) -> None:
    agree(cast, hands.now, consequences=[WINDOW, BELOW], completeness=[WHAT])
    handoff = hand_off(session, hands)
    session.commit()
    rep = sign_in(owner(session, handoff))
    sales_owes_nothing = "As agreed (“A lead below”): Sales owes no follow-up on this lead."
    window_missed = "As agreed (“A missed window”): It does not count in the conversion that marketing answers for."
    pages = (f"/leads/{handoff.lead_id}", f"/queue/{handoff.id}/context")
    for page in pages:
        text = rep.get(page).text
        assert (sales_owes_nothing in text, window_missed in text) == (True, False)
    clocks.breach_overdue(now=hands.turn(days=2))
    session.commit()
    for page in pages:
        assert window_missed in rep.get(page).text
    manager = sign_in(cast.manny)
    shown = manager.get("/reports/themes/conversion").text
    assert ("Left out, as agreed" in shown, "SQL, without those left out" in shown) == (True, True)
