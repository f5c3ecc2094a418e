"""What ran by itself, and which process leads the timetable."""

from datetime import datetime

from sqlalchemy import Index, Select, String, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from smarketing.db import Base


class JobRun(Base):
    __tablename__ = "job_runs"
    __table_args__ = (Index("ix_job_runs_job_started_at", "job", "started_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    job: Mapped[str] = mapped_column(String(40))
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    count: Mapped[int | None] = mapped_column(comment="how many things it acted on; null while running or failed")
    error: Mapped[str | None] = mapped_column(Text)
    holder: Mapped[str] = mapped_column(String(120), comment="host and process that ran it")


class SchedulerLease(Base):
    __tablename__ = "scheduler_leases"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    holder: Mapped[str] = mapped_column(String(120))
    token: Mapped[int] = mapped_column(comment="grows with each change of holder (fencing)")
    held_since: Mapped[datetime] = mapped_column(comment="by the database's clock")
    expires_at: Mapped[datetime] = mapped_column(comment="by the database's clock")

    @classmethod
    def held(cls, database_now: datetime) -> Select["SchedulerLease"]:
        """The lease while its holder lives; nothing once it has expired."""
        return select(cls).where(cls.expires_at >= database_now)
