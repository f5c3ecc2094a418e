"""Start clocks: of each clause that an event starts, for the leads it is about, on the calendar it goes by."""

from collections.abc import Container, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select

from smarketing.db import among, bulk_insert, db, next_ids
from smarketing.domain import escalation, sla_clock
from smarketing.domain.calendars import Calendar
from smarketing.domain.event_names import EventName
from smarketing.domain.happenings import ASSIGNED
from smarketing.domain.periods import local_day
from smarketing.domain.sla_clock import Outcome, Schedule
from smarketing.domain.terms import Terms
from smarketing.domain.terms_clocks import ClockClause
from smarketing.domain.verdicts import compile_test
from smarketing.models.clocks import Clock
from smarketing.models.leads import Lead
from smarketing.models.people import Team, User
from smarketing.models.tallies import DUE
from smarketing.services import agreements, journal, tallies
from smarketing.services.journal import JournalLine
from smarketing.services.subjects import facts_of


class Started(NamedTuple):
    """A hand-off at which an event has just happened that may start clocks; `kind` is that of an engagement."""

    handoff_id: int
    lead_id: int
    owner_id: int | None
    at: datetime
    kind: str | None = None
    part: int = 1


_COLUMNS = (
    "id handoff_id lead_id agreement_version_id clause_id owner_id outcome started_at at_risk_at due_at due_on"
    " stopped_at elapsed_seconds side calendar_id part limit_at ended_by escalates_at"
).split()


def start(
    name: str, subjects: Sequence[Started], *, force: agreements.Force, now: datetime, unless: Container[str] = ()
) -> None:
    """Start the clocks of every clause that this event starts, on each hand-off it is about; none of `unless`."""
    starting = [clause for clause in force.terms.clocks if clause.starts_on == name and clause.id not in unless]
    if not starting or not subjects:
        return
    chosen = _chosen(starting, subjects, now=now)
    for clause in starting:
        start_clause(clause, chosen[clause.id], force=force, now=now)


def start_clause(
    clause: ClockClause, subjects: Sequence[Started], *, force: agreements.Force, now: datetime
) -> Sequence[int]:
    """Start a clock of one clause on each of these; the ids. One whose milestone is reached at once is met at once."""
    if not subjects:
        return ()
    calendars = _Calendars(force.terms, clause, subjects)
    ids = next_ids(Clock, len(subjects))
    rows: list[tuple[Any, ...]] = []
    lines: list[JournalLine] = []
    for clock_id, subject in zip(ids, subjects, strict=True):
        calendar, schedule = calendars.of(subject)
        due_on = local_day(schedule.due_at, force.terms.zone)
        is_met = ASSIGNED in clause.stops_on and subject.owner_id is not None and subject.part == 1
        rows.append(
            (
                clock_id,
                subject.handoff_id,
                subject.lead_id,
                force.version_id,
                clause.id,
                subject.owner_id,
                (Outcome.MET if is_met else Outcome.RUNNING).value,
                subject.at,
                schedule.at_risk_at,
                schedule.due_at,
                due_on,
                subject.at if is_met else None,
                0 if is_met else None,
                clause.side.value,
                None if calendar.id == clause.calendar else calendar.id,
                subject.part,
                schedule.limit_at,
                ASSIGNED if is_met else None,
                None if is_met else calendars.first_step_at(calendar, subject.at),
            )
        )
        lines += _lines(clock_id, clause, subject, calendar, force.version_id, is_met=is_met)
        if is_met:
            tallies.mark_stale(DUE, [due_on])
    bulk_insert(Clock, _COLUMNS, rows)
    journal.record_many(lines, now=now)
    return ids


def _lines(
    clock_id: int, clause: ClockClause, subject: Started, calendar: Calendar, version_id: int, *, is_met: bool
) -> Iterator[JournalLine]:
    data: dict[str, Any] = {"clause": clause.id, "handoff": subject.handoff_id}
    if calendar.id != clause.calendar:
        data["calendar"] = calendar.id
    names = (EventName.CLOCK_STARTED, EventName.CLOCK_STOPPED) if is_met else (EventName.CLOCK_STARTED,)
    for name in names:
        yield JournalLine(name, "clock", clock_id, subject.at, subject.lead_id, None, version_id, data)


