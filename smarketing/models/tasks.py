"""Tasks: what a step of a ladder gave one person to do. The words for it stand in the version's terms."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from smarketing.db import Base
from smarketing.models.escalations import Escalation
from smarketing.models.people import User

IS_OPEN = text("done_at IS NULL")


class Task(Base):
    """To be done while `done_at` is null."""

    __tablename__ = "tasks"
    __table_args__ = (
        Index("ix_tasks_open_assignee_id", "assignee_id", sqlite_where=IS_OPEN, postgresql_where=IS_OPEN),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    escalation_id: Mapped[int] = mapped_column(ForeignKey("escalations.id"), unique=True)
    assignee_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    given_at: Mapped[datetime]
    done_at: Mapped[datetime | None] = mapped_column(comment="null while it is to be done")
    done_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    escalation: Mapped[Escalation] = relationship()
    assignee: Mapped[User] = relationship(foreign_keys=assignee_id)
    done_by: Mapped[User | None] = relationship(foreign_keys=done_by_id)
