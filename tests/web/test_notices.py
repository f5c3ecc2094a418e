"""The bell: what somebody has to know, what has been read, and whose it is."""

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from smarketing.domain.event_names import EventName
from smarketing.domain.importing import Row
from smarketing.models.handoffs import Handoff
from smarketing.models.notices import Notice
from smarketing.models.people import User
from smarketing.services import clocks, intake, notices, routing
from smarketing.services.notices import Owed
from smarketing.web.paging import SIZE
from tests.cast import Cast
from tests.conftest import Hands

Db = scoped_session[Session]
SignIn = Callable[[User], FlaskClient]


@pytest.fixture
def handoff(session: Db, agreed: Cast, hands: Hands) -> Handoff:
    """Anna, a director who has asked for a demo, offered to Saul at nine in Paris; the answer is due at 14:00."""
    facts = {"email": "anna@example.com", "first_name": "Anna", "job_title": "Sales director", "country": "FR"}
    intake.take([Row(facts, engagements=[("demo_request", None)])], now=hands.now)
    session.commit()
    return session.scalars(select(Handoff)).one()


def sentences(page: str) -> list[str]:
    table = page.partition("<tbody")[2].partition("</tbody>")[0]
    return [re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r'<td class="wrap">(.*?)</td>', table, re.S)]


def test_whose_clock_is_at_risk_is_told_then_who_missed_it(
    sign_in: SignIn, agreed: Cast, hands: Hands, handoff: Handoff
) -> None:
    owner = handoff.owner
    assert owner
    clocks.warn_at_risk(now=hands.turn(hours=4, minutes=30))
    clocks.breach_overdue(now=hands.turn(hours=1))
    page = sign_in(owner).get("/notices/").text
    missed, at_risk = sentences(page)
    assert re.fullmatch(r"Anna: “First answer” was due Mar 2, 2026, 2:00\sPM and was not met", missed)
    assert re.fullmatch(r"Anna: “First answer” is due Mar 2, 2026, 2:00\sPM", at_risk)
    assert f'href="/leads/{handoff.lead_id}"' in page
    assert 'aria-label="Notices, 2 unread"' in page
    assert sentences(sign_in(agreed.marta).get("/notices/").text) == []
    assert len(sentences(sign_in(agreed.sasha).get("/notices/").text)) == 1


def test_a_lead_given_by_a_manager_is_told(sign_in: SignIn, agreed: Cast, hands: Hands, handoff: Handoff) -> None:
    other = agreed.sara if handoff.owner_id == agreed.saul.id else agreed.saul
    routing.reassign([handoff.id], owner_id=other.id, actor=agreed.sasha, now=hands.now)
    assert sentences(sign_in(other).get("/notices/").text) == ["Anna was given to you: the clocks go on as they were"]


def owe(user: User, count: int, hands: Hands, session: Db) -> list[int]:
    notices.owe_many((Owed([user.id], EventName.CLOCK_WARNED, f"{n}") for n in range(count)), now=hands.now)
    session.commit()
    return list(session.scalars(select(Notice.id).where(Notice.recipient_id == user.id).order_by(Notice.id)))


def test_one_is_marked_as_read_and_the_others_wait(sign_in: SignIn, cast: Cast, hands: Hands, session: Db) -> None:
    ids = owe(cast.saul, 3, hands, session)
    saul = sign_in(cast.saul)
    answer = saul.post(f"/notices/{ids[1]}/reading")
    assert answer.location == f"/notices/#notice-{ids[1]}"
    assert 'aria-label="Notices, 2 unread"' in saul.get("/notices/").text
    read = session.scalars(select(Notice.id).where(Notice.read_at.is_not(None))).all()
    assert read == [ids[1]]


def test_all_are_marked_as_read_but_not_those_of_others(sign_in: SignIn, cast: Cast, hands: Hands, session: Db) -> None:
    owe(cast.saul, 3, hands, session)
    others = owe(cast.sara, 1, hands, session)
    saul = sign_in(cast.saul)
    saul.post("/notices/reading")
    page = saul.get("/notices/").text
    assert 'aria-label="Notices"' in page
    assert "Mark all as read" not in page
    assert session.scalars(select(Notice.id).where(Notice.read_at.is_(None))).all() == others


def test_the_notice_of_somebody_else_is_not_found(sign_in: SignIn, cast: Cast, hands: Hands, session: Db) -> None:
    (theirs,) = owe(cast.sara, 1, hands, session)
    assert sign_in(cast.saul).post(f"/notices/{theirs}/reading").status_code == 404
    assert session.scalars(select(Notice.read_at)).all() == [None]


def test_many_are_paged_and_the_bell_stops_counting(sign_in: SignIn, cast: Cast, hands: Hands, session: Db) -> None:
    owe(cast.saul, 2 * SIZE + 1, hands, session)
    saul = sign_in(cast.saul)
    page = saul.get("/notices/").text
    assert 'aria-label="Notices, 99+ unread"' in page
    older = re.search(r'rel="next" href="([^"]+)"', page)
    assert older
    assert len(sentences(saul.get(older[1]).text)) == SIZE


def test_nothing_to_know_is_said(sign_in: SignIn, cast: Cast) -> None:
    assert "No notices" in sign_in(cast.saul).get("/notices/").text
