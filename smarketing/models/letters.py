"""Letters: the outbox. One row per notice and channel, written with the notice and sent after the commit.

`next_try_at` is also the lease: whoever takes a letter moves it ahead, so that nobody else does, and a letter
whose sender died is tried again at that time.
"""

from datetime import datetime

from sqlalchemy import ColumnElement, ForeignKey, Index, String, and_, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from smarketing.db import Base
from smarketing.domain.letters import LetterState
from smarketing.models.notices import Notice
from smarketing.models.people import User

IS_WAITING = text("state = 'waiting'")
EMAIL = "email"


class Letter(Base):
    __tablename__ = "letters"
    __table_args__ = (
        Index("ix_letters_notice_id_channel", "notice_id", "channel", unique=True),
        Index("ix_letters_waiting_next_try_at", "next_try_at", sqlite_where=IS_WAITING, postgresql_where=IS_WAITING),
        Index("ix_letters_waiting_recipient_id", "recipient_id", sqlite_where=IS_WAITING, postgresql_where=IS_WAITING),
        Index("ix_letters_state_id", "state", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    notice_id: Mapped[int] = mapped_column(ForeignKey("notices.id"))
    recipient_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    channel: Mapped[str] = mapped_column(String(20), comment="email")
    state: Mapped[LetterState]
    attempt_count: Mapped[int] = mapped_column(comment="how often it was tried, the try under way included")
    is_urgent: Mapped[bool] = mapped_column(default=False, comment="it does not wait for the recipient's own hours")
    created_at: Mapped[datetime]
    next_try_at: Mapped[datetime] = mapped_column(comment="not before; while it is being sent, when the lease ends")
    message_id: Mapped[str | None] = mapped_column(
        String(200), comment="of the e-mail it went into, alike at every try; letters that have one share that e-mail"
    )
    last_error: Mapped[str | None] = mapped_column(String(300), comment="why the latest try failed")
    sent_at: Mapped[datetime | None]

    notice: Mapped[Notice] = relationship()
    recipient: Mapped[User] = relationship()

    @classmethod
    def is_due(cls, now: datetime) -> ColumnElement[bool]:
        return and_(IS_WAITING, cls.next_try_at <= now)
