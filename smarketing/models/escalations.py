"""Steps of ladders that were taken, each once per clock, and who is to be told of them in their own hours."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from smarketing.db import Base
from smarketing.models.clocks import Clock
from smarketing.models.people import User

IS_TO_DO = text("act IS NOT NULL AND acted_at IS NULL")
IS_TO_TELL = text("told_at IS NULL AND dropped_at IS NULL")


class Escalation(Base):
    """One step of one ladder on one clock. `due_at` is when it was agreed to be taken, `taken_at` when it was."""

    __tablename__ = "escalations"
    __table_args__ = (
        Index("ix_escalations_clock_id_ladder_id_step", "clock_id", "ladder_id", "step", unique=True),
        Index("ix_escalations_to_do", "id", sqlite_where=IS_TO_DO, postgresql_where=IS_TO_DO),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    clock_id: Mapped[int] = mapped_column(ForeignKey("clocks.id"))
    ladder_id: Mapped[str] = mapped_column(String(60), comment="the escalation clause in the version's terms")
    step: Mapped[int] = mapped_column(comment="its place on the ladder, from 0")
    due_at: Mapped[datetime]
    taken_at: Mapped[datetime]
    is_void: Mapped[bool] = mapped_column(comment="the ladder did not apply to the lead at that time")
    is_urgent: Mapped[bool] = mapped_column(comment="told at once, whatever the hours of who is told")
    act: Mapped[str | None] = mapped_column(String(20), comment="reassign, recycle, task or list")
    acted_at: Mapped[datetime | None] = mapped_column(comment="when that was done, or found to be no longer needed")

    clock: Mapped[Clock] = relationship()
    calls: Mapped[list["EscalationCall"]] = relationship(order_by="EscalationCall.due_at")


class EscalationCall(Base):
    """Somebody whom a step tells; it waits until their hours begin, and is dropped when the clock stops before."""

    __tablename__ = "escalation_calls"
    __table_args__ = (
        Index("ix_escalation_calls_to_tell_due_at", "due_at", sqlite_where=IS_TO_TELL, postgresql_where=IS_TO_TELL),
    )

    escalation_id: Mapped[int] = mapped_column(ForeignKey("escalations.id"), primary_key=True)
    recipient_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    instead_of_id: Mapped[int | None] = mapped_column(
        ForeignKey("users.id"), comment="who is away for days, so that this person is told as well"
    )
    due_at: Mapped[datetime] = mapped_column(comment="when their hours begin; at once where it is urgent")
    told_at: Mapped[datetime | None]
    dropped_at: Mapped[datetime | None] = mapped_column(comment="when it was found that the clock had stopped before")

    recipient: Mapped[User] = relationship(foreign_keys=recipient_id)
    instead_of: Mapped[User | None] = relationship(foreign_keys=instead_of_id)
