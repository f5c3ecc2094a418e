"""People who asked never to be brought in again, by the digest of their address alone."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from smarketing.db import Base


class Objection(Base):
    __tablename__ = "objections"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True, comment="SHA-256 of the lower-case e-mail, hex")
    recorded_at: Mapped[datetime]
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
