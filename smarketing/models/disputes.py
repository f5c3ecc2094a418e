"""What one side contests: the evidence as it stood then, the answer of the other, and the votes of the arbiters."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from smarketing.db import Base
from smarketing.domain.disputes import DisputeKind, DisputeState, Ground
from smarketing.domain.roles import Department
from smarketing.models.clocks import Clock
from smarketing.models.handoffs import Handoff
from smarketing.models.leads import Lead
from smarketing.models.people import User

_OF_HANDOFF = text("kind <> 'breach' AND state <> 'taken_back'")
_OF_CLOCK = text("kind = 'breach' AND state <> 'taken_back'")
IS_UPHELD = text("state = 'upheld'")


class Dispute(Base):
    __tablename__ = "disputes"
    __table_args__ = (
        Index(
            "uq_disputes_handoff",
            "handoff_id",
            "kind",
            unique=True,
            sqlite_where=_OF_HANDOFF,
            postgresql_where=_OF_HANDOFF,
        ),
        Index("uq_disputes_clock", "clock_id", unique=True, sqlite_where=_OF_CLOCK, postgresql_where=_OF_CLOCK),
        Index("ix_disputes_lead_id", "lead_id"),
        Index("ix_disputes_state_id", "state", "id"),
        Index(
            "ix_disputes_upheld_figures_on", "figures_on", "kind", sqlite_where=IS_UPHELD, postgresql_where=IS_UPHELD
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[DisputeKind]
    lead_id: Mapped[int] = mapped_column(ForeignKey("leads.id"))
    handoff_id: Mapped[int] = mapped_column(ForeignKey("handoffs.id"))
    clock_id: Mapped[int | None] = mapped_column(
        ForeignKey("clocks.id"), comment="the breach; null for the other kinds"
    )
    state: Mapped[DisputeState]
    side: Mapped[Department] = mapped_column(comment="who contests")
    ground: Mapped[Ground]
    note: Mapped[str] = mapped_column(Text)
    raised_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    raised_at: Mapped[datetime]
    answer_due_at: Mapped[datetime] = mapped_column(comment="from then on the arbiters may rule without an answer")
    figures_on: Mapped[date] = mapped_column(comment="the day whose figures change if it is upheld, in the zone agreed")
    evidence: Mapped[str] = mapped_column(Text, comment="canonical JSON of the facts when it was raised")
    digest: Mapped[str] = mapped_column(String(64), comment="SHA-256 of evidence, hex")
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    answered_at: Mapped[datetime | None]
    answer: Mapped[str] = mapped_column(Text, default="")
    closed_at: Mapped[datetime | None]
    search_text: Mapped[str] = mapped_column(Text, default="", comment="folded words of its notes, a space before each")

    lead: Mapped[Lead] = relationship()
    handoff: Mapped[Handoff] = relationship()
    clock: Mapped[Clock | None] = relationship()
    raised_by: Mapped[User] = relationship(foreign_keys=[raised_by_id])
    answered_by: Mapped[User | None] = relationship(foreign_keys=[answered_by_id])
    votes: Mapped[list["Vote"]] = relationship(order_by="Vote.voted_at, Vote.id")


class Vote(Base):
    """What the arbiter of one side says; it may be changed until the other says the same."""

    __tablename__ = "dispute_votes"
    __table_args__ = (UniqueConstraint("dispute_id", "side"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    dispute_id: Mapped[int] = mapped_column(ForeignKey("disputes.id"))
    side: Mapped[Department]
    verdict: Mapped[DisputeState] = mapped_column(comment="upheld or dismissed")
    note: Mapped[str] = mapped_column(Text)
    voter_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    voted_at: Mapped[datetime]

    voter: Mapped[User] = relationship()
