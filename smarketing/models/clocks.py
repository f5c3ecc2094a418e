"""Clocks: the running measure of one clause on one hand-off, and the pauses in which they stand still.

`due_at` and `at_risk_at` are stored when a clock starts, pauses or resumes, so that a sweep asks the database
for what is due. A clock may be breached and still unstopped: it has yet to learn when it was answered.
"""

from datetime import date, datetime

from sqlalchemy import ColumnElement, ForeignKey, Index, Select, String, and_, or_, select, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from smarketing.db import Base
from smarketing.domain.roles import Department
from smarketing.domain.sla_clock import Outcome
from smarketing.models.handoffs import Handoff
from smarketing.models.people import User

_IS_RUNNING = text("outcome = 'running'")
_IS_UNWARNED = text("outcome = 'running' AND warned_at IS NULL")
IS_UNANSWERED = text("elapsed_seconds IS NULL AND outcome <> 'void'")
"""Running, or breached and not answered in the end: literal, so that the planner knows the partial index."""

IS_EXCUSED = text("excused_at IS NOT NULL")
IS_CLIMBING = text("escalates_at IS NOT NULL AND stopped_at IS NULL AND outcome <> 'void'")
IS_UNSTOPPED = text("stopped_at IS NULL AND outcome <> 'void'")


class Clock(Base):
    __tablename__ = "clocks"
    __table_args__ = (
        Index("ix_clocks_running_due_at", "due_at", sqlite_where=_IS_RUNNING, postgresql_where=_IS_RUNNING),
        Index(
            "ix_clocks_unwarned_at_risk_at",
            "at_risk_at",
            sqlite_where=_IS_UNWARNED,
            postgresql_where=_IS_UNWARNED,
        ),
        Index(
            "ix_clocks_unstopped_owner_due_at",
            "owner_id",
            "due_at",
            sqlite_where=IS_UNSTOPPED,
            postgresql_where=IS_UNSTOPPED,
        ),
        Index("ix_clocks_handoff_id", "handoff_id"),
        Index(
            "ix_clocks_climbing_escalates_at",
            "escalates_at",
            sqlite_where=IS_CLIMBING,
            postgresql_where=IS_CLIMBING,
        ),
        Index(
            "ix_clocks_excused_due_on",
            "due_on",
            "clause_id",
            sqlite_where=IS_EXCUSED,
            postgresql_where=IS_EXCUSED,
        ),
        Index("ix_clocks_clause_due_on", "clause_id", "due_on", "outcome", "owner_id"),
        Index(
            "ix_clocks_unanswered_due_on",
            "due_on",
            "clause_id",
            sqlite_where=IS_UNANSWERED,
            postgresql_where=IS_UNANSWERED,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    handoff_id: Mapped[int] = mapped_column(ForeignKey("handoffs.id"))
    lead_id: Mapped[int] = mapped_column(ForeignKey("leads.id"))
    agreement_version_id: Mapped[int] = mapped_column(ForeignKey("agreement_versions.id"))
    clause_id: Mapped[str] = mapped_column(String(60), comment="the clock clause in the version's terms")
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), comment="who has to act")
    outcome: Mapped[Outcome]
    started_at: Mapped[datetime]
    at_risk_at: Mapped[datetime]
    due_at: Mapped[datetime]
    due_on: Mapped[date] = mapped_column(comment="the day of due_at in the zone of the agreement")
    stopped_at: Mapped[datetime | None] = mapped_column(
        comment="when its milestone was reached, or when nobody had to act any more"
    )
    warned_at: Mapped[datetime | None] = mapped_column(
        comment="when it was seen to be at risk: its owner was told then, unless its ladder does so"
    )
    elapsed_seconds: Mapped[int | None] = mapped_column(
        comment="business seconds from start to milestone; null while, or when for good, it was not reached"
    )
    side: Mapped[Department] = mapped_column(
        default=Department.SALES, server_default="sales", comment="who has promised"
    )
    calendar_id: Mapped[str | None] = mapped_column(
        String(60), comment="in the version's terms; the clause's, when null"
    )
    part: Mapped[int] = mapped_column(
        default=1, server_default="1", comment="the how-many-th of its clause and hand-off"
    )
    limit_at: Mapped[datetime | None] = mapped_column(comment="when the hard limit ends; null where none was agreed")
    paused_at: Mapped[datetime | None] = mapped_column(
        comment="since when it stands still; due_at is out of reach meanwhile"
    )
    escalates_at: Mapped[datetime | None] = mapped_column(
        comment="when the next step of its ladders is due; null when there is none"
    )
    ended_by: Mapped[str | None] = mapped_column(String(40), comment="the event that ended it")
    restated_at: Mapped[datetime | None] = mapped_column(
        comment="when its verdict was last changed after it had been told"
    )

    excused_at: Mapped[datetime | None] = mapped_column(comment="when the other side, or a ruling, excused its breach")

    handoff: Mapped[Handoff] = relationship()
    owner: Mapped[User | None] = relationship()
    pauses: Mapped[list["Pause"]] = relationship(order_by="Pause.paused_at")

    @classmethod
    def unstopped(cls, handoff_id: int) -> Select["Clock"]:
        return select(cls).where(cls.handoff_id == handoff_id, cls.stopped_at.is_(None), cls.outcome != Outcome.VOID)

    @classmethod
    def open_at(cls, handoff_id: int, at: datetime) -> Select["Clock"]:
        """Clocks of a hand-off that had started and, as far as we know, had not stopped."""
        return select(cls).where(cls.handoff_id == handoff_id, cls.started_at <= at, cls.is_open_at(at))

    @classmethod
    def is_open_at(cls, at: datetime) -> ColumnElement[bool]:
        return and_(cls.outcome != Outcome.VOID, or_(cls.stopped_at.is_(None), cls.stopped_at > at))

    @classmethod
    def overdue(cls, now: datetime) -> Select["Clock"]:
        """Running clocks whose due instant lies before now, oldest first."""
        return select(cls).where(cls.outcome == Outcome.RUNNING, cls.due_at < now).order_by(cls.due_at)

    @classmethod
    def at_risk(cls, now: datetime) -> Select["Clock"]:
        """Running clocks past their at-risk instant, not yet due nor paused, whose owner has not been warned."""
        is_unwarned = (cls.outcome == Outcome.RUNNING, cls.warned_at.is_(None), cls.paused_at.is_(None))
        return select(cls).where(*is_unwarned, cls.at_risk_at <= now, cls.due_at >= now).order_by(cls.at_risk_at)

    @classmethod
    def escalating(cls, now: datetime) -> Select["Clock"]:
        """Clocks that wait for their milestone and have a step due, oldest first."""
        return select(cls).where(IS_CLIMBING, cls.escalates_at <= now).order_by(cls.escalates_at)


class Pause(Base):
    __tablename__ = "pauses"

    id: Mapped[int] = mapped_column(primary_key=True)
    clock_id: Mapped[int] = mapped_column(ForeignKey("clocks.id"), index=True)
    actor_id: Mapped[int | None] = mapped_column(
        ForeignKey("users.id"), comment="null when an event of the lead did it"
    )
    reason: Mapped[str] = mapped_column(String(200))
    paused_at: Mapped[datetime]
    resumed_at: Mapped[datetime | None]

    actor: Mapped[User | None] = relationship()
