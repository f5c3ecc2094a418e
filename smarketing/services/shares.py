"""Let anybody read one theme of the report by a link, for a while."""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from smarketing.db import db
from smarketing.domain.errors import N_, InvalidInput, Missing
from smarketing.domain.event_names import EventName
from smarketing.models.people import User
from smarketing.models.shares import Share
from smarketing.services import journal

LIVES = {7: timedelta(days=7), 30: timedelta(days=30), 90: timedelta(days=90)}
"""For how many days a link may live."""


def share(theme: str, filters: Mapping[str, str], *, days: int, actor: User, now: datetime) -> str:
    """Make a link; its token is told here and never again."""
    if days not in LIVES:
        raise InvalidInput("days", N_("Choose for how long the link lives."))
    token = secrets.token_urlsafe(32)
    row = Share(
        token_hash=_hash(token),
        theme=theme,
        filters=dict(filters),
        created_by_id=actor.id,
        created_at=now,
        expires_at=now + LIVES[days],
    )
    db.session.add(row)
    db.session.flush()
    data = {"theme": theme, "days": days}
    journal.record(EventName.REPORT_SHARED, "share", row.id, occurred_at=now, now=now, actor_id=actor.id, data=data)
    return token


def live(*, now: datetime) -> Sequence[Share]:
    """The newest first."""
    is_live = (Share.revoked_at.is_(None), Share.expires_at > now)
    query = select(Share).options(joinedload(Share.created_by)).where(*is_live)
    return db.session.scalars(query.order_by(Share.id.desc())).all()


def opened(token: str, *, now: datetime) -> Share | None:
    """None for a token that is unknown, expired or revoked: nobody learns which."""
    is_live = (Share.token_hash == _hash(token), Share.revoked_at.is_(None), Share.expires_at > now)
    return db.session.scalars(select(Share).where(*is_live)).one_or_none()


def revoke(share_id: int, *, actor: User, now: datetime) -> None:
    """End a link, if it has not ended already."""
    row = db.session.get(Share, share_id)
    if row is None:
        raise Missing(N_("There is no such link."))
    if row.revoked_at is None:
        row.revoked_at = now
        journal.record(EventName.REPORT_UNSHARED, "share", row.id, occurred_at=now, now=now, actor_id=actor.id)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
