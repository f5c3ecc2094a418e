"""Narrow daily roll-ups that charts read, and the marks that say which days must be counted again.

A writer appends a StaleDay in the transaction that changes a fact; `jobs/close_days` recounts the day and removes
the marks it saw. A report reads clean days from the roll-up and counts marked days live, so it is never behind.
"""

from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import (
    JSON,
    BigInteger,
    ColumnElement,
    Select,
    String,
    and_,
    case,
    func,
    literal_column,
    not_,
    or_,
    select,
)
from sqlalchemy.orm import InstrumentedAttribute, Mapped, mapped_column

from smarketing.db import Base
from smarketing.domain.lifecycle import Stage
from smarketing.domain.sla_clock import Outcome
from smarketing.models.clocks import Clock
from smarketing.models.handoffs import Handoff
from smarketing.models.leads import Lead
from smarketing.models.personas import Persona


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
    refusals: Mapped[int] = mapped_column(comment="MQLs refused, neither accepted nor offered since")
    sqls: Mapped[int]
    wons: Mapped[int]
    amount_cents: Mapped[int] = mapped_column(BigInteger)


class DayTally(Base):
    """Clocks of one clause, due on one day, on leads of one source, that are met or breached."""

    __tablename__ = "day_tallies"

    day_on: Mapped[date] = mapped_column(primary_key=True)
    clause_id: Mapped[str] = mapped_column(String(60), primary_key=True)
    source: Mapped[str] = mapped_column(String(120), primary_key=True, comment="empty when the lead has none")
    met: Mapped[int]
    total: Mapped[int] = mapped_column(comment="met + breached; neither running nor void")
    answer_seconds: Mapped[list[int]] = mapped_column(JSON, comment="business seconds to each answer, ascending")


class PersonaDay(Base):
    """MQLs of one day by their source and the persona they were handed off as: what their agreed value is made of."""

    __tablename__ = "persona_days"

    day_on: Mapped[date] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(String(120), primary_key=True, comment="empty when the lead has none")
    persona: Mapped[str] = mapped_column(String(60), primary_key=True, comment="key; empty when there was none")
    mqls: Mapped[int]


class StaleDay(Base):
    """Append-only on purpose: a writer that has not committed yet keeps its own mark.

    That of an MQL day is for PersonaDay too.
    """

    __tablename__ = "stale_days"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(10), comment="arrived or mql: FunnelDay; due: DayTally")
    day_on: Mapped[date]


_SOURCE = func.coalesce(Lead.source, literal_column("''"))
_MILESTONES = {Stage.MQL: Lead.mql_at, Stage.SAL: Lead.sal_at, Stage.SQL: Lead.sql_at, Stage.WON: Lead.won_at}
_SENT_BACK = (Stage.INQUIRY, Stage.RECYCLED, Stage.DISQUALIFIED)


class FunnelCounts(NamedTuple):
    """The columns of FunnelDay that can be added up."""

    leads: int
    mqls: int
    sals: int
    refusals: int
    sqls: int
    wons: int
    amount_cents: int


def day_column(cohort: Cohort) -> InstrumentedAttribute[Any]:
    return Lead.arrived_on if cohort is Cohort.ARRIVED else Lead.mql_on


def has_reached(stage: Stage) -> ColumnElement[bool]:
    """Whether a lead has ever got to a stage after inquiry; reaching one implies the earlier ones."""
    places = list(_MILESTONES)
    return or_(*(_MILESTONES[each].is_not(None) for each in places[places.index(stage) :]))


def funnel_counts(cohort: Cohort) -> Select[date, str, int, int, int, int, int, int, int]:
    """Count leads by cohort day and source; the caller adds the days.

    An MQL that is back at an earlier stage without having been accepted has been refused: a marketer who takes one
    back also takes its date.
    """
    day_on = day_column(cohort)
    is_refused = and_(Lead.mql_at.is_not(None), not_(has_reached(Stage.SAL)), Lead.stage.in_(_SENT_BACK))
    counts = (
        func.count(case((is_counted, 1))).label(name)
        for name, is_counted in (
            ("mqls", has_reached(Stage.MQL)),
            ("sals", has_reached(Stage.SAL)),
            ("refusals", is_refused),
            ("sqls", has_reached(Stage.SQL)),
            ("wons", has_reached(Stage.WON)),
        )
    )
    amount = func.coalesce(func.sum(case((has_reached(Stage.WON), Lead.amount_cents))), 0).label("amount_cents")
    columns: tuple[Any, ...] = (
        day_on.label("day_on"),
        _SOURCE.label("source"),
        func.count().label("leads"),
        *counts,
        amount,
    )
    counted: Select[date, str, int, int, int, int, int, int, int] = select(*columns)
    return counted.where(day_on.is_not(None)).group_by(day_on, _SOURCE)


def clock_counts() -> Select[date, str, str, Outcome, int | None, int]:
    """Count settled clocks by due day, clause, source, outcome and business seconds to the answer.

    The caller adds the days, and folds the rows with `domain.attainment.tallied`.
    """
    parts: tuple[Any, ...] = (Clock.due_on, Clock.clause_id, _SOURCE, Clock.outcome, Clock.elapsed_seconds)
    is_settled = Clock.outcome.in_((Outcome.MET, Outcome.BREACHED))
    counted: Select[date, str, str, Outcome, int | None, int] = select(*parts, func.count())
    return counted.join(Lead, Lead.id == Clock.lead_id).where(is_settled).group_by(*parts)


def persona_counts(is_day: ColumnElement[bool]) -> Select[date, str, str, int]:
    """Count MQLs by their day, source, and the persona they were handed off as, of the days wanted.

    The persona of a hand-off does not change; a lead's own does, with each score.
    """
    handed_as = select(Persona.key).join(Handoff, Handoff.persona_id == Persona.id)
    handed_as = handed_as.where(Handoff.lead_id == Lead.id, Handoff.mql_at == Lead.mql_at).order_by(Handoff.id).limit(1)
    persona = func.coalesce(handed_as.scalar_subquery(), literal_column("''")).label("persona")
    each = select(Lead.mql_on.label("day_on"), _SOURCE.label("source"), persona).where(is_day).subquery()
    columns: tuple[Any, ...] = (each.c.day_on, each.c.source, each.c.persona)
    counted: Select[date, str, str, int] = select(*columns, func.count().label("mqls"))
    return counted.group_by(*columns)
