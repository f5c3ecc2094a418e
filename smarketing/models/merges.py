"""Leads that took another record of the same person in, and the further addresses and ids they are known by since.

A lead that was absorbed is no row of `leads` any more; its number leads on to the lead that took it in.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, Select, String, UniqueConstraint, or_, select, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from smarketing.db import Base, among
from smarketing.domain.merges import KeyKind
from smarketing.models.people import User

STANDS = text("separated_at IS NULL")


class Merge(Base):
    __tablename__ = "merges"
    __table_args__ = (
        Index("uq_merges_absorbed_id", "absorbed_id", unique=True, sqlite_where=STANDS, postgresql_where=STANDS),
        Index("ix_merges_lead_id", "lead_id"),
        Index("ix_merges_mql_on", "mql_on", sqlite_where=STANDS, postgresql_where=STANDS),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    lead_id: Mapped[int] = mapped_column(ForeignKey("leads.id"), comment="the lead that both are part of now")
    absorbed_id: Mapped[int] = mapped_column(comment="the number of the lead that was taken in")
    before: Mapped[dict[str, Any] | None] = mapped_column(
        JSON, comment="both leads as they stood, and rows that were there twice; null once erased"
    )
    moved: Mapped[dict[str, Any]] = mapped_column(JSON, comment="table to keys of the rows that went along")
    ended_handoff_id: Mapped[int | None] = mapped_column(
        ForeignKey("handoffs.id"), comment="the unanswered hand-off that ended, since there were two"
    )
    mql_on: Mapped[date | None] = mapped_column(comment="the day that counts an MQL less since; null for none")
    last_event_id: Mapped[int | None] = mapped_column(
        BigInteger, comment="the last line of the journal that the merge itself wrote"
    )
    merged_at: Mapped[datetime]
    merged_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    separated_at: Mapped[datetime | None] = mapped_column(comment="when they were made two again")
    separated_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    merged_by: Mapped[User] = relationship(foreign_keys=[merged_by_id])

    @classmethod
    def standing(cls, lead_id: int) -> Select["Merge"]:
        """What this lead has taken in, the latest first."""
        return select(cls).where(STANDS, cls.lead_id == lead_id).order_by(cls.id.desc())

    @classmethod
    def absorbed_by(cls, lead_ids: Iterable[int]) -> Select[int]:
        """The numbers of the leads that are part of these now."""
        return select(cls.absorbed_id).where(STANDS, among(cls.lead_id, lead_ids))

    @classmethod
    def in_place_of(cls, lead_id: int) -> Select[int]:
        """The lead that an absorbed one is part of now."""
        return select(cls.lead_id).where(STANDS, cls.absorbed_id == lead_id)

    @classmethod
    def ever_with(cls, lead_ids: Iterable[int]) -> Select[int, int]:
        """Pairs of leads of which one was once part of the other, where these are among them."""
        listed = list(lead_ids)
        is_one = or_(among(cls.lead_id, listed), among(cls.absorbed_id, listed))
        return select(cls.lead_id, cls.absorbed_id).where(is_one)


class LeadKey(Base):
    """A further address or id by which other systems go on to know a lead."""

    __tablename__ = "lead_keys"
    __table_args__ = (UniqueConstraint("kind", "key"), Index("ix_lead_keys_lead_id", "lead_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    lead_id: Mapped[int] = mapped_column(ForeignKey("leads.id"))
    merge_id: Mapped[int | None] = mapped_column(ForeignKey("merges.id"), comment="the merge that brought it")
    kind: Mapped[KeyKind]
    key: Mapped[str] = mapped_column(String(254), comment="an e-mail in lower case, an id as it is")
    text: Mapped[str] = mapped_column(String(254), comment="as it was written")
