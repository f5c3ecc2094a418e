"""Statements of a period and who signed them. The database refuses to change or delete either (see the migrations)."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from smarketing.db import Base
from smarketing.domain.roles import Department
from smarketing.models.people import User


class Statement(Base):
    __tablename__ = "statements"
    __table_args__ = (UniqueConstraint("starts_on", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    starts_on: Mapped[date]
    ends_on: Mapped[date] = mapped_column(comment="exclusive")
    number: Mapped[int] = mapped_column(comment="1 for the first edition; another when late facts changed it unsigned")
    text: Mapped[str] = mapped_column(Text, comment="canonical JSON, see domain/statements.py")
    digest: Mapped[str] = mapped_column(String(64), comment="SHA-256 of text, hex")
    composed_at: Mapped[datetime]

    signatures: Mapped[list["StatementSignature"]] = relationship(
        back_populates="statement", order_by="StatementSignature.signed_at"
    )


class StatementSignature(Base):
    __tablename__ = "statement_signatures"
    __table_args__ = (UniqueConstraint("statement_id", "department"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    statement_id: Mapped[int] = mapped_column(ForeignKey("statements.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    department: Mapped[Department]
    digest: Mapped[str] = mapped_column(String(64), comment="the digest that was signed")
    signed_at: Mapped[datetime]

    statement: Mapped[Statement] = relationship(back_populates="signatures")
    user: Mapped[User] = relationship()
