"""The hand-offs, or the clocks, behind a figure: by the conditions that counted them, as many rows as it says."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import and_, func, select

from smarketing.db import db
from smarketing.domain.dispositions import DispositionKind
from smarketing.domain.periods import Period
from smarketing.models.clocks import Clock
from smarketing.models.handoffs import Disposition, Handoff
from smarketing.models.leads import Lead
from smarketing.models.people import User
from smarketing.models.personas import Persona
from smarketing.reports import promises
from smarketing.reports.cases import AnySelect, Of, Span, Wanted, among_handoffs, condition

MOST = 10_000
"""Rows of a file; the page shows the first SHOWN."""
SHOWN = 200


class Standing(StrEnum):
    MET = "met"
    MISSED = "missed"
    PENDING = "pending"


class Asked(NamedTuple):
    """What a figure counted: hand-offs offered, or with `clause_id` clocks due, in these days.

    `reason` is that of a refusal, empty for one without; `cycle` 2 stands for every one after the first.
    """

    period: Period
    span: Span
    wanted: Wanted
    of: Of = Of.OFFERED
    reason: str | None = None
    cycle: int | None = None
    clause_id: str | None = None
    standing: Standing | None = None


class Line(NamedTuple):
    """`clock` is None among hand-offs."""

    handoff: Handoff
    lead: Lead
    persona: Persona | None
    owner_name: str | None
    clock: Clock | None


def count(asked: Asked, *, now: datetime) -> int:
    query = _clocks(asked, (func.count(),), now=now) if asked.clause_id else _handoffs(asked, (func.count(),), now=now)
    return db.session.scalar(query) or 0


def lines(asked: Asked, *, now: datetime, limit: int = SHOWN) -> Sequence[Line]:
    """The latest first."""
    if asked.clause_id:
        columns: tuple[Any, ...] = (Handoff, Lead, Persona, User.name, Clock)
        query = _clocks(asked, columns, now=now).outerjoin(User, User.id == Clock.owner_id)
        query = query.order_by(Clock.due_at.desc(), Clock.id.desc())
        return [Line(*row) for row in db.session.execute(query.limit(limit))]
    of_each: tuple[Any, ...] = (Handoff, Lead, Persona, User.name)
    query = _handoffs(asked, of_each, now=now).outerjoin(User, User.id == Handoff.owner_id)
    query = query.order_by(Handoff.offered_at.desc(), Handoff.id.desc())
    return [Line(row[0], row[1], row[2], row[3], None) for row in db.session.execute(query.limit(limit))]


def _handoffs(asked: Asked, columns: tuple[Any, ...], *, now: datetime) -> AnySelect:
    query = among_handoffs(columns, asked.span, asked.wanted).where(condition(asked.of, now=now))
    if asked.cycle is not None:
        query = query.where(Handoff.cycle > 1 if asked.cycle > 1 else Handoff.cycle <= 1)
    if asked.reason is not None:
        refused = and_(Disposition.handoff_id == Handoff.id, Disposition.kind == DispositionKind.REFUSED)
        given = select(Disposition.id).where(refused, func.coalesce(Disposition.reason, "") == asked.reason)
        query = query.where(given.exists())
    return query


def _clocks(asked: Asked, columns: tuple[Any, ...], *, now: datetime) -> AnySelect:
    query = promises.due(columns, asked.period, asked.wanted).where(Clock.clause_id == asked.clause_id)
    if asked.standing is None:
        return query
    stands = {
        Standing.MET: promises.is_met(),
        Standing.MISSED: promises.is_missed(now=now),
        Standing.PENDING: promises.is_pending(now=now),
    }
    return query.where(stands[asked.standing])
