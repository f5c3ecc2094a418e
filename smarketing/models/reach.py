"""What people have settled about how they are reached; who has settled nothing has no row."""

from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from smarketing.db import Base


class ReachSettings(Base):
    __tablename__ = "reach_settings"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    quiet_from: Mapped[int] = mapped_column(comment="minutes from local midnight; no quiet hours when both are alike")
    quiet_until: Mapped[int] = mapped_column(comment="minutes from local midnight")
    quiet_on: Mapped[list[int]] = mapped_column(JSON, comment="weekdays without e-mails, 0 is Monday")
    daily_at: Mapped[int] = mapped_column(comment="when the e-mail of the day goes, in minutes from local midnight")
    choices: Mapped[dict[str, str]] = mapped_column(JSON, comment="bell, at_once or daily by topic, where chosen")
