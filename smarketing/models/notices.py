"""Messages owed to people because of what happened."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from smarketing.db import Base

_IS_UNREAD = text("read_at IS NULL")


class Notice(Base):
    __tablename__ = "notices"
    __table_args__ = (
        Index("ix_notices_recipient_id_id", "recipient_id", "id"),
        Index("ix_notices_unread", "recipient_id", sqlite_where=_IS_UNREAD, postgresql_where=_IS_UNREAD),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    recipient_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    kind: Mapped[str] = mapped_column(String(40), comment="the event name it tells of")
    handoff_id: Mapped[int | None] = mapped_column(ForeignKey("handoffs.id"))
    lead_id: Mapped[int | None] = mapped_column(ForeignKey("leads.id"))
    data: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    dedupe_key: Mapped[str] = mapped_column(String(120), unique=True, comment="a notice is owed once per key")
    created_at: Mapped[datetime]
    read_at: Mapped[datetime | None]
