"""How leads are shared out: what each rep takes, when they are away, and who was given or credited what."""

from collections.abc import Iterable
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, Select, String, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from smarketing.db import Base
from smarketing.domain.debts import Hand
from smarketing.domain.periods import local_day
from smarketing.domain.roles import Role
from smarketing.models.leads import Lead
from smarketing.models.people import Team, User


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


def reps_of(teams: Iterable[str]) -> Select[*tuple[Any, ...]]:
    """Those who can sign in: id, team's key, day of beginning (None where it was not said), instant of the account."""
    columns: tuple[Any, ...] = (User.id, Team.key, RoutingProfile.started_on, User.created_at)
    query: Select[*tuple[Any, ...]] = select(*columns).join(Team, Team.id == User.team_id)
    query = query.outerjoin(RoutingProfile, RoutingProfile.user_id == User.id)
    sells = (Team.key.in_(sorted(teams)), User.role == Role.SALES_REP, User.disabled_at.is_(None))
    return query.where(*sells).order_by(User.id)


def hand(row: Any, zone: str) -> Hand:
    user_id, team, started_on, created_at = row
    return Hand(user_id, team, started_on or local_day(created_at, zone))
