"""Past hand-offs of another system, as a file told them: facts alone, judged whenever they are read."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from smarketing.db import Base
from smarketing.domain.past_events import LEAD_LIMIT, TEXT_LIMIT
from smarketing.models.people import User


class History(Base):
    __tablename__ = "histories"

    id: Mapped[int] = mapped_column(primary_key=True)
    filename: Mapped[str] = mapped_column(String(255))
    zone: Mapped[str] = mapped_column(String(60), comment="of times in the file that name none")
    lead_count: Mapped[int]
    event_count: Mapped[int] = mapped_column(comment="rows that were taken, each once")
    repeated_count: Mapped[int] = mapped_column(comment="rows that said again what another row says")
    rejected_count: Mapped[int]
    rejected: Mapped[list[dict[str, Any]]] = mapped_column(
        JSON, comment="the first rows that could not be taken: row, field, msgid and params"
    )
    first_at: Mapped[datetime]
    last_at: Mapped[datetime] = mapped_column(comment="what was not due by then is not judged")
    created_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]

    created_by: Mapped[User] = relationship()


class HistoryEvent(Base):
    __tablename__ = "history_events"
    __table_args__ = (Index("ix_history_events_history_id_lead_at", "history_id", "lead", "at", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    history_id: Mapped[int] = mapped_column(ForeignKey("histories.id"))
    lead: Mapped[str] = mapped_column(String(LEAD_LIMIT), comment="its id in the other system, or a digest of it")
    name: Mapped[str] = mapped_column(String(40))
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(TEXT_LIMIT))
    owner: Mapped[str] = mapped_column(String(TEXT_LIMIT))
    detail: Mapped[str] = mapped_column(String(TEXT_LIMIT))
