"""Signing in is slow for guessers, quick for people, and ends when it must."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from smarketing.db import db, transaction
from smarketing.domain.errors import Missing
from smarketing.domain.passwords import ACCOUNT_LIMIT, ADDRESS_LIMIT, FORGOTTEN_AFTER, Throttled
from smarketing.models.people import SignInThrottle, UserSession
from smarketing.services import accounts, passwords, sessions
from smarketing.services.sessions import IDLE_LIFE, SESSION_LIFE, Origin
from tests.cast import PASSWORD, Cast
from tests.conftest import Hands

Db = scoped_session[Session]

HERE = Origin("192.0.2.1", "Firefox/140.0")
GUESSER = Origin("203.0.113.9", "curl/8.0")
EMAIL = "marta@example.com"


@pytest.fixture(autouse=True)
def everybody(session: Db, cast: Cast) -> None:
    session.commit()


def try_once(password: str, hands: Hands, *, email: str = EMAIL, origin: Origin = HERE) -> str | None:
    """As the sign-in page does: the token after a right password, None after a wrong one."""
    with transaction():
        attempt = sessions.attempt(email, origin=origin, now=hands.now)
    if not sessions.is_right(attempt, password):
        return None
    with transaction():
        return sessions.begin(attempt, password, origin=origin, now=hands.now)


def fail(times: int, hands: Hands, *, email: str = EMAIL, origin: Origin = HERE) -> None:
    for _ in range(times):
        assert try_once("not it", hands, email=email, origin=origin) is None


# the password


def test_a_right_password_begins_a_session(hands: Hands, cast: Cast) -> None:
    token = try_once(PASSWORD, hands)
    assert token
    found = sessions.session_of(token, now=hands.now)
    assert found
    assert (found.user, found.address, found.user_agent) == (cast.marta, HERE.address, HERE.user_agent)


@pytest.mark.parametrize("email", ["marta@example.com", "MARTA@EXAMPLE.COM", "  Marta@Example.com\n"])
def test_the_case_of_an_address_does_not_matter(hands: Hands, email: str) -> None:
    assert try_once(PASSWORD, hands, email=email)


@pytest.mark.parametrize("password", ["", PASSWORD.upper(), PASSWORD + " ", PASSWORD[:-1], "\0"])
def test_only_the_exact_password_is_right(hands: Hands, session: Db, password: str) -> None:
    assert try_once(password, hands) is None
    assert session.scalars(select(UserSession)).all() == []


def test_the_token_is_kept_nowhere(hands: Hands, session: Db) -> None:
    token = try_once(PASSWORD, hands)
    kept = session.scalars(select(UserSession)).one()
    assert token
    assert token not in str(vars(kept))
    assert sessions.session_of(kept.token_hash, now=hands.now) is None


def test_a_password_hashed_with_costs_of_yesterday_is_hashed_anew(hands: Hands, cast: Cast, session: Db) -> None:
    assert passwords.is_outdated(cast.marta.password_hash)
    assert try_once(PASSWORD, hands)
    session.expire_all()
    assert not passwords.is_outdated(cast.marta.password_hash)
    assert try_once(PASSWORD, hands)


def test_a_hash_of_today_stays(hands: Hands, cast: Cast, session: Db) -> None:
    cast.marta.password_hash = kept = passwords.hash_of(PASSWORD)
    session.commit()
    assert try_once(PASSWORD, hands)
    session.expire_all()
    assert cast.marta.password_hash == kept


def test_passwords_are_hashed_with_argon2id_and_a_salt_of_their_own() -> None:
    one, other = passwords.hash_of(PASSWORD), passwords.hash_of(PASSWORD)
    assert one.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert one != other


@pytest.mark.parametrize("stored", ["", "none yet", "$argon2id$broken", PASSWORD])
def test_what_is_no_hash_matches_nothing(stored: str) -> None:
    assert not passwords.matches(stored, stored)


@pytest.mark.parametrize("who", ["nobody@example.com", "sara@example.com", "saul@example.com"])
def test_unknown_disabled_and_passwordless_accounts_cost_one_comparison_too(
    hands: Hands, cast: Cast, session: Db, monkeypatch: pytest.MonkeyPatch, who: str
) -> None:
    accounts.disable_user(cast.sara, actor=cast.ada, now=hands.now)
    cast.saul.password_hash = passwords.NONE_YET
    session.commit()
    compared: list[str] = []
    verify = PasswordHasher.verify

    def count(self: PasswordHasher, stored: str, password: str) -> bool:
        compared.append(stored)
        return verify(self, stored, password)

    monkeypatch.setattr(PasswordHasher, "verify", count)
    assert try_once(PASSWORD, hands, email=who) is None
    assert compared == [passwords.NOBODY]
    assert session.scalars(select(UserSession)).all() == []


def test_a_password_changed_between_the_look_and_the_start_begins_nothing(
    hands: Hands, cast: Cast, session: Db
) -> None:
    with transaction():
        attempt = sessions.attempt(EMAIL, origin=HERE, now=hands.now)
    with transaction():
        accounts.set_password(cast.marta, "another lantern on the lake", actor=cast.ada, now=hands.now)
    with transaction():
        assert sessions.begin(attempt, PASSWORD, origin=HERE, now=hands.now) is None
    assert session.scalars(select(UserSession)).all() == []


# guessing


def test_five_failures_are_free_and_the_sixth_try_has_to_wait(hands: Hands) -> None:
    fail(ACCOUNT_LIMIT.free_failures, hands)
    with pytest.raises(Throttled) as refused:
        try_once(PASSWORD, hands)
    assert refused.value.until == hands.now + timedelta(seconds=30)


def test_who_waits_may_try_again(hands: Hands) -> None:
    fail(ACCOUNT_LIMIT.free_failures, hands)
    hands.turn(seconds=29)
    with pytest.raises(Throttled):
        try_once(PASSWORD, hands)
    hands.turn(seconds=1)
    assert try_once(PASSWORD, hands)


def test_the_wait_doubles_with_each_further_failure(hands: Hands) -> None:
    fail(ACCOUNT_LIMIT.free_failures, hands)
    for seconds in (30, 60, 120):
        hands.turn(seconds=seconds)
        fail(1, hands)
    with pytest.raises(Throttled) as refused:
        try_once(PASSWORD, hands)
    assert refused.value.until == hands.now + timedelta(seconds=240)


def test_a_right_password_forgives_the_failures_before_it(hands: Hands) -> None:
    fail(ACCOUNT_LIMIT.free_failures - 1, hands)
    assert try_once(PASSWORD, hands)
    fail(ACCOUNT_LIMIT.free_failures - 1, hands)
    assert try_once(PASSWORD, hands)


def test_failures_are_forgotten_after_a_day(hands: Hands, session: Db) -> None:
    fail(ACCOUNT_LIMIT.free_failures, hands)
    hands.turn(seconds=FORGOTTEN_AFTER.total_seconds())
    fail(ACCOUNT_LIMIT.free_failures - 1, hands)
    counts = session.scalars(select(SignInThrottle.failure_count).where(SignInThrottle.key.startswith("account")))
    assert list(counts) == [ACCOUNT_LIMIT.free_failures - 1]


def test_in_a_day_a_hundred_guesses_at_most_are_looked_at(hands: Hands) -> None:
    looked_at = 0
    for _ in range(24 * 60):
        hands.turn(minutes=1)
        with transaction():
            try:
                sessions.attempt(EMAIL, origin=GUESSER, now=hands.now)
                looked_at += 1
            except Throttled:
                pass
    assert 5 < looked_at <= 100


def test_one_address_that_tries_many_accounts_has_to_wait_too(hands: Hands) -> None:
    for number in range(ADDRESS_LIMIT.free_failures):
        fail(1, hands, email=f"{number}@example.com", origin=GUESSER)
    with pytest.raises(Throttled):
        try_once(PASSWORD, hands, email="saul@example.com", origin=GUESSER)
    assert try_once(PASSWORD, hands, email="saul@example.com", origin=HERE)


def test_colleagues_behind_one_address_do_not_add_up(hands: Hands) -> None:
    for _ in range(ADDRESS_LIMIT.free_failures + 5):
        assert try_once(PASSWORD, hands)


def test_nobody_can_lock_somebody_out_of_a_browser_they_know(hands: Hands, cast: Cast) -> None:
    fail(ACCOUNT_LIMIT.free_failures, hands, origin=GUESSER)
    with pytest.raises(Throttled):
        try_once(PASSWORD, hands, origin=HERE)
    assert try_once(PASSWORD, hands, origin=HERE._replace(known_user_id=cast.marta.id))
    with pytest.raises(Throttled):
        try_once(PASSWORD, hands, origin=GUESSER)


def test_a_known_browser_may_not_guess_without_end_either(hands: Hands, cast: Cast) -> None:
    known = HERE._replace(known_user_id=cast.marta.id)
    fail(ACCOUNT_LIMIT.free_failures, hands, origin=known)
    with pytest.raises(Throttled):
        try_once(PASSWORD, hands, origin=known)


def test_a_browser_known_to_one_person_is_a_stranger_to_others(hands: Hands, cast: Cast) -> None:
    fail(ACCOUNT_LIMIT.free_failures, hands, email="saul@example.com", origin=GUESSER)
    known = HERE._replace(known_user_id=cast.marta.id)
    with pytest.raises(Throttled):
        try_once(PASSWORD, hands, email="saul@example.com", origin=known)


def test_simultaneous_guesses_cannot_share_a_count(app: Flask, hands: Hands, session: Db) -> None:
    together, workers = Barrier(8), 8

    def guess(_number: int) -> bool:
        with app.app_context():
            together.wait()
            try:
                with transaction():
                    sessions.attempt(EMAIL, origin=GUESSER, now=hands.now)
            except Throttled:
                return False
            finally:
                db.session.remove()
            return True

    with ThreadPoolExecutor(workers) as pool:
        looked_at = sum(pool.map(guess, range(workers)))
    assert looked_at == ACCOUNT_LIMIT.free_failures
    counts = dict(session.execute(select(SignInThrottle.key, SignInThrottle.failure_count)).all())  # type: ignore[arg-type]
    assert set(counts.values()) == {ACCOUNT_LIMIT.free_failures}


def test_no_address_of_a_person_is_kept_with_the_counts(hands: Hands, session: Db) -> None:
    fail(1, hands)
    assert not [key for key in session.scalars(select(SignInThrottle.key)) if "example" in key or "@" in key]


# the end of a session


def test_a_session_ends_after_fourteen_days_however_much_it_is_used(hands: Hands) -> None:
    token = try_once(PASSWORD, hands)
    assert token
    began = hands.now
    while hands.now < began + SESSION_LIFE - timedelta(days=1):
        found = sessions.session_of(token, now=hands.turn(days=1))
        assert found
        sessions.see_session(found.id, now=hands.now)
    assert sessions.session_of(token, now=began + SESSION_LIFE - timedelta(seconds=1))
    assert sessions.session_of(token, now=began + SESSION_LIFE) is None


def test_a_session_that_nobody_uses_ends_after_three_days(hands: Hands) -> None:
    token = try_once(PASSWORD, hands)
    assert token
    assert sessions.session_of(token, now=hands.now + IDLE_LIFE - timedelta(seconds=1))
    assert sessions.session_of(token, now=hands.now + IDLE_LIFE) is None


def test_a_disabled_account_has_no_session_any_more(hands: Hands, cast: Cast) -> None:
    token = try_once(PASSWORD, hands)
    assert token
    accounts.disable_user(cast.marta, actor=cast.ada, now=hands.now)
    assert sessions.session_of(token, now=hands.now) is None
    accounts.enable_user(cast.marta, actor=cast.ada, now=hands.now)
    assert sessions.session_of(token, now=hands.now) is None


def test_one_session_is_ended_and_the_others_go_on(hands: Hands, cast: Cast) -> None:
    ended, kept = try_once(PASSWORD, hands), try_once(PASSWORD, hands)
    assert ended
    assert kept
    found = sessions.session_of(ended, now=hands.now)
    assert found
    sessions.end_session(found.id, user_id=cast.marta.id, now=hands.now)
    assert sessions.session_of(ended, now=hands.now) is None
    assert sessions.session_of(kept, now=hands.now)
    assert len(sessions.live_sessions(cast.marta.id, now=hands.now)) == 1


def test_nobody_ends_the_session_of_somebody_else(hands: Hands, cast: Cast) -> None:
    token = try_once(PASSWORD, hands)
    assert token
    found = sessions.session_of(token, now=hands.now)
    assert found
    with pytest.raises(Missing):
        sessions.end_session(found.id, user_id=cast.saul.id, now=hands.now)
    assert sessions.session_of(token, now=hands.now)


def test_ending_a_session_twice_keeps_the_first_end(hands: Hands, cast: Cast, session: Db) -> None:
    token = try_once(PASSWORD, hands)
    assert token
    found = sessions.session_of(token, now=hands.now)
    assert found
    first = hands.now
    sessions.end_session(found.id, user_id=cast.marta.id, now=first)
    sessions.end_session(found.id, user_id=cast.marta.id, now=hands.turn(hours=1))
    session.expire_all()
    assert session.get_one(UserSession, found.id).revoked_at == first


def test_the_sessions_of_others_are_not_listed(hands: Hands, cast: Cast) -> None:
    assert try_once(PASSWORD, hands)
    assert sessions.live_sessions(cast.saul.id, now=hands.now) == []
    assert [each.user_id for each in sessions.live_sessions(cast.marta.id, now=hands.now)] == [cast.marta.id]
