"""How leads are shared out: what each rep takes, when they are away, and who was given or credited what."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from smarketing.db import Base
from smarketing.models.leads import Lead
from smarketing.models.people import User


class RoutingProfile(Base):
    """What one rep takes; without a row, all that comes in full turn."""

    __tablename__ = "routing_profiles"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    weight: Mapped[int] = mapped_column(default=100, comment="share of the turn, in per cent of a full one; 0 is none")
    most_a_day: Mapped[int | None] = mapped_column(comment="leads a day of the agreement's zone; null without limit")
    countries: Mapped[list[str]] = mapped_column(JSON, default=list, comment="as leads write them; empty takes all")
    languages: Mapped[list[str]] = mapped_column(JSON, default=list, comment="of the field custom.language; empty: all")
    started_on: Mapped[date | None] = mapped_column(
        comment="from when the ramp counts; null for the account's first day"
    )

    user: Mapped[User] = relationship()


class Absence(Base):
    """A time in which a person is given no leads, half-open."""

    __tablename__ = "absences"
    __table_args__ = (Index("ix_absences_user_id_ends_at", "user_id", "ends_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    title: Mapped[str] = mapped_column(String(200), default="")
    uid: Mapped[str | None] = mapped_column(String(200), comment="of the calendar file it came from")

    user: Mapped[User] = relationship()


class Share(StrEnum):
    GIVEN = "given"
    CREDITED = "credited"


class LedgerLine(Base):
    """A lead given in the turn, or credited back, and why."""

    __tablename__ = "ledger_lines"
    __table_args__ = (
        Index("ix_ledger_lines_user_id_at", "user_id", "at"),
        Index("ix_ledger_lines_lead_id", "lead_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), comment="null where it waits for the team")
    lead_id: Mapped[int] = mapped_column(ForeignKey("leads.id"))
    share: Mapped[Share]
    why: Mapped[str] = mapped_column(String(60), comment="id of the route's clause, or the event that credited it")
    at: Mapped[datetime]

    lead: Mapped[Lead] = relationship()
