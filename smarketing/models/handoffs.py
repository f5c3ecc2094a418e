"""Hand-offs of leads to sales, and the answers sales gave."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    ColumnElement,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    and_,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from smarketing.db import Base
from smarketing.domain.dispositions import DispositionKind, HandoffState
from smarketing.models.agreements import AgreementVersion
from smarketing.models.leads import Lead, Score
from smarketing.models.people import User
from smarketing.models.personas import Persona

IS_OPEN = text("state IN ('offered', 'accepted', 'confirmed')")
IS_BOXED = text("timebox_at IS NOT NULL")
IS_REFUSED = text("kind = 'refused'")
IS_UNANSWERED_REFUSAL = text("kind = 'refused' AND agreed_at IS NULL AND overturned_at IS NULL")


class Handoff(Base):
    __tablename__ = "handoffs"
    __table_args__ = (
        Index("uq_handoffs_open_lead", "lead_id", unique=True, sqlite_where=IS_OPEN, postgresql_where=IS_OPEN),
        Index("ix_handoffs_open_owner", "owner_id", "state", sqlite_where=IS_OPEN, postgresql_where=IS_OPEN),
        Index("ix_handoffs_lead_id", "lead_id"),
        Index("ix_handoffs_offered_at", "offered_at"),
        Index("ix_handoffs_timebox_at", "timebox_at", sqlite_where=IS_BOXED, postgresql_where=IS_BOXED),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    lead_id: Mapped[int] = mapped_column(ForeignKey("leads.id"))
    cycle: Mapped[int] = mapped_column(comment="1 for the lead's first time as an MQL")
    agreement_version_id: Mapped[int] = mapped_column(ForeignKey("agreement_versions.id"))
    score_id: Mapped[int | None] = mapped_column(ForeignKey("scores.id"), comment="the score it was handed off with")
    points: Mapped[int | None]
    persona_id: Mapped[int | None] = mapped_column(ForeignKey("personas.id"))
    owner_id: Mapped[int | None] = mapped_column(
        ForeignKey("users.id"), comment="null while it waits in the team's queue"
    )
    qualified_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("users.id"), comment="the marketer who marked the MQL; null when the criteria did"
    )
    state: Mapped[HandoffState]
    mql_at: Mapped[datetime]
    offered_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    timebox_at: Mapped[datetime | None] = mapped_column(
        comment="when the first agreed time-box of its stage ends; null where nothing happens by itself"
    )
    edition: Mapped[int] = mapped_column(default=1)

    lead: Mapped[Lead] = relationship()
    owner: Mapped[User | None] = relationship(foreign_keys=[owner_id])
    qualified_by: Mapped[User | None] = relationship(foreign_keys=[qualified_by_id])
    persona: Mapped[Persona | None] = relationship()
    score: Mapped[Score | None] = relationship()
    version: Mapped[AgreementVersion] = relationship()
    dispositions: Mapped[list["Disposition"]] = relationship(
        back_populates="handoff", order_by="Disposition.occurred_at, Disposition.id"
    )

    __mapper_args__ = {"version_id_col": edition}

    @classmethod
    def has_ended_timebox(cls, now: datetime) -> ColumnElement[bool]:
        return and_(IS_BOXED, cls.timebox_at <= now)


class CountedRule(Base):
    """A rule that gave or took points in the score that a hand-off was made with."""

    __tablename__ = "counted_rules"

    handoff_id: Mapped[int] = mapped_column(ForeignKey("handoffs.id"), primary_key=True)
    rule: Mapped[str] = mapped_column(String(60), primary_key=True, comment="id of the clause in the version's scoring")
    points_without: Mapped[int] = mapped_column(
        comment="what the score would have been without this rule, under the same limits"
    )


class Disposition(Base):
    __tablename__ = "dispositions"
    __table_args__ = (
        UniqueConstraint("handoff_id", "kind"),
        Index("ix_dispositions_kind_occurred_at", "kind", "occurred_at"),
        Index(
            "uq_dispositions_answer",
            "handoff_id",
            unique=True,
            sqlite_where=text("kind IN ('accepted', 'refused')"),
            postgresql_where=text("kind IN ('accepted', 'refused')"),
        ),
        Index(
            "ix_dispositions_refused_occurred_at",
            "occurred_at",
            "reason",
            sqlite_where=IS_REFUSED,
            postgresql_where=IS_REFUSED,
        ),
        Index(
            "ix_dispositions_refused_unanswered",
            "id",
            sqlite_where=IS_UNANSWERED_REFUSAL,
            postgresql_where=IS_UNANSWERED_REFUSAL,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    handoff_id: Mapped[int] = mapped_column(ForeignKey("handoffs.id"))
    kind: Mapped[DispositionKind]
    reason: Mapped[str | None] = mapped_column(String(60), comment="id of the reason in the version's vocabulary")
    note: Mapped[str] = mapped_column(Text, default="")
    checklist: Mapped[dict[str, Any] | None] = mapped_column(JSON, comment="item id to evidence, when confirmed as SQL")
    amount_cents: Mapped[int | None] = mapped_column(BigInteger, comment="won amount, agreement currency, 1/100")
    actor_id: Mapped[int | None] = mapped_column(
        ForeignKey("users.id"), comment="null when a time-box answered, because nobody had"
    )
    clause_id: Mapped[str | None] = mapped_column(String(60), comment="the time-box that answered")
    occurred_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    overturned_at: Mapped[datetime | None] = mapped_column(
        comment="when a ruling said that this refusal does not stand"
    )
    agreed_at: Mapped[datetime | None] = mapped_column(comment="when marketing said that it agrees with this refusal")

    handoff: Mapped[Handoff] = relationship(back_populates="dispositions")
    actor: Mapped[User | None] = relationship()
