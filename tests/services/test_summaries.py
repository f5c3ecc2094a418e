"""The week in a sentence for each: thanks for what was kept, names for what was late; once."""

from collections.abc import Callable
from datetime import UTC, datetime

from flask.testing import FlaskClient
from sqlalchemy import func, select

from smarketing.domain.event_names import EventName
from smarketing.models.events import Event
from smarketing.models.notices import Notice
from smarketing.models.people import User
from smarketing.services import clocks, handoffs, summaries
from tests.cast import Cast
from tests.conftest import Hands
from tests.services.desk import Db, hand_off, owner

NEXT_MONDAY = datetime(2026, 3, 8, 23, tzinfo=UTC)  # midnight in Paris


def sentence(page: str) -> str:
    return page.partition('<td class="wrap">')[2].partition("</td>")[0].strip()


def test_who_kept_everything_is_thanked_and_who_was_late_is_named(
    session: Db, agreed: Cast, hands: Hands, sign_in: Callable[[User], FlaskClient]
) -> None:
    first, second = hand_off(session, hands, "a@example.com"), hand_off(session, hands, "b@example.com")
    keeps, misses = owner(session, first), owner(session, second)
    handoffs.accept(first.id, actor=keeps, now=hands.turn(hours=1))
    clocks.breach_overdue(now=hands.turn(days=4))
    assert summaries.sum_up_week(now=hands.set(NEXT_MONDAY)) == 3
    assert summaries.sum_up_week(now=hands.turn(hours=30)) == 0
    told = {user: sentence(sign_in(user).get("/notices/").text) for user in (keeps, misses, agreed.sasha)}
    assert told[keeps] == "Week of Mar 2, 2026: you kept 1 of 1 promises. Thank you!"
    assert told[misses].endswith("you kept 0 of 1 promises; 1 of those missed still wait for you")
    late = f"late were {misses.name} (1); all was kept by {keeps.name}"
    assert told[agreed.sasha] == f"Week of Mar 2, 2026: {late}"
    line = session.scalars(select(Event).where(Event.name == EventName.WEEK_SUMMED)).one()
    assert line.occurred_at == NEXT_MONDAY


def test_a_week_in_which_nothing_was_due_says_nothing(session: Db, agreed: Cast, hands: Hands) -> None:
    hand_off(session, hands)
    assert summaries.sum_up_week(now=hands.now) == 0
    assert session.scalar(select(func.count()).select_from(Notice)) == 0
