"""Narrow daily roll-ups that charts read, and the marks that say which days must be counted again.

A writer appends a StaleDay in the transaction that changes a fact; `jobs/close_days` recounts the day and removes
the marks it saw. A report reads clean days from the roll-up and counts marked days live, so it is never behind.
"""

from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Select, String, case, func, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from smarketing.db import Base
from smarketing.domain.sla_clock import Outcome
from smarketing.models.clocks import Clock
from smarketing.models.leads import Lead


class Cohort(StrEnum):
    """By which date leads are gathered into a day."""

    ARRIVED = "arrived"
    MQL = "mql"


DUE = "due"
"""The kind of a StaleDay whose DayTally must be counted again; the other kinds are the cohorts."""


class FunnelDay(Base):
    """Of the leads of one cohort day and source, how many have so far reached each stage."""

    __tablename__ = "funnel_days"

    cohort: Mapped[Cohort] = mapped_column(primary_key=True)
    day_on: Mapped[date] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(String(120), primary_key=True, comment="empty when the lead has none")
    leads: Mapped[int]
    mqls: Mapped[int]
    sals: Mapped[int]
    sqls: Mapped[int]
    wons: Mapped[int]
    amount_cents: Mapped[int] = mapped_column(BigInteger)


class DayTally(Base):
    """Clocks of one clause that fell due on one day: how many were met, of how many settled."""

    __tablename__ = "day_tallies"

    clause_id: Mapped[str] = mapped_column(String(60), primary_key=True)
    day_on: Mapped[date] = mapped_column(primary_key=True)
    met: Mapped[int]
    total: Mapped[int] = mapped_column(comment="met + breached; neither running nor void")


class StaleDay(Base):
    """Append-only on purpose: a writer that has not committed yet keeps its own mark."""

    __tablename__ = "stale_days"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(10), comment="arrived or mql: FunnelDay; due: DayTally")
    day_on: Mapped[date]


def funnel_counts(cohort: Cohort) -> Select[date, str, int, int, int, int, int, int]:
    """Count leads by cohort day and source; the caller adds the days. Reaching a stage implies the earlier ones."""
    day_on = Lead.arrived_on if cohort is Cohort.ARRIVED else Lead.mql_on
    source = func.coalesce(Lead.source, "").label("source")
    reached_won = Lead.won_at.is_not(None)
    reached_sql = or_(Lead.sql_at.is_not(None), reached_won)
    reached_sal = or_(Lead.sal_at.is_not(None), reached_sql)
    reached_mql = or_(Lead.mql_at.is_not(None), reached_sal)
    counts = (
        func.count(case((reached, 1))).label(name)
        for name, reached in (
            ("mqls", reached_mql),
            ("sals", reached_sal),
            ("sqls", reached_sql),
            ("wons", reached_won),
        )
    )
    amount = func.coalesce(func.sum(case((reached_won, Lead.amount_cents))), 0).label("amount_cents")
    columns: tuple[Any, ...] = (day_on.label("day_on"), source, func.count().label("leads"), *counts, amount)
    counted: Select[date, str, int, int, int, int, int, int] = select(*columns)
    return counted.where(day_on.is_not(None)).group_by(day_on, source)


def clock_counts() -> Select[str, date, int, int]:
    """Count settled clocks by clause and due day: met, and met or breached; the caller adds the days."""
    is_settled = Clock.outcome.in_((Outcome.MET, Outcome.BREACHED))
    met = func.count(case((Clock.outcome == Outcome.MET, 1))).label("met")
    columns = (Clock.clause_id, Clock.due_on.label("day_on"), met, func.count().label("total"))
    return select(*columns).where(is_settled).group_by(Clock.clause_id, Clock.due_on)
