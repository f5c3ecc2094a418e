"""Answer a request that is sent again as it was answered the first time."""

import hashlib
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import delete, select

from smarketing.db import db
from smarketing.domain.errors import N_, InvalidInput
from smarketing.models.tokens import ApiReply


class Asked(NamedTuple):
    """A request with a key that its sender gives to no other."""

    token_id: int
    key: str
    request: bytes
    """Method, path and body."""


def earlier(asked: Asked) -> ApiReply | None:
    """What was answered to this request. Raises InvalidInput when the key was given to another one."""
    is_same = (ApiReply.token_id == asked.token_id, ApiReply.key == asked.key)
    reply = db.session.scalars(select(ApiReply).where(*is_same)).one_or_none()
    if reply is not None and reply.request_hash != _hash(asked.request):
        message = N_("This Idempotency-Key came with another request before. Give each request a key of its own.")
        raise InvalidInput("Idempotency-Key", message)
    return reply


def keep(asked: Asked, status: int, body: dict[str, Any], *, now: datetime) -> None:
    """Raises IntegrityError when the same request is being answered at this moment."""
    reply = ApiReply(
        token_id=asked.token_id,
        key=asked.key,
        request_hash=_hash(asked.request),
        status=status,
        body=body,
        created_at=now,
    )
    db.session.add(reply)
    db.session.flush()


def forget(*, kept_before: datetime) -> int:
    return db.session.connection().execute(delete(ApiReply).where(ApiReply.created_at < kept_before)).rowcount


def _hash(request: bytes) -> str:
    return hashlib.sha256(request).hexdigest()
