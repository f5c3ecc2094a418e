"""Leads, their engagements and their scores.

A milestone (`mql_at`, `sal_at`, …) is the first time the lead reached that stage and is set once; each later
cycle has its own dates on its hand-off. `_on` columns are days in the zone of the agreement, kept for grouping.

`search_text` is indexed by its words, by means that only the migrations know: a GIN index on PostgreSQL, on SQLite an
FTS5 table that triggers keep.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    ColumnElement,
    ForeignKey,
    Index,
    Integer,
    Select,
    String,
    Text,
    UniqueConstraint,
    cast,
    func,
    literal,
    literal_column,
    select,
    table,
    text,
)
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.orm import Mapped, mapped_column, relationship

from smarketing.db import Base
from smarketing.domain.lifecycle import Stage
from smarketing.models.people import User
from smarketing.models.personas import Persona

SEARCH_INDEX = "leads_words"
"""What the names of the tables and indexes begin with that a search is answered from."""

_FTS = table(SEARCH_INDEX)

IS_WAITING = text("rescore_at IS NOT NULL")
IS_HELD = text("is_held")
IS_KNOWN = text("erased_at IS NULL")
HAS_STATUS = text("status IS NOT NULL")


class Lead(Base):
    __tablename__ = "leads"
    __table_args__ = (
        Index("ix_leads_arrived_at_id", "arrived_at", "id"),
        Index("ix_leads_stage_id", "stage", "id"),
        Index("ix_leads_status_id", "status", "id", sqlite_where=HAS_STATUS, postgresql_where=HAS_STATUS),
        Index("ix_leads_arrived_on_source", "arrived_on", "source"),
        Index("ix_leads_mql_on_source", "mql_on", "source"),
        Index("ix_leads_rescore_at", "rescore_at", sqlite_where=IS_WAITING, postgresql_where=IS_WAITING),
        Index("ix_leads_held_id", "id", sqlite_where=IS_HELD, postgresql_where=IS_HELD),
        Index("ix_leads_known_arrived_at", "arrived_at", sqlite_where=IS_KNOWN, postgresql_where=IS_KNOWN),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    external_id: Mapped[str | None] = mapped_column(String(200), unique=True, comment="id in the system it came from")
    email: Mapped[str | None] = mapped_column(String(254))
    email_key: Mapped[str | None] = mapped_column(String(254), unique=True, comment="lower-case e-mail")
    first_name: Mapped[str | None] = mapped_column(String(200))
    last_name: Mapped[str | None] = mapped_column(String(200))
    phone: Mapped[str | None] = mapped_column(String(60))
    company: Mapped[str | None] = mapped_column(String(200))
    job_title: Mapped[str | None] = mapped_column(String(200))
    country: Mapped[str | None] = mapped_column(
        String(60), comment="as written in the source, ISO 3166 code where known"
    )
    source: Mapped[str | None] = mapped_column(String(120))
    campaign: Mapped[str | None] = mapped_column(String(200))
    landing_page: Mapped[str | None] = mapped_column(String(500))
    custom: Mapped[dict[str, str]] = mapped_column(JSON, default=dict, comment="further facts, key to text")
    search_text: Mapped[str] = mapped_column(
        Text, default="", comment="what it is found by: folded words, a space between"
    )

    stage: Mapped[Stage]
    status: Mapped[str | None] = mapped_column(
        String(60), comment="the company’s own name for it, of the agreement; null where it names none of the stage"
    )
    status_reason: Mapped[str | None] = mapped_column(String(60), comment="the agreed reason it came there with")
    status_at: Mapped[datetime | None] = mapped_column(comment="since when")
    cycle: Mapped[int] = mapped_column(default=0, comment="how many times it has become an MQL")
    is_held: Mapped[bool] = mapped_column(
        default=False,
        comment="taken back or returned: the criteria do not promote it until a marketer marks it",
    )
    recycled_until: Mapped[date | None] = mapped_column(comment="the criteria do not promote it before this day")
    persona_id: Mapped[int | None] = mapped_column(ForeignKey("personas.id"))
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), comment="the rep of the latest hand-off")
    fit_points: Mapped[int | None] = mapped_column(comment="of the latest score; null before the first")
    engagement_points: Mapped[int | None]
    points: Mapped[int | None] = mapped_column(comment="fit_points + engagement_points")
    grade: Mapped[str | None] = mapped_column(String(2), comment="place in the agreed grid, of the latest score")
    rescore_at: Mapped[datetime | None] = mapped_column(
        comment="when its score can next change by time alone; null when only a new fact can change it"
    )
    amount_cents: Mapped[int | None] = mapped_column(BigInteger, comment="won amount, agreement currency, 1/100")

    arrived_at: Mapped[datetime] = mapped_column(comment="the inquiry")
    arrived_on: Mapped[date]
    mql_at: Mapped[datetime | None]
    mql_on: Mapped[date | None]
    sal_at: Mapped[datetime | None]
    sql_at: Mapped[datetime | None]
    won_at: Mapped[datetime | None]
    lost_at: Mapped[datetime | None]
    recorded_at: Mapped[datetime] = mapped_column(comment="when this system first heard of it")
    import_id: Mapped[int | None] = mapped_column(ForeignKey("imports.id"), comment="the import that created it")
    erased_at: Mapped[datetime | None] = mapped_column(
        comment="when what was known of the person was erased; the dates and the answers remain"
    )
    edition: Mapped[int] = mapped_column(default=1)

    persona: Mapped[Persona | None] = relationship()
    owner: Mapped[User | None] = relationship()
    engagements: Mapped[list["Engagement"]] = relationship(order_by="Engagement.occurred_at.desc()")

    __mapper_args__ = {"version_id_col": edition}

    @classmethod
    def has_words_on_postgresql(cls, words: Sequence[str]) -> ColumnElement[bool]:
        """Each of the words, of letters and digits, begins one of the lead's."""
        asked = cast(literal(" & ".join(f"'{word}':*" for word in words)), TSQUERY)
        parts = func.array_remove(func.string_to_array(cls.search_text, literal_column("' '")), literal_column("''"))
        return func.array_to_tsvector(parts).bool_op("@@")(asked)

    @classmethod
    def has_words_on_sqlite(cls, words: Sequence[str]) -> Select[int]:
        """The ids of the same leads."""
        asked = " ".join(f'"{word}"*' for word in words)
        row_id = literal_column("rowid", Integer)
        return select(row_id).select_from(_FTS).where(literal_column(SEARCH_INDEX).bool_op("MATCH")(asked))

    @property
    def name(self) -> str:
        """The person's name, or the next best thing that identifies the lead."""
        full = " ".join(part for part in (self.first_name, self.last_name) if part)
        return full or self.email or self.external_id or f"#{self.id}"


class Engagement(Base):
    __tablename__ = "engagements"
    __table_args__ = (UniqueConstraint("lead_id", "kind", "occurred_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    lead_id: Mapped[int] = mapped_column(ForeignKey("leads.id"))
    kind: Mapped[str] = mapped_column(String(60), comment="e.g. form, webinar, pricing_page; scoring rules name it")
    occurred_at: Mapped[datetime]
    recorded_at: Mapped[datetime]


class Score(Base):
    """One scoring of one lead under one version, with its parts and the MQL verdict."""

    __tablename__ = "scores"

    id: Mapped[int] = mapped_column(primary_key=True)
    lead_id: Mapped[int] = mapped_column(ForeignKey("leads.id"), index=True)
    agreement_version_id: Mapped[int] = mapped_column(ForeignKey("agreement_versions.id"))
    persona_id: Mapped[int | None] = mapped_column(ForeignKey("personas.id"))
    fit_points: Mapped[int]
    engagement_points: Mapped[int]
    points: Mapped[int]
    is_mql: Mapped[bool] = mapped_column(comment="whether the MQL criteria held")
    explanation: Mapped[dict[str, Any]] = mapped_column(JSON, comment="see domain/scoring.py: Score.explanation")
    scored_at: Mapped[datetime]
