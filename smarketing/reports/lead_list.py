"""The list of leads under its filters: its rows, how many there are, and all of them for a file.

Filtered by clocks it has a row for each clock, so that as many rows are listed as a figure has counted; otherwise a
row for each lead.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, func, not_, null, or_, select
from sqlalchemy.orm import load_only
from sqlalchemy.sql.base import ExecutableOption

from smarketing.db import among, db
from smarketing.domain.criteria import Criterion
from smarketing.domain.lifecycle import FUNNEL, Stage
from smarketing.domain.sla_clock import Outcome
from smarketing.models.clocks import Clock
from smarketing.models.criteria import matching
from smarketing.models.handoffs import Handoff
from smarketing.models.leads import Lead
from smarketing.models.people import User
from smarketing.models.personas import Persona
from smarketing.models.tallies import has_reached
from smarketing.reports import lead_search

AnySelect = Select[*tuple[Any, ...]]

NOBODY = 0
"""The owner of a lead that has none."""
MOST_COUNTED = 1000
_LOWEST = -(2**31)


class Standing(StrEnum):
    """How a clock stands as figures count it: past its due instant it is breached, swept or not."""

    MET = "met"
    BREACHED = "breached"
    RUNNING = "running"


class Sort(StrEnum):
    """What comes first."""

    NEWEST = "newest"
    POINTS = "points"


class Days(NamedTuple):
    """Both included; None is no bound."""

    first: date | None = None
    last: date | None = None

    def hold(self, column: Any) -> list[ColumnElement[bool]]:
        since = [] if self.first is None else [column >= self.first]
        return since if self.last is None else [*since, column <= self.last]


EVER = Days()


@dataclass(frozen=True)
class Filters:
    """What is left out does not filter. `source` is empty for leads without one, `owner_id` NOBODY without an owner.

    Among clocks the owner is who had to act on the clock.
    """

    words: tuple[str, ...] = ()
    stages: tuple[Stage, ...] = ()
    statuses: tuple[str, ...] = ()
    persona: str | None = None
    owner_id: int | None = None
    source: str | None = None
    campaign: str | None = None
    arrived: Days = EVER
    mql: Days = EVER
    reached: Stage | None = None
    furthest: Stage | None = None
    clause_id: str | None = None
    standing: Standing | None = None
    due: Days = EVER
    import_id: int | None = None
    rule: Criterion | None = None

    @property
    def is_of_clocks(self) -> bool:
        return bool(self.clause_id or self.standing or self.due != EVER)


class Line(NamedTuple):
    """`clock` is the one that was asked for, with its owner; else the lead's most urgent open one, or None."""

    lead: Lead
    persona: Persona | None
    owner_name: str | None
    clock: Clock | None


_SHOWN = load_only(
    Lead.first_name,
    Lead.last_name,
    Lead.email,
    Lead.external_id,
    Lead.company,
    Lead.stage,
    Lead.status,
    Lead.status_at,
    Lead.points,
    Lead.source,
    Lead.arrived_at,
    Lead.job_title,
    Lead.phone,
    Lead.country,
    Lead.campaign,
    Lead.mql_at,
    Lead.sal_at,
    Lead.sql_at,
)


def found(filters: Filters, *, now: datetime) -> AnySelect:
    """The `id` of each row, of a lead or of a clock: narrow, so that sorting them is quick."""
    query: AnySelect = select(_row_id(filters).label("id"))
    if filters.is_of_clocks:
        query = query.join(Lead, Lead.id == Clock.lead_id).where(*_clock_conditions(filters, now=now))
    return query.where(*_lead_conditions(filters, now=now))


def keys(filters: Filters, sort: Sort) -> tuple[Any, ...]:
    """What the list is sorted by, descending; the last tells rows apart. Newest are the clocks due last."""
    row_id = _row_id(filters)
    if sort is Sort.POINTS:
        return func.coalesce(Lead.points, _LOWEST), row_id
    return Clock.due_at if filters.is_of_clocks else Lead.arrived_at, row_id


def lines(filters: Filters, ids: Sequence[int]) -> list[Line]:
    """These rows in this order, with what a page shows of them: two queries, however many they are."""
    rows = whole(filters, ids, _SHOWN)
    urgent = {} if filters.is_of_clocks else most_urgent([row.Lead.id for row in rows])
    return [Line(row.Lead, row.Persona, row.owner_name, row.Clock or urgent.get(row.Lead.id)) for row in rows]


def newest(filters: Filters, *, now: datetime, limit: int) -> list[Line]:
    """The first rows of the list, newest first."""
    order = [key.desc() for key in keys(filters, Sort.NEWEST)]
    return lines(filters, db.session.scalars(found(filters, now=now).order_by(*order).limit(limit)).all())


