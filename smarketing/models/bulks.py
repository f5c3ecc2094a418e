"""One decision about many leads, and what became of it lead by lead."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from smarketing.db import Base
from smarketing.domain.bulks import BulkVerb, RowState
from smarketing.models.leads import Lead
from smarketing.models.people import User

IS_TO_DO = text("state IN ('waiting', 'undoing')")


class Bulk(Base):
    __tablename__ = "bulks"

    id: Mapped[int] = mapped_column(primary_key=True)
    verb: Mapped[BulkVerb]
    reason: Mapped[str] = mapped_column(Text, default="")
    actor_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    begun_at: Mapped[datetime]
    row_count: Mapped[int]
    undone_at: Mapped[datetime | None] = mapped_column(comment="when it was asked to be undone")

    actor: Mapped[User] = relationship()


class BulkRow(Base):
    __tablename__ = "bulk_rows"
    __table_args__ = (
        Index("ix_bulk_rows_bulk_id_state", "bulk_id", "state", "id"),
        Index("ix_bulk_rows_to_do", "bulk_id", "id", sqlite_where=IS_TO_DO, postgresql_where=IS_TO_DO),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    bulk_id: Mapped[int] = mapped_column(ForeignKey("bulks.id"))
    lead_id: Mapped[int] = mapped_column(ForeignKey("leads.id"))
    handoff_id: Mapped[int | None] = mapped_column(ForeignKey("handoffs.id"), comment="whose refusal is agreed with")
    was_held: Mapped[bool] = mapped_column(comment="whether the lead was held back before, to be put back by an undo")
    state: Mapped[RowState]
    message: Mapped[str | None] = mapped_column(Text, comment="English msgid: why it failed, or stands")
    params: Mapped[dict[str, Any] | None] = mapped_column(JSON)

    lead: Mapped[Lead] = relationship()
