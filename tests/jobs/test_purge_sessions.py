"""What was known of a browser is forgotten a month after it could last be used; guesses after a day."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from smarketing.jobs import purge_sessions
from smarketing.models.people import SignInThrottle, UserSession
from smarketing.services import sessions
from smarketing.services.sessions import IDLE_LIFE, SESSION_LIFE, Origin
from tests.cast import Cast
from tests.conftest import Hands

Db = scoped_session[Session]

ORIGIN = Origin("192.0.2.1", "Firefox")
MONTH = timedelta(days=30)


@pytest.mark.parametrize(
    ("is_ended", "is_used", "life"),
    [(True, False, timedelta(0)), (False, False, IDLE_LIFE), (False, True, SESSION_LIFE)],
)
def test_a_session_is_forgotten_a_month_after_its_end(
    session: Db, cast: Cast, hands: Hands, is_ended: bool, is_used: bool, life: timedelta
) -> None:
    sessions.open_session(cast.marta, origin=ORIGIN, now=hands.now)
    opened = session.scalars(select(UserSession)).one()
    if is_ended:
        sessions.end_session(opened.id, user_id=cast.marta.id, now=hands.now)
    if is_used:
        sessions.see_session(opened.id, now=hands.now + SESSION_LIFE - timedelta(seconds=1))
    session.commit()
    hands.set(hands.now + life + MONTH)
    assert purge_sessions.run(now=hands.now) == 0
    assert purge_sessions.run(now=hands.turn(seconds=1)) == 1
    assert session.scalars(select(UserSession)).all() == []


def test_failed_tries_are_forgotten_after_a_day(session: Db, cast: Cast, hands: Hands) -> None:
    session.commit()
    for _ in range(3):
        sessions.attempt(cast.marta.email, origin=ORIGIN, now=hands.now)
    session.commit()
    assert purge_sessions.run(now=hands.turn(hours=24, seconds=-1)) == 0
    assert purge_sessions.run(now=hands.turn(seconds=1)) == 2
    assert session.scalars(select(SignInThrottle)).all() == []
