"""The journal: what happened, when it happened and when we noticed. Never changed, never deleted.

No foreign keys on purpose: the journal outlives what it speaks of, and holds ids and numbers, never personal data.
The database refuses UPDATE and DELETE by trigger (see the migrations).
"""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from smarketing.db import Base


class Event(Base):
    __tablename__ = "events"
    __table_args__ = (Index("ix_events_lead_id", "lead_id"),)

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    name: Mapped[str] = mapped_column(String(40))
    subject_type: Mapped[str] = mapped_column(String(20))
    subject_id: Mapped[int]
    lead_id: Mapped[int | None]
    actor_id: Mapped[int | None] = mapped_column(comment="null when a rule or a job did it")
    agreement_version_id: Mapped[int | None]
    occurred_at: Mapped[datetime] = mapped_column(comment="when it was true")
    recorded_at: Mapped[datetime] = mapped_column(comment="when we noticed")
    data: Mapped[dict[str, Any] | None] = mapped_column(JSON)
