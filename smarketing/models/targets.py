"""Volumes owed per period: what a count clause demands, written down period by period and for each who owes it."""

from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from smarketing.db import Base

IS_WHOLE = text("user_id IS NULL AND team IS NULL")
IS_OF_TEAM = text("team IS NOT NULL")
IS_OF_PERSON = text("user_id IS NOT NULL")


class Target(Base):
    __tablename__ = "targets"
    __table_args__ = (
        Index(
            "uq_targets_whole",
            "clause_id",
            "starts_on",
            unique=True,
            sqlite_where=IS_WHOLE,
            postgresql_where=IS_WHOLE,
        ),
        Index(
            "uq_targets_team",
            "clause_id",
            "starts_on",
            "team",
            unique=True,
            sqlite_where=IS_OF_TEAM,
            postgresql_where=IS_OF_TEAM,
        ),
        Index(
            "uq_targets_person",
            "clause_id",
            "starts_on",
            "user_id",
            unique=True,
            sqlite_where=IS_OF_PERSON,
            postgresql_where=IS_OF_PERSON,
        ),
        Index("ix_targets_ends_on", "ends_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    agreement_version_id: Mapped[int] = mapped_column(ForeignKey("agreement_versions.id"))
    clause_id: Mapped[str] = mapped_column(String(60))
    metric: Mapped[str] = mapped_column(String(20))
    starts_on: Mapped[date]
    ends_on: Mapped[date] = mapped_column(comment="exclusive")
    user_id: Mapped[int | None] = mapped_column(
        ForeignKey("users.id"), comment="who owes it; null for a team, and for the side as a whole"
    )
    team: Mapped[str | None] = mapped_column(String(60), comment="key of the team that owes it")
    ramp_ratio: Mapped[float] = mapped_column(default=1.0, comment="share of the clause's volume left by the ramp")
    owed: Mapped[int] = mapped_column(BigInteger, comment="leads or acts, or 1/100 of the currency as the clause says")
    actual: Mapped[int | None] = mapped_column(BigInteger, comment="what there was; null until the period has ended")
    closed_actual: Mapped[int | None] = mapped_column(
        BigInteger, comment="what there was when it was first counted; actual differs when late facts restated it"
    )
    closed_at: Mapped[datetime | None]
    restated_at: Mapped[datetime | None] = mapped_column(comment="when late facts last changed what there was")
