"""What sales has to act on, the most urgent first: open hand-offs in the order of the clock that runs out next.

The order is that of the index on unstopped clocks, so a page costs the same however many leads there are.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, func, literal_column, or_, select, union_all
from sqlalchemy.orm import aliased, joinedload

from smarketing.db import among, db
from smarketing.domain.roles import Department
from smarketing.domain.terms import Terms, parse
from smarketing.models.agreements import AgreementVersion
from smarketing.models.clocks import Clock
from smarketing.models.handoffs import IS_OPEN, Handoff
from smarketing.models.leads import Lead
from smarketing.reports import lead_search

COUNTED = 99
_VOID: ColumnElement[Any] = literal_column("'void'")
"""Literal, so that the planner knows the partial indexes."""

_Other = aliased(Clock)


class Place(NamedTuple):
    """Where a page of the queue begins or ends: a due instant and a clock."""

    due_at: datetime
    clock_id: int

    def __str__(self) -> str:
        return f"{self.due_at.astimezone(UTC):%Y%m%dT%H%M%S%f}-{self.clock_id}"

    @classmethod
    def read(cls, text: str | None) -> "Place | None":
        """The place that an address names; None where it names none."""
        instant, _, clock_id = (text or "").partition("-")
        try:
            due_at = datetime.strptime(instant, "%Y%m%dT%H%M%S%f").replace(tzinfo=UTC)
            return cls(due_at, int(clock_id[:12]))
        except ValueError:
            return None


class Entry(NamedTuple):
    """An open hand-off with the clocks that wait for sales, the next to run out first, and what was agreed."""

    handoff: Handoff
    clocks: Sequence[Clock]
    terms: Terms


class Found(NamedTuple):
    """The places of a page, in order, with the hand-offs at them."""

    places: Sequence[tuple[Place, int]]
    newer: Place | None
    older: Place | None


def places(
    owner_ids: Sequence[int | None],
    *,
    search: str = "",
    after: Place | None = None,
    before: Place | None = None,
    size: int = 50,
) -> Found:
    """The hand-offs of these owners, None being the team's queue, that have a deadline: one narrow query."""
    is_backward = before is not None and after is None
    columns: list[ColumnElement[Any]] = [literal_column("due_at"), literal_column("id")]
    order = [column.desc() for column in columns] if is_backward else columns
    parts = [_most_urgent(owner_id, search, after, before).order_by(*order).limit(size + 1) for owner_id in owner_ids]
    if not parts:
        return Found((), None, None)
    together = union_all(*(select(part.subquery()) for part in parts)).subquery()
    found = db.session.execute(select(together).order_by(*order).limit(size + 1)).all()
    rows = found[:size][::-1] if is_backward else found[:size]
    at = [(Place(row.due_at, row.id), row.handoff_id) for row in rows]
    has_newer = len(found) > size if is_backward else after is not None
    has_older = bool(rows) if is_backward else len(found) > size
    return Found(at, at[0][0] if at and has_newer else None, at[-1][0] if at and has_older else None)


def mark(edition: int, due_at: datetime | None) -> str:
    """What changes whenever the row of a hand-off would look different."""
    return f"{edition}-{due_at.astimezone(UTC):%Y%m%dT%H%M%S%f}" if due_at else f"{edition}"


def marks(handoff_ids: Sequence[int], due_at: dict[int, datetime]) -> list[tuple[int, str]]:
    """These hand-offs with their marks, in this order."""
    known = select(Handoff.id, Handoff.edition).where(among(Handoff.id, handoff_ids))
    editions: dict[int, int] = dict(db.session.execute(known).all())
    return [(each, mark(editions[each], due_at.get(each))) for each in handoff_ids if each in editions]


def without_deadline(owner_ids: Sequence[int | None], *, search: str = "") -> Select[Any]:
    """The ids of open hand-offs for which no clock runs, such as SQLs that are neither won nor lost yet."""
    waits = select(_Other.id).where(_Other.handoff_id == Handoff.id, _is_unstopped(_Other)).exists()
    query = select(Handoff.id.label("id")).where(IS_OPEN, ~waits, _is_of(owner_ids))
    return _matching(query, search, Handoff.lead_id)