def _chosen(
    clauses: Sequence[ClockClause], subjects: Sequence[Started], *, now: datetime
) -> Mapping[str, list[Started]]:
    """By clause, the subjects it applies to: of a group of clauses each takes what those before it have left."""
    chosen: dict[str, list[Started]] = {clause.id: [] for clause in clauses}
    facts = facts_of([each.lead_id for each in subjects], now=now) if any(clause.when for clause in clauses) else {}
    taken: dict[str, set[int]] = {}
    for clause in clauses:
        applies = compile_test(clause.when) if clause.when else None
        others = taken.setdefault(clause.group or clause.id, set())
        for subject in subjects:
            if clause.engagement not in (None, subject.kind) or subject.handoff_id in others:
                continue
            if applies is None or applies(facts[subject.lead_id]):
                others.add(subject.handoff_id)
                chosen[clause.id].append(subject)
    return chosen


class _Calendars:
    """By which calendar each clock of a clause goes, and what that makes of it; asks once per batch."""

    def __init__(self, terms: Terms, clause: ClockClause, subjects: Sequence[Started]) -> None:
        self._clause = clause
        self._by_id = {calendar.id: calendar for calendar in terms.calendars}
        self._keys = _keys(terms, clause, subjects)
        self._schedules: dict[tuple[str, datetime], Schedule] = {}
        self._terms = terms
        self._climbs = bool(escalation.ladders(terms, clause.id))
        self._first_steps: dict[tuple[str, datetime], datetime | None] = {}

    def of(self, subject: Started) -> tuple[Calendar, Schedule]:
        key = self._keys.get(subject.lead_id if self._clause.calendar_of == "country" else subject.owner_id or 0)
        calendar = self._by_id.get(key or "", self._by_id[self._clause.calendar])
        schedule = self._schedules.get((calendar.id, subject.at))
        if schedule is None:
            schedule = sla_clock.schedule(self._clause, sla_clock.counting(self._clause, calendar), subject.at)
            self._schedules[calendar.id, subject.at] = schedule
        return calendar, schedule

    def first_step_at(self, calendar: Calendar, started_at: datetime) -> datetime | None:
        """When the first step of the ladders is due; None where no ladder was agreed."""
        if not self._climbs:
            return None
        key = calendar.id, started_at
        if key not in self._first_steps:
            hours = sla_clock.counting(self._clause, calendar)
            self._first_steps[key] = escalation.next_at(escalation.rungs(self._terms, self._clause, hours, started_at))
        return self._first_steps[key]


def _keys(terms: Terms, clause: ClockClause, subjects: Sequence[Started]) -> Mapping[int, str | None]:
    """Ids of calendars by owner, or by lead where its country decides; 0 is the owner of what nobody has."""
    if clause.calendar_of is None:
        return {}
    if clause.calendar_of == "country":
        of_country = {country: calendar.id for calendar in terms.calendars for country in calendar.countries or ()}
        is_one = among(Lead.id, {each.lead_id for each in subjects})
        countries = db.session.execute(select(Lead.id, Lead.country).where(is_one))
        return {lead_id: of_country.get(country or "") for lead_id, country in countries}
    team = next(party.team for party in terms.parties if party.department == clause.side)
    of_team = db.session.scalar(select(Team.calendar_key).where(Team.key == team))
    if clause.calendar_of == "team":
        return {0: of_team} | {each.owner_id: of_team for each in subjects if each.owner_id}
    owners = select(User.id, User.calendar_key, Team.calendar_key).outerjoin(Team, Team.id == User.team_id)
    is_owner = among(User.id, {each.owner_id for each in subjects if each.owner_id})
    own = {user_id: mine or theirs for user_id, mine, theirs in db.session.execute(owners.where(is_owner))}
    return {0: of_team} | own
