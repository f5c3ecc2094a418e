"""Let other systems act as a person, by a token of their own that its owner can end."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.orm import contains_eager

from smarketing.db import db
from smarketing.domain.errors import N_, Conflict, InvalidInput, Missing
from smarketing.models.people import User
from smarketing.models.tokens import ApiToken

PREFIX = "smk_"
"""Tells a token that has leaked into a file or a log for what it is."""

LONGEST_NAME = 80
MOST_TOKENS = 50
SEEN_EVERY = timedelta(minutes=5)


def issue(name: str, *, may_write: bool, life: timedelta | None, actor: User, now: datetime) -> str:
    """Make a token; it is told here and never again. `life` None: until it is revoked."""
    called = " ".join(name.split())
    if not called:
        raise InvalidInput("name", N_("Say which system will use it."))
    if len(called) > LONGEST_NAME:
        message = N_("This is too long: %(count)s characters of at most %(limit)s.")
        raise InvalidInput("name", message, count=len(called), limit=LONGEST_NAME)
    if len(live(actor.id, now=now)) >= MOST_TOKENS:
        raise Conflict(N_("You have as many tokens as one can have. Revoke one first."))
    token = PREFIX + secrets.token_urlsafe(32)
    row = ApiToken(
        token_hash=_hash(token),
        user_id=actor.id,
        name=called,
        may_write=may_write,
        created_at=now,
        expires_at=now + life if life else None,
    )
    db.session.add(row)
    db.session.flush()
    return token


def holder(token: str, *, now: datetime) -> ApiToken | None:
    """The live token with its owner; None when it has ended, or the account has."""
    query = select(ApiToken).join(ApiToken.user).options(contains_eager(ApiToken.user))
    is_live = (ApiToken.token_hash == _hash(token), *_is_live(now=now), User.disabled_at.is_(None))
    return db.session.scalars(query.where(*is_live)).one_or_none()


def see(token_id: int, *, now: datetime) -> None:
    db.session.execute(update(ApiToken).where(ApiToken.id == token_id).values(last_used_at=now))


def live(user_id: int, *, now: datetime) -> Sequence[ApiToken]:
    newest_first = ApiToken.id.desc()
    return db.session.scalars(
        select(ApiToken).where(ApiToken.user_id == user_id, *_is_live(now=now)).order_by(newest_first)
    ).all()


def revoke(token_id: int, *, actor: User, now: datetime) -> None:
    """End one token of this person, if it has not ended already. Raises Missing when it is not theirs."""
    is_theirs = (ApiToken.id == token_id, ApiToken.user_id == actor.id)
    ending = update(ApiToken).where(*is_theirs).values(revoked_at=func.coalesce(ApiToken.revoked_at, now))
    if db.session.scalar(ending.returning(ApiToken.id)) is None:
        raise Missing(N_("There is no such token."))


def _is_live(*, now: datetime) -> tuple[ColumnElement[bool], ...]:
    return ApiToken.revoked_at.is_(None), or_(ApiToken.expires_at.is_(None), ApiToken.expires_at > now)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
