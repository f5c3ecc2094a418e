"""Every clock recomputed from the journal, and wherever what is stored differs: in what, and why."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
from itertools import chain, groupby
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, String, cast, select

from smarketing.db import db, is_postgresql
from smarketing.domain.errors import N_
from smarketing.domain.periods import local_day, midnight
from smarketing.domain.replay import NAMES, Replayed, Rules, Told, of_lead
from smarketing.domain.sla_clock import Outcome
from smarketing.domain.terms import parse
from smarketing.models.agreements import AgreementVersion
from smarketing.models.clocks import Clock
from smarketing.models.events import Event
from smarketing.models.handoffs import Handoff
from smarketing.models.merges import Merge

BATCH = 20_000
UNTOLD = N_("the journal tells of no such clock")
UNKEPT = N_("the journal tells of a clock that is not stored")
COUNTED = N_("the hours of its calendar, or its pauses, give another instant")
ENDED = N_("the journal tells of another ending: %(how)s at %(at)s")
WAITS = N_("the journal tells of no ending: it still waits")


class Difference(NamedTuple):
    """`stored` and `replayed` are what the two say of one field of a clock; `cause` is a msgid with its params."""

    clock_id: int
    handoff_id: int
    clause_id: str
    field: str
    stored: str
    replayed: str
    cause: str
    params: dict[str, str]


class Outcomes(NamedTuple):
    """How many clocks of how many leads were replayed."""

    leads: int
    clocks: int
    differences: Sequence[Difference]


class _Stored(NamedTuple):
    lead_id: int
    id: int
    handoff_id: int
    clause_id: str
    outcome: str
    at_risk_at: Any
    due_at: Any
    due_on: Any
    limit_at: Any
    stopped_at: Any
    paused_at: Any
    elapsed_seconds: int | None


def replay(*, since: date | None = None) -> Outcomes:
    """Replay the leads that were handed over since a day of the agreement's zone; all, when None. Writes nothing."""
    texts = db.session.execute(select(AgreementVersion.id, AgreementVersion.terms)).all()
    terms_of = {version_id: parse(text) for version_id, text in texts}
    rules = Rules(terms_of)
    zone = next((terms.zone for terms in terms_of.values()), "UTC")
    leads = clocks = 0
    differences: list[Difference] = []
    kin = _kin()
    stored = _Cursor(_stored(since, zone, lambda lead_id: lead_id.not_in(kin)))
    alone = groupby(_lines(since, zone, lambda lead_id: lead_id.not_in(kin)), key=itemgetter(0))
    each = ((lines, stored.of(lead_id)) for lead_id, lines in alone)
    for lines, rows in chain(each, _together(kin, since, zone)):
        replayed = list(of_lead((line for _lead, line in lines), rules))
        leads += bool(replayed)
        clocks += len(replayed)
        differences += _differences(replayed, rows, rules)
    differences += [_untold(row) for row in stored.rest()]
    return Outcomes(leads, clocks, differences)


def _kin() -> dict[int, int]:
    """Leads that were ever one with another, each with the same one of them all."""
    first: dict[int, int] = {}
    for one, other in db.session.execute(select(Merge.lead_id, Merge.absorbed_id).order_by(Merge.id)):
        firsts = {first.setdefault(each, each) for each in (one, other)}
        first |= {each: min(firsts) for each, known in first.items() if known in firsts}
    return first


_Group = tuple[Iterable[tuple[int, Told]], list[_Stored]]


def _together(kin: Mapping[int, int], since: date | None, zone: str) -> Iterator[_Group]:
    """The lines of leads that were ever one, in the order they were written, with the clocks that all of them have."""
    if not kin:
        return
    lines: dict[int, list[tuple[int, Told]]] = {}
    for lead_id, line in _lines(None, zone, lambda lead_id: lead_id.in_(kin), by=(Event.id,)):
        lines.setdefault(kin[lead_id], []).append((lead_id, line))
    rows: dict[int, list[_Stored]] = {}
    for row in _stored(None, zone, lambda lead_id: lead_id.in_(kin)):
        rows.setdefault(kin[row.lead_id], []).append(row)
    wanted = db.session.scalars(_handed_over(since, zone)).all() if since else kin
    for first in sorted({kin[lead_id] for lead_id in wanted if lead_id in kin}):
        yield lines.get(first, []), rows.get(first, [])


class _Cursor:
    """Stored clocks in the order of their leads, taken lead by lead; what was passed over is told of at the end."""

    def __init__(self, rows: Iterator[_Stored]) -> None:
        self._groups = groupby(rows, key=itemgetter(0))
        self._next: tuple[int, list[_Stored]] | None = None
        self._passed: list[_Stored] = []

    def of(self, lead_id: int) -> list[_Stored]:
        while (found := self._peek()) and found[0] < lead_id:
            self._passed += found[1]
            self._next = None
        if found and found[0] == lead_id:
            self._next = None
            return found[1]
        return []

    def rest(self) -> list[_Stored]:
        while found := self._peek():
            self._passed += found[1]
            self._next = None
        return self._passed

    def _peek(self) -> tuple[int, list[_Stored]] | None:
        if self._next is None:
            group = next(self._groups, None)
            self._next = (group[0], list(group[1])) if group else None
        return self._next


