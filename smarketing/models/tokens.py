"""What other systems sign in with, and what they were answered to requests they may send again."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from smarketing.db import Base
from smarketing.models.people import User


class ApiToken(Base):
    """A system that acts as a person; the person has seen the token once, the row holds only its hash."""

    __tablename__ = "api_tokens"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True, comment="SHA-256 of the token, hex")
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    name: Mapped[str] = mapped_column(String(80), comment="what its owner calls the system that uses it")
    may_write: Mapped[bool]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None] = mapped_column(comment="null for one that only its owner ends")
    last_used_at: Mapped[datetime | None] = mapped_column(comment="to about five minutes")
    revoked_at: Mapped[datetime | None]

    user: Mapped[User] = relationship()


class ApiReply(Base):
    """The answer to a request that came with an Idempotency-Key, given again when the request is sent again."""

    __tablename__ = "api_replies"
    __table_args__ = (UniqueConstraint("token_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    token_id: Mapped[int] = mapped_column(ForeignKey("api_tokens.id"))
    key: Mapped[str] = mapped_column(String(200))
    request_hash: Mapped[str] = mapped_column(String(64), comment="SHA-256 of method, path and body, hex")
    status: Mapped[int]
    body: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(index=True)
