"""What goes on around the text of a version: its revisions, entries that are not finished, and comments."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Select, String, Text, UniqueConstraint, select, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from smarketing.db import Base
from smarketing.models.people import User


class Revision(Base):
    """The text of a draft as somebody left it, numbered from 1 within its version."""

    __tablename__ = "revisions"
    __table_args__ = (UniqueConstraint("version_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("agreement_versions.id", ondelete="CASCADE"))
    number: Mapped[int]
    terms: Mapped[str] = mapped_column(Text, comment="canonical JSON, as in agreement_versions")
    digest: Mapped[str] = mapped_column(String(64), comment="SHA-256 of terms, hex")
    piece: Mapped[str | None] = mapped_column(String(200), comment="the part that was edited; null for the whole")
    restores: Mapped[int | None] = mapped_column(comment="the number of the revision whose text this brings back")
    saved_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    begun_at: Mapped[datetime] = mapped_column(comment="the first of the changes that this revision gathers")
    saved_at: Mapped[datetime] = mapped_column(comment="the last of them")

    saved_by: Mapped[User] = relationship()

    @classmethod
    def of(cls, version_id: int) -> Select["Revision"]:
        """Newest first."""
        return select(cls).where(cls.version_id == version_id).order_by(cls.number.desc())


class UnfinishedPiece(Base):
    """A part of a draft as somebody has typed it, which is not sound yet and so not in the terms."""

    __tablename__ = "unfinished_pieces"
    __table_args__ = (UniqueConstraint("version_id", "piece"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("agreement_versions.id", ondelete="CASCADE"))
    piece: Mapped[str] = mapped_column(String(200))
    value: Mapped[str] = mapped_column(Text, comment="JSON of the part as it was typed")
    saved_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    saved_at: Mapped[datetime]

    saved_by: Mapped[User] = relationship()


class Comment(Base):
    """What somebody says about a clause of a version; answers belong to the comment that began the thread."""

    __tablename__ = "comments"
    __table_args__ = (
        Index("ix_comments_version_id_clause", "version_id", "clause"),
        Index(
            "ix_comments_open",
            "version_id",
            sqlite_where=text("resolved_at IS NULL AND answers_id IS NULL"),
            postgresql_where=text("resolved_at IS NULL AND answers_id IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("agreement_versions.id", ondelete="CASCADE"))
    clause: Mapped[str] = mapped_column(String(80), comment="the id of the clause, or of another provision")
    digest: Mapped[str] = mapped_column(String(64), comment="the digest of the version when this was written")
    body: Mapped[str] = mapped_column(Text)
    answers_id: Mapped[int | None] = mapped_column(ForeignKey("comments.id", ondelete="CASCADE"))
    author_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    written_at: Mapped[datetime]
    resolved_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    resolved_at: Mapped[datetime | None]

    author: Mapped[User] = relationship(foreign_keys=author_id)
    resolved_by: Mapped[User | None] = relationship(foreign_keys=resolved_by_id)
    answers: Mapped[list["Comment"]] = relationship(order_by="Comment.id")
