"""Signing in, and the sessions of signed-in browsers.

Every try is counted before its password is looked at, per account and per address, in the database: any number of
workers count together, and simultaneous guesses cannot share one count. A right password gives its try back. A
browser that has signed in before is counted by itself, so that nobody can lock a person out from elsewhere.
"""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import contains_eager

from smarketing.db import db
from smarketing.domain.errors import N_, Missing
from smarketing.domain.passwords import ACCOUNT_LIMIT, ADDRESS_LIMIT
from smarketing.models.people import User, UserSession
from smarketing.services import passwords, throttles

SESSION_LIFE = timedelta(days=14)
IDLE_LIFE = timedelta(days=3)
SEEN_EVERY = timedelta(minutes=5)
"""How exactly the last sign of life of a session is known."""


class Origin(NamedTuple):
    """Where a request comes from. `known_user_id` is whom this browser has signed in before, None if nobody."""

    address: str
    user_agent: str
    known_user_id: int | None = None


class Attempt(NamedTuple):
    """A counted try to sign in; `user_id` is None for an e-mail without an account that may."""

    account_key: str
    address_key: str | None
    user_id: int | None
    password_hash: str


# signing in


def attempt(email: str, *, origin: Origin, now: datetime) -> Attempt:
    """Count a try; commit before its password is compared. Raises Throttled after too many."""
    email_key = email.strip().lower()
    user = db.session.scalars(select(User).where(User.email_key == email_key)).one_or_none()
    is_known = user is not None and user.id == origin.known_user_id
    account_key = _known_key(user.id) if user and is_known else _account_key(email_key)
    address_key = None if is_known else _address_key(origin)
    throttles.count(account_key, ACCOUNT_LIMIT, now=now)
    if address_key:
        throttles.count(address_key, ADDRESS_LIMIT, now=now)
    if user is None or not user.is_active or user.password_hash == passwords.NONE_YET:
        return Attempt(account_key, address_key, None, passwords.NOBODY)
    return Attempt(account_key, address_key, user.id, user.password_hash)


def is_right(attempt: Attempt, password: str) -> bool:
    """Takes as long for an unknown account as for a known one, and does not touch the database."""
    return passwords.matches(attempt.password_hash, password) and attempt.user_id is not None


def begin(attempt: Attempt, password: str, *, origin: Origin, now: datetime) -> str | None:
    """The token of a new session after a right password; None when the account has changed in between."""
    user = db.session.get(User, attempt.user_id, with_for_update=True, populate_existing=True)
    if user is None or not user.is_active or user.password_hash != attempt.password_hash:
        return None
    if passwords.is_outdated(user.password_hash):
        user.password_hash = passwords.hash_of(password)
    throttles.forget(attempt.account_key)
    if attempt.address_key:
        throttles.give_back(attempt.address_key, ADDRESS_LIMIT)
    return open_session(user, origin=origin, now=now)


def forget_failures(user: User) -> None:
    """Let this person try again at once."""
    throttles.forget(_account_key(user.email_key), _known_key(user.id))


# sessions


def open_session(user: User, *, origin: Origin, now: datetime) -> str:
    """A new session; the token goes into the cookie and is kept nowhere else."""
    token = secrets.token_urlsafe(32)
    db.session.add(
        UserSession(
            token_hash=_hash(token),
            user_id=user.id,
            created_at=now,
            last_seen_at=now,
            expires_at=now + SESSION_LIFE,
            user_agent=origin.user_agent[:300],
            address=origin.address[:45],
        )
    )
    db.session.flush()
    return token


def session_of(token: str, *, now: datetime) -> UserSession | None:
    """The live session of a token, with its user; None when it has ended, or the account has."""
    return db.session.scalars(
        select(UserSession)
        .join(UserSession.user)
        .options(contains_eager(UserSession.user))
        .where(
            UserSession.token_hash == _hash(token),
            UserSession.revoked_at.is_(None),
            UserSession.expires_at > now,
            UserSession.last_seen_at > now - IDLE_LIFE,
            User.disabled_at.is_(None),
        )
    ).one_or_none()


def see_session(session_id: int, *, now: datetime) -> None:
    db.session.execute(update(UserSession).where(UserSession.id == session_id).values(last_seen_at=now))


def live_sessions(user_id: int, *, now: datetime) -> Sequence[UserSession]:
    is_live = (
        UserSession.user_id == user_id,
        UserSession.revoked_at.is_(None),
        UserSession.expires_at > now,
        UserSession.last_seen_at > now - IDLE_LIFE,
    )
    return db.session.scalars(select(UserSession).where(*is_live).order_by(UserSession.last_seen_at.desc())).all()


def end_session(session_id: int, *, user_id: int, now: datetime) -> None:
    """End one session of this person, if it has not ended already. Raises Missing when it is not theirs."""
    is_theirs = (UserSession.id == session_id, UserSession.user_id == user_id)
    ending = update(UserSession).where(*is_theirs).values(revoked_at=func.coalesce(UserSession.revoked_at, now))
    if db.session.scalar(ending.returning(UserSession.id)) is None:
        raise Missing(N_("There is no such session."))


def end_sessions(user_id: int, *, now: datetime, except_id: int | None = None) -> None:
    """End every session of this person, or every one but this."""
    is_live = [UserSession.user_id == user_id, UserSession.revoked_at.is_(None)]
    if except_id is not None:
        is_live.append(UserSession.id != except_id)
    db.session.execute(update(UserSession).where(*is_live).values(revoked_at=now))


def purge_ended(*, ended_before: datetime) -> int:
    """Delete what nobody can use any more since then; how many sessions."""
    has_ended = or_(
        UserSession.revoked_at < ended_before,
        UserSession.expires_at < ended_before,
        UserSession.last_seen_at < ended_before - IDLE_LIFE,
    )
    return db.session.connection().execute(delete(UserSession).where(has_ended)).rowcount


def _account_key(email_key: str) -> str:
    return f"account:{_hash(email_key)}"


def _known_key(user_id: int) -> str:
    return f"known:{user_id}"


def _address_key(origin: Origin) -> str:
    return f"address:{origin.address}"[:100]


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