def whole(filters: Filters, ids: Sequence[int], *options: ExecutableOption) -> list[Any]:
    """These rows in this order, with all facts unless the options say less."""
    query: AnySelect = select(Lead, Persona, User.name.label("owner_name"))
    if filters.is_of_clocks:
        query = query.add_columns(Clock, Clock.id.label("id")).join(Clock, Clock.lead_id == Lead.id)
    else:
        query = query.add_columns(null().label("Clock"), Lead.id.label("id"))
    owner_id = Clock.owner_id if filters.is_of_clocks else Lead.owner_id
    named = query.outerjoin(Persona, Persona.id == Lead.persona_id).outerjoin(User, User.id == owner_id)
    rows = {row.id: row for row in db.session.execute(named.where(among(_row_id(filters), ids)).options(*options))}
    return [rows[row_id] for row_id in ids if row_id in rows]


def most_urgent(lead_ids: Sequence[int]) -> dict[int, Clock]:
    """Of each lead the open clock that is due first."""
    of_leads = select(Clock).join(Handoff, Handoff.id == Clock.handoff_id).where(among(Handoff.lead_id, lead_ids))
    is_open = (Clock.stopped_at.is_(None), Clock.outcome != Outcome.VOID, Handoff.closed_at.is_(None))
    clocks = db.session.scalars(of_leads.where(*is_open).order_by(Clock.due_at.desc(), Clock.id.desc()))
    return {clock.lead_id: clock for clock in clocks}


def count(filters: Filters, *, now: datetime) -> int:
    """How many rows, up to one more than MOST_COUNTED."""
    some = found(filters, now=now).limit(MOST_COUNTED + 1).subquery()
    return db.session.scalar(select(func.count()).select_from(some)) or 0


def is_empty() -> bool:
    """Whether there are no leads at all."""
    return db.session.scalar(select(Lead.id).limit(1)) is None


def people() -> Sequence[Any]:
    """Everybody by name, with `id`, `name` and `role`: few enough to choose owners from."""
    return db.session.execute(select(User.id, User.name, User.role).order_by(User.name, User.id)).all()


def personas() -> Sequence[Persona]:
    return db.session.scalars(select(Persona).order_by(Persona.id)).all()


def _row_id(filters: Filters) -> Any:
    return Clock.id if filters.is_of_clocks else Lead.id


def _lead_conditions(filters: Filters, *, now: datetime) -> Iterator[ColumnElement[bool]]:
    if filters.words:
        yield lead_search.found_by(filters.words)
    if filters.stages:
        yield Lead.stage.in_(filters.stages)
    if filters.statuses:
        yield Lead.status.in_(filters.statuses)
    if filters.persona is not None:
        yield Lead.persona_id.in_(select(Persona.id).where(Persona.key == filters.persona))
    if filters.owner_id is not None and not filters.is_of_clocks:
        yield _is_owned(Lead.owner_id, filters.owner_id)
    if filters.source is not None:
        yield Lead.source == filters.source if filters.source else func.coalesce(Lead.source, "") == ""
    if filters.campaign is not None:
        yield Lead.campaign == filters.campaign
    if filters.import_id is not None:
        yield Lead.import_id == filters.import_id
    if filters.rule is not None:
        yield matching(filters.rule, now=now)
    yield from filters.arrived.hold(Lead.arrived_on)
    yield from filters.mql.hold(Lead.mql_on)
    if filters.reached is not None:
        yield has_reached(filters.reached)
    if filters.furthest is not None:
        yield _is_furthest(filters.furthest)


def _clock_conditions(filters: Filters, *, now: datetime) -> Iterator[ColumnElement[bool]]:
    yield Clock.outcome != Outcome.VOID
    if filters.clause_id is not None:
        yield Clock.clause_id == filters.clause_id
    if filters.standing is not None:
        yield _stands(filters.standing, now=now)
    if filters.owner_id is not None:
        yield _is_owned(Clock.owner_id, filters.owner_id)
    yield from filters.due.hold(Clock.due_on)


def _stands(standing: Standing, *, now: datetime) -> ColumnElement[bool]:
    is_running = Clock.outcome == Outcome.RUNNING
    match standing:
        case Standing.MET:
            return Clock.outcome == Outcome.MET
        case Standing.BREACHED:
            return or_(Clock.outcome == Outcome.BREACHED, and_(is_running, Clock.due_at < now))
        case Standing.RUNNING:
            return and_(is_running, Clock.due_at >= now)


def _is_owned(column: Any, owner_id: int) -> ColumnElement[bool]:
    is_owned: ColumnElement[bool] = column.is_(None) if owner_id == NOBODY else column == owner_id
    return is_owned


def _is_furthest(stage: Stage) -> ColumnElement[bool]:
    """Came as far as this stage of the funnel and no further."""
    place = FUNNEL.index(stage)
    went_on = [not_(has_reached(FUNNEL[place + 1]))] if stage is not FUNNEL[-1] else []
    return and_(*([has_reached(stage)] if place else []), *went_on)
