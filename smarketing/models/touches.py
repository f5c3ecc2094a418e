"""Logged acts of sales towards a lead."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from smarketing.db import Base
from smarketing.domain.dispositions import Channel
from smarketing.models.people import User


class Touch(Base):
    __tablename__ = "touches"
    __table_args__ = (
        Index("ix_touches_handoff_id_message_id", "handoff_id", "message_id", unique=True),
        Index("ix_touches_occurred_at_actor_id", "occurred_at", "actor_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    lead_id: Mapped[int] = mapped_column(ForeignKey("leads.id"), index=True)
    handoff_id: Mapped[int] = mapped_column(ForeignKey("handoffs.id"), index=True)
    actor_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    channel: Mapped[Channel]
    note: Mapped[str] = mapped_column(Text, default="")
    occurred_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    message_id: Mapped[str | None] = mapped_column(
        String(250), comment="of the e-mail whose copy came in; null for one that somebody logged"
    )

    actor: Mapped[User] = relationship()
