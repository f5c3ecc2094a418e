"""A draft judged over past days beside the version in force, and the leads that either would have made MQLs."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, Select, String, Text, case, func, select, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from smarketing.db import Base
from smarketing.domain.backtest import Fate
from smarketing.domain.dispositions import HandoffState
from smarketing.models.agreements import AgreementVersion
from smarketing.models.handoffs import Handoff
from smarketing.models.leads import Lead
from smarketing.models.people import User

IS_UNFINISHED = text("finished_at IS NULL")


class Backtest(Base):
    __tablename__ = "backtests"
    __table_args__ = (
        Index("ix_backtests_version_id", "version_id", "id"),
        Index("ix_backtests_unfinished", "id", sqlite_where=IS_UNFINISHED, postgresql_where=IS_UNFINISHED),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("agreement_versions.id", ondelete="CASCADE"))
    base_version_id: Mapped[int] = mapped_column(
        ForeignKey("agreement_versions.id"), comment="what it is compared with"
    )
    terms: Mapped[str] = mapped_column(Text, comment="canonical JSON of the version as it was judged")
    digest: Mapped[str] = mapped_column(String(64), comment="SHA-256 of terms, hex")
    starts_on: Mapped[date] = mapped_column(comment="days of the zone of the version it is compared with")
    ends_on: Mapped[date] = mapped_column(comment="the day after the last")
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    asked_at: Mapped[datetime]
    lead_count: Mapped[int] = mapped_column(comment="leads to judge, as of asked_at")
    judged_count: Mapped[int] = mapped_column(default=0)
    last_lead_id: Mapped[int] = mapped_column(default=0, comment="how far it is: leads up to this id are judged")
    partly_known_count: Mapped[int] = mapped_column(
        default=0, comment="leads with facts that were written later, which are left out until then"
    )
    finished_at: Mapped[datetime | None]
    result: Mapped[str | None] = mapped_column(Text, comment="JSON, see domain/backtest.py: Comparison")

    version: Mapped[AgreementVersion] = relationship(foreign_keys=[version_id])
    base_version: Mapped[AgreementVersion] = relationship(foreign_keys=[base_version_id])
    asked_by: Mapped[User] = relationship()


class BacktestLead(Base):
    """When and with how many points a lead became an MQL under either version; null where it did not."""

    __tablename__ = "backtest_leads"
    __table_args__ = (Index("ix_backtest_leads_fate", "backtest_id", "fate", "lead_id"),)

    backtest_id: Mapped[int] = mapped_column(ForeignKey("backtests.id", ondelete="CASCADE"), primary_key=True)
    lead_id: Mapped[int] = mapped_column(ForeignKey("leads.id"), primary_key=True)
    fate: Mapped[Fate]
    base_at: Mapped[datetime | None]
    base_points: Mapped[int | None]
    base_persona: Mapped[str | None] = mapped_column(String(60))
    base_is_stock: Mapped[bool | None] = mapped_column(comment="met the criteria on the first day, known before")
    draft_at: Mapped[datetime | None]
    draft_points: Mapped[int | None]
    draft_persona: Mapped[str | None] = mapped_column(String(60))
    draft_is_stock: Mapped[bool | None]
    other_points: Mapped[int | None] = mapped_column(
        comment="under the version that did not make it one, at that instant"
    )
    other_reasons: Mapped[list[Any] | None] = mapped_column(
        JSON, comment="why not: reasons as stored with a score, without texts found"
    )

    lead: Mapped[Lead] = relationship()

    @classmethod
    def with_outcomes(cls, *, since: datetime) -> Select[*tuple[Any, ...]]:
        """Beside each lead whether it was `handed` over, `answered`, `accepted` and `won`.

        By its first hand-off that became an MQL since then, or by its own stage dates where it has none.
        """
        since_then = (Handoff.mql_at >= since, Handoff.state != HandoffState.WITHDRAWN)
        first = select(func.min(Handoff.id).label("id")).where(*since_then).group_by(Handoff.lead_id).subquery()
        firsts = select(Handoff).join(first, first.c.id == Handoff.id).subquery()
        handoff = firsts.c
        is_handed, reached = handoff.id.is_not(None), func.coalesce(Lead.sal_at, Lead.sql_at, Lead.won_at)
        is_ended = func.coalesce(reached, Lead.lost_at).is_not(None)
        is_accepted = handoff.answered_at.is_not(None) & (handoff.state != HandoffState.REFUSED)
        outcomes = (
            case((is_handed, True), else_=is_ended).label("handed"),
            case((is_handed, handoff.answered_at.is_not(None)), else_=is_ended).label("answered"),
            case((is_handed, is_accepted), else_=reached.is_not(None)).label("accepted"),
            case((is_handed, handoff.state == HandoffState.WON), else_=Lead.won_at.is_not(None)).label("won"),
        )
        query = select(*(column for column in cls.__table__.columns), *outcomes)
        return query.join(Lead, Lead.id == cls.lead_id).outerjoin(firsts, handoff.lead_id == cls.lead_id)
