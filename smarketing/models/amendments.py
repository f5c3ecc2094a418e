"""What one side asks to change in the version in force, and what the other side answered."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, Select, String, Text, select, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from smarketing.db import Base
from smarketing.domain.amendments import AmendmentState, state_at
from smarketing.domain.roles import Department
from smarketing.models.agreements import AgreementVersion
from smarketing.models.people import User

_IS_OPEN = text("state = 'open'")


class Amendment(Base):
    __tablename__ = "amendments"
    __table_args__ = (
        Index("uq_amendments_version_id", "version_id", unique=True),
        Index("ix_amendments_open", "answer_due_at", sqlite_where=_IS_OPEN, postgresql_where=_IS_OPEN),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(
        ForeignKey("agreement_versions.id"), comment="the whole text as it would be, frozen"
    )
    base_id: Mapped[int] = mapped_column(
        ForeignKey("agreement_versions.id"), comment="the version in force that it would change"
    )
    state: Mapped[AmendmentState]
    side: Mapped[Department] = mapped_column(comment="who asks")
    title: Mapped[str] = mapped_column(String(200))
    reason: Mapped[str] = mapped_column(Text)
    request: Mapped[dict[str, Any]] = mapped_column(
        JSON, comment="what the agreement asks a request to say, by the id of the item"
    )
    is_correction: Mapped[bool]
    sent_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    sent_at: Mapped[datetime]
    acceptable_at: Mapped[datetime] = mapped_column(comment="from when on it may be accepted")
    answer_due_at: Mapped[datetime] = mapped_column(comment="from then on it has lapsed unless answered")
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    answer: Mapped[str] = mapped_column(Text, default="")
    closed_at: Mapped[datetime | None]
    draft_id: Mapped[int | None] = mapped_column(
        ForeignKey("agreement_versions.id", ondelete="SET NULL"), comment="the draft that became of it"
    )

    version: Mapped[AgreementVersion] = relationship(foreign_keys=[version_id])
    base: Mapped[AgreementVersion] = relationship(foreign_keys=[base_id])
    draft: Mapped[AgreementVersion | None] = relationship(foreign_keys=[draft_id], passive_deletes=True)
    sent_by: Mapped[User] = relationship(foreign_keys=[sent_by_id])
    answered_by: Mapped[User | None] = relationship(foreign_keys=[answered_by_id])

    def state_at(self, now: datetime) -> AmendmentState:
        return state_at(self.state, answer_due_at=self.answer_due_at, now=now)

    @property
    def at_risk_at(self) -> datetime:
        """The last quarter of the time to answer."""
        return self.answer_due_at - (self.answer_due_at - self.sent_at) / 4

    @classmethod
    def overdue(cls, now: datetime) -> Select["Amendment"]:
        """Open ones that nobody has answered in time, oldest first."""
        due = (cls.state == AmendmentState.OPEN, cls.answer_due_at <= now)
        return select(cls).where(*due).order_by(cls.answer_due_at, cls.id)
