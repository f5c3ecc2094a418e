"""Logged acts of sales towards a lead."""

from datetime import datetime

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from smarketing.db import Base
from smarketing.domain.dispositions import Channel
from smarketing.models.people import User


class Touch(Base):
    __tablename__ = "touches"

    id: Mapped[int] = mapped_column(primary_key=True)
    lead_id: Mapped[int] = mapped_column(ForeignKey("leads.id"), index=True)
    handoff_id: Mapped[int] = mapped_column(ForeignKey("handoffs.id"), index=True)
    actor_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    channel: Mapped[Channel]
    note: Mapped[str] = mapped_column(Text, default="")
    occurred_at: Mapped[datetime]
    recorded_at: Mapped[datetime]

    actor: Mapped[User] = relationship()
