"""Volumes owed per period: what a count clause demands, written down period by period."""

from datetime import date

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from smarketing.db import Base


class Target(Base):
    __tablename__ = "targets"
    __table_args__ = (UniqueConstraint("clause_id", "starts_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    agreement_version_id: Mapped[int] = mapped_column(ForeignKey("agreement_versions.id"))
    clause_id: Mapped[str] = mapped_column(String(60))
    metric: Mapped[str] = mapped_column(String(20))
    starts_on: Mapped[date]
    ends_on: Mapped[date] = mapped_column(comment="exclusive")
    owed: Mapped[int]
