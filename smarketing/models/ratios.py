"""Shares owed per period: what a ratio clause demands, written down period by period and for each who owes it."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from smarketing.db import Base

IS_WHOLE = text("user_id IS NULL AND team IS NULL")
IS_OF_TEAM = text("team IS NOT NULL")
IS_OF_PERSON = text("user_id IS NOT NULL")


def _once(name: str, is_of: object, *columns: str) -> Index:
    return Index(name, "clause_id", "starts_on", *columns, unique=True, sqlite_where=is_of, postgresql_where=is_of)


class Ratio(Base):
    __tablename__ = "ratios"
    __table_args__ = (
        _once("uq_ratios_whole", IS_WHOLE),
        _once("uq_ratios_team", IS_OF_TEAM, "team"),
        _once("uq_ratios_person", IS_OF_PERSON, "user_id"),
        Index("ix_ratios_ends_on", "ends_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    agreement_version_id: Mapped[int] = mapped_column(ForeignKey("agreement_versions.id"))
    clause_id: Mapped[str] = mapped_column(String(60))
    starts_on: Mapped[date]
    ends_on: Mapped[date] = mapped_column(comment="exclusive")
    user_id: Mapped[int | None] = mapped_column(
        ForeignKey("users.id"), comment="who owes it; null for a team, and for the side as a whole"
    )
    team: Mapped[str | None] = mapped_column(String(60), comment="key of the team that owes it")
    ramp_ratio: Mapped[float] = mapped_column(default=1.0, comment="part of the least share left by the ramp")
    part: Mapped[int | None] = mapped_column(comment="how many counted; null until the period has ended")
    total: Mapped[int | None] = mapped_column(comment="among how many; null until the period has ended")
    closed_part: Mapped[int | None] = mapped_column(
        comment="as first counted; part differs when late facts restated it"
    )
    closed_total: Mapped[int | None] = mapped_column(comment="as first counted")
    closed_at: Mapped[datetime | None]
    restated_at: Mapped[datetime | None] = mapped_column(comment="when late facts last changed what there was")
