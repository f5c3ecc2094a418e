"""Views of the list of leads that people keep: its address under a name, for themselves or for their team."""

from datetime import datetime

from sqlalchemy import ColumnElement, ForeignKey, Select, String, Text, UniqueConstraint, and_, or_, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from smarketing.db import Base
from smarketing.models.people import User


class SavedView(Base):
    __tablename__ = "saved_views"
    __table_args__ = (UniqueConstraint("owner_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    team_id: Mapped[int | None] = mapped_column(
        ForeignKey("teams.id"), index=True, comment="the team that sees it too; null for the owner alone"
    )
    name: Mapped[str] = mapped_column(String(60))
    query: Mapped[str] = mapped_column(Text, comment="filters, order and columns as in the address of the list")
    saved_at: Mapped[datetime]

    owner: Mapped[User] = relationship()

    @classmethod
    def seen_by(cls, user: User) -> Select["SavedView"]:
        """Their own, then what their team shares, by name."""
        own: ColumnElement[bool] = cls.owner_id == user.id
        of_team = and_(cls.team_id.is_not(None), cls.team_id == user.team_id)
        return select(cls).where(or_(own, of_team)).order_by((cls.owner_id != user.id), cls.name, cls.id)
