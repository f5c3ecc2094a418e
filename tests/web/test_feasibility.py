"""Whether a version can be kept, said on its page before it is signed and reckoned on a page of its own."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from smarketing.models.agreements import AgreementVersion
from smarketing.models.people import User
from smarketing.services import agreements
from tests.cast import Cast, clause, document, terms
from tests.conftest import Hands
from tests.reports import handed_off, invented

Db = scoped_session[Session]
SignIn = Callable[[User], FlaskClient]

SQLS = clause("sqls", "SQLs a month", "SQL par mois") | {
    "side": "sales",
    "metric": "sqls",
    "owed": 30,
    "calendar": "office",
}
EACH = SQLS | clause("meetings", "Meetings each", "Rendez-vous chacun") | {"metric": "meetings", "each": "person"}
TARGETS = [*document()["targets"], SQLS, EACH]
ASSUMED = clause("assumed", "Assumed", "Hypothèses") | {"accepted_ratio": 0.5, "confirmed_ratio": 0.5}


def drafted(session: Db, cast: Cast, hands: Hands, **changes: Any) -> AgreementVersion:
    version = agreements.draft(terms(targets=TARGETS, **changes), actor=cast.manny, now=hands.now)
    session.commit()
    return version


def test_a_draft_without_history_says_honestly_that_too_little_is_known(
    session: Db, agreed: Cast, hands: Hands, sign_in: SignIn
) -> None:
    drafted(session, agreed, hands)
    for path in ("/agreement/2", "/agreement/2/feasibility"):
        text = sign_in(agreed.manny).get(path).text
        assert "Too little is known to say whether the promises can be kept." in text
        assert "How many MQLs “SQLs a month” asks for cannot be said" in text
    assert "0 so far, too few to count on (20)" in text
    assert "Say what you assume" in text
    assert "Say what you assume" not in sign_in(agreed.saul).get("/agreement/2/feasibility").text


def test_what_both_sides_assume_is_reckoned_with_and_printed(
    session: Db, agreed: Cast, hands: Hands, sign_in: SignIn
) -> None:
    drafted(session, agreed, hands, assumptions=ASSUMED | {"leads_a_week": 5})
    manny = sign_in(agreed.manny)
    text = manny.get("/agreement/2").text
    assert "As things stand, the promises cannot all be kept." in text
    assert "“SQLs a month” asks for 120 MQLs a month: the 120 promised suffice." in text
    assert "Sales can work 43 new leads a month at most: 120 are more than that." in text
    assert "New leads that one rep can work in a week" in text
    page = manny.get("/agreement/2/feasibility").text
    assert "assumed by both sides; 0 so far" in page
    assert "2 reps × 5 new leads a week, assumed by both sides" in page
    assert "Meetings each" in page
    assert "What both sides assume" in manny.get("/agreement/2/edit/assumptions").text


def test_where_all_is_optional_the_form_is_open(session: Db, agreed: Cast, hands: Hands, sign_in: SignIn) -> None:
    drafted(session, agreed, hands)
    manny = sign_in(agreed.manny)
    added = manny.post("/agreement/2/additions", data={"section": "assumptions"})
    assert 'class="folded unusual" open' in manny.get(added.location).text
    assert 'class="folded unusual">' in manny.get("/agreement/2/edit/clocks/first-answer").text


def test_history_is_shown_with_its_intervals_and_leads_to_its_hand_offs(
    session: Db, agreed: Cast, hands: Hands, sign_in: SignIn
) -> None:
    hands.set(handed_off.NOW)
    version_id = session.scalars(select(AgreementVersion.id)).one()
    handed_off.handoffs(300, agreed, version_id, seed=8)
    invented.mark_all()
    drafted(session, agreed, hands, assumptions=ASSUMED)
    manny = sign_in(agreed.manny)
    page = manny.get("/agreement/2/feasibility").text
    assert "assumed by both sides" not in page
    row = page.split("Of the MQLs, accepted by sales</th>")[1].split("</tr>")[0]
    address, basis = row.split('href="')[1].split('"')[0].replace("&amp;", "&"), row.split('">')[-1].split("</a>")[0]
    total = basis.split(" of ")[1]
    assert f"{total} hand-offs" in manny.get(address).text


@pytest.mark.parametrize("path", ["/agreement/1", "/agreement/1/feasibility"])
def test_once_signed_it_is_only_said_on_its_own_page(agreed: Cast, sign_in: SignIn, path: str) -> None:
    answer = sign_in(agreed.saul).get(path)
    assert answer.status_code == 200
    assert ("whether the promises can be kept" in answer.text) is path.endswith("feasibility")