def count_open(owner_ids: Sequence[int | None]) -> int:
    """How many open hand-offs these owners have; counted up to COUNTED + 1."""
    counted = select(Handoff.id).where(IS_OPEN, _is_of(owner_ids))
    return db.session.scalar(select(func.count()).select_from(counted.limit(COUNTED + 1).subquery())) or 0


def open_ids(owner_id: int) -> Sequence[int]:
    return db.session.scalars(select(Handoff.id).where(Handoff.owner_id == owner_id, IS_OPEN)).all()


def entries(handoff_ids: Sequence[int]) -> list[Entry]:
    """These hand-offs in this order; the number of queries does not grow with them."""
    if not handoff_ids:
        return []
    wanted = (joinedload(Handoff.lead), joinedload(Handoff.owner), joinedload(Handoff.persona))
    marked = (joinedload(Handoff.score), joinedload(Handoff.qualified_by))
    query = select(Handoff).where(among(Handoff.id, handoff_ids)).options(*wanted, *marked)
    handoffs = {handoff.id: handoff for handoff in db.session.scalars(query)}
    clocks: dict[int, list[Clock]] = {}
    waiting = select(Clock).where(among(Clock.handoff_id, handoff_ids), _is_unstopped(Clock))
    for clock in db.session.scalars(waiting.order_by(Clock.due_at, Clock.id)):
        clocks.setdefault(clock.handoff_id, []).append(clock)
    terms = _terms({handoff.agreement_version_id for handoff in handoffs.values()})
    found = (handoffs[handoff_id] for handoff_id in handoff_ids if handoff_id in handoffs)
    return [Entry(each, clocks.get(each.id, []), terms[each.agreement_version_id]) for each in found]


def _most_urgent(owner_id: int | None, search: str, after: Place | None, before: Place | None) -> Select[Any]:
    """One row per hand-off: its clock that runs out next."""
    sooner = or_(_Other.due_at < Clock.due_at, and_(_Other.due_at == Clock.due_at, _Other.id < Clock.id))
    is_beaten = select(_Other.id).where(_Other.handoff_id == Clock.handoff_id, _is_unstopped(_Other), sooner).exists()
    parts = (Clock.due_at.label("due_at"), Clock.id.label("id"), Clock.handoff_id.label("handoff_id"))
    query: Any = select(*parts)
    is_owner = Clock.owner_id.is_(None) if owner_id is None else Clock.owner_id == owner_id
    query = query.where(is_owner, _is_unstopped(Clock), ~is_beaten)
    if after is not None:
        query = query.where(Clock.due_at >= after.due_at, or_(Clock.due_at > after.due_at, Clock.id > after.clock_id))
    elif before is not None:
        earlier = or_(Clock.due_at < before.due_at, Clock.id < before.clock_id)
        query = query.where(Clock.due_at <= before.due_at, earlier)
    return _matching(query, search, Clock.lead_id)


def _matching(query: Select[Any], search: str, lead_id: Any) -> Select[Any]:
    words = lead_search.words(search)
    return query.join(Lead, Lead.id == lead_id).where(lead_search.found_by(words)) if words else query


def _is_unstopped(clock: Any) -> ColumnElement[bool]:
    """And sales has to act: the clocks of marketing are none of the queue."""
    is_of_sales = clock.side == Department.SALES
    unstopped: ColumnElement[bool] = and_(clock.stopped_at.is_(None), clock.outcome != _VOID, is_of_sales)
    return unstopped


def _is_of(owner_ids: Sequence[int | None]) -> ColumnElement[bool]:
    owners = [owner_id for owner_id in owner_ids if owner_id is not None]
    is_named = among(Handoff.owner_id, owners)
    return or_(is_named, Handoff.owner_id.is_(None)) if None in owner_ids else is_named


def _terms(version_ids: set[int]) -> dict[int, Terms]:
    texts = select(AgreementVersion.id, AgreementVersion.terms).where(among(AgreementVersion.id, version_ids))
    return {version_id: parse(text) for version_id, text in db.session.execute(texts)}