_Chosen = Callable[[Any], ColumnElement[bool]]


def _lines(
    since: date | None, zone: str, chosen: _Chosen, *, by: Sequence[Any] = (Event.lead_id, Event.id)
) -> Iterator[tuple[int, Told]]:
    data = Event.data if is_postgresql() else cast(Event.data, String)
    columns = (Event.lead_id, Event.name, Event.subject_id, Event.occurred_at, Event.actor_id)
    query = select(*columns, Event.agreement_version_id, data).where(Event.name.in_(NAMES), Event.lead_id.is_not(None))
    for lead_id, name, subject_id, at, actor_id, version_id, told in _raw(
        _of_leads(query.where(chosen(Event.lead_id)), Event.lead_id, since, zone).order_by(*by)
    ):
        yield lead_id, Told(name, subject_id, _instant(at), actor_id, version_id, _data(told), lead_id)


def _stored(since: date | None, zone: str, chosen: _Chosen) -> Iterator[_Stored]:
    query: Any = select(*(getattr(Clock, name) for name in _Stored._fields)).where(chosen(Clock.lead_id))
    query = _of_leads(query, Clock.lead_id, since, zone).order_by(Clock.lead_id, Clock.id)
    return (_Stored(*row) for row in _raw(query))


def _of_leads(query: Any, lead_id: Any, since: date | None, zone: str) -> Any:
    if since is None:
        return query
    return query.where(lead_id.in_(_handed_over(since, zone)))


def _handed_over(since: date, zone: str) -> Select[int]:
    return select(Handoff.lead_id).where(Handoff.offered_at >= midnight(since, zone))


def _raw(query: Any) -> Iterator[Any]:
    """Rows as the driver gives them: a replay reads millions."""
    dialect = db.session.get_bind().dialect
    compiled = query.compile(dialect=dialect, compile_kwargs={"literal_binds": True})
    options = {"stream_results": True, "max_row_buffer": BATCH}
    result = db.session.connection().exec_driver_sql(str(compiled), execution_options=options)
    return chain.from_iterable(result.partitions(BATCH))


def _data(told: Any) -> dict[str, Any]:
    if not told:
        return {}
    data: dict[str, Any] | None = json.loads(told) if isinstance(told, str) else told
    return data or {}


@lru_cache(maxsize=65536)
def _read(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def _instant(value: Any) -> datetime:
    return _read(value) if isinstance(value, str) else value.astimezone(UTC)


def _differences(replayed: Sequence[Replayed], stored: Sequence[_Stored], rules: Rules) -> Iterator[Difference]:
    rows = {row.id: row for row in stored}
    for clock in replayed:
        row = rows.pop(clock.clock_id, None)
        if row is None:
            yield Difference(clock.clock_id, clock.handoff_id, clock.clause_id, "clock", "–", "started", UNKEPT, {})
        else:
            yield from _between(row, clock, rules.terms_of[clock.version_id].zone)
    for row in rows.values():
        yield _untold(row)


def _untold(row: _Stored) -> Difference:
    return Difference(row.id, row.handoff_id, row.clause_id, "clock", row.outcome, "–", UNTOLD, {})


FIELDS = ("at_risk_at", "due_at", "limit_at", "paused_at", "outcome", "stopped_at", "elapsed_seconds", "due_on")
OF_THE_ENDING = ("outcome", "stopped_at", "elapsed_seconds")


def _between(row: _Stored, clock: Replayed, zone: str) -> Iterator[Difference]:
    course = clock.course
    outcome, stopped_at = course.ending
    is_waiting = row.stopped_at is None and row.outcome in ("running", "breached")
    instants = (_optional(at) for at in (row.at_risk_at, row.due_at, row.limit_at, row.paused_at))
    stopped = (_optional(row.stopped_at), row.elapsed_seconds)
    kept = (*instants, "running" if is_waiting else row.outcome, *stopped, str(row.due_on))
    due_on = str(local_day(course.schedule.due_at, zone))
    told = (*course.schedule, course.paused_at, outcome.value, stopped_at, clock.seconds, due_on)
    if kept == told:
        return
    cause, params = _cause(clock)
    for field, was, becomes in zip(FIELDS, kept, told, strict=True):
        if was != becomes:
            why = (cause, params) if field in OF_THE_ENDING else (COUNTED, {})
            yield Difference(row.id, row.handoff_id, row.clause_id, field, str(was), str(becomes), *why)


def _cause(clock: Replayed) -> tuple[str, dict[str, str]]:
    outcome, stopped_at = clock.course.ending
    if outcome is Outcome.RUNNING:
        return WAITS, {}
    return ENDED, {"how": clock.course.ended_by or "its start was undone", "at": str(stopped_at)}


def _optional(value: Any) -> datetime | None:
    return None if value is None else _instant(value)
