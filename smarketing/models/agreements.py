"""The standing agreement, its versions with their exact terms, and who signed which digest.

The database itself refuses to change the terms of a version once it is no longer a draft (see the migrations).
"""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Select, String, Text, UniqueConstraint, select, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from smarketing.db import Base
from smarketing.domain.roles import Department
from smarketing.domain.signing import VersionStatus
from smarketing.models.people import User


class Agreement(Base):
    __tablename__ = "agreements"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime]

    versions: Mapped[list["AgreementVersion"]] = relationship(
        back_populates="agreement", order_by="AgreementVersion.number.desc()"
    )


class AgreementVersion(Base):
    __tablename__ = "agreement_versions"
    __table_args__ = (
        UniqueConstraint("agreement_id", "number"),
        Index(
            "uq_agreement_versions_in_force",
            "status",
            unique=True,
            sqlite_where=text("status = 'in_force'"),
            postgresql_where=text("status = 'in_force'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    agreement_id: Mapped[int] = mapped_column(ForeignKey("agreements.id"))
    number: Mapped[int]
    status: Mapped[VersionStatus]
    terms: Mapped[str] = mapped_column(Text, comment="canonical JSON of the terms; what the digest is taken of")
    digest: Mapped[str] = mapped_column(String(64), comment="SHA-256 of terms, hex")
    drafted_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    drafted_at: Mapped[datetime]
    proposed_at: Mapped[datetime | None]
    effective_at: Mapped[datetime | None] = mapped_column(comment="when it comes, or came, into force")
    superseded_at: Mapped[datetime | None] = mapped_column(comment="when it was in force no more")
    ends_at: Mapped[datetime | None] = mapped_column(comment="when its term ends, or notice ends it")
    edition: Mapped[int] = mapped_column(default=1)

    agreement: Mapped[Agreement] = relationship(back_populates="versions")
    drafted_by: Mapped[User] = relationship()
    signatures: Mapped[list["Signature"]] = relationship(back_populates="version", order_by="Signature.signed_at")

    __mapper_args__ = {"version_id_col": edition}

    @classmethod
    def in_force(cls) -> Select["AgreementVersion"]:
        return select(cls).where(cls.status == VersionStatus.IN_FORCE)

    @classmethod
    def awaiting_effect(cls, now: datetime) -> Select["AgreementVersion"]:
        """Signed versions whose moment has come, oldest first."""
        due = (cls.status == VersionStatus.SIGNED, cls.effective_at <= now)
        return select(cls).where(*due).order_by(cls.effective_at, cls.id)


class Termination(Base):
    """Notice that one side has given to end a version."""

    __tablename__ = "terminations"
    __table_args__ = (Index("ix_terminations_version_id", "version_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("agreement_versions.id"))
    side: Mapped[Department]
    clause_id: Mapped[str | None] = mapped_column(String(60), comment="the cause; null is the plain notice")
    given_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    given_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    taken_back_at: Mapped[datetime | None]

    given_by: Mapped[User] = relationship()


class Signature(Base):
    __tablename__ = "signatures"
    __table_args__ = (UniqueConstraint("version_id", "department"), UniqueConstraint("version_id", "user_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("agreement_versions.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    department: Mapped[Department]
    digest: Mapped[str] = mapped_column(String(64), comment="the digest that was signed")
    signed_at: Mapped[datetime]

    version: Mapped[AgreementVersion] = relationship(back_populates="signatures")
    user: Mapped[User] = relationship()
