"""Themes of the report that go out by e-mail every week, with the filters of the page they were ordered from."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from smarketing.db import Base
from smarketing.models.people import User

IS_LIVE = text("ended_at IS NULL")


class Subscription(Base):
    __tablename__ = "subscriptions"
    __table_args__ = (
        Index("ix_subscriptions_live_next_at", "next_at", sqlite_where=IS_LIVE, postgresql_where=IS_LIVE),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    theme: Mapped[str] = mapped_column(String(40))
    filters: Mapped[dict[str, str]] = mapped_column(JSON, comment="the filters of the page, as in its address")
    weekday: Mapped[int] = mapped_column(comment="0 is Monday")
    is_for_all: Mapped[bool] = mapped_column(comment="both departments get it; else only who ordered it")
    created_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]
    next_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    created_by: Mapped[User] = relationship()
