"""How the clocks of an agreement would have gone for hand-offs of the past: a pure function of terms and events.

Clauses that ask for facts of a lead are left out, as are the others of their group: a history does not hold them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Final, NamedTuple

from smarketing.domain import courses, happenings, sla_clock
from smarketing.domain.business_time import BusinessCalendar
from smarketing.domain.courses import Course
from smarketing.domain.dispositions import ANSWERS, OPEN_STATES, DispositionKind
from smarketing.domain.errors import InvalidInput
from smarketing.domain.happenings import OFFERED, Happening
from smarketing.domain.importing import folded
from smarketing.domain.past_events import PastEvent
from smarketing.domain.sla_clock import Outcome
from smarketing.domain.terms import Terms
from smarketing.domain.terms_clocks import ClockClause

_ANSWERS: Final = {f"handoff.{kind}": kind for kind in DispositionKind}


class PastClock(NamedTuple):
    """`seconds` are those of the calendar to its answer, or until `as_of` while it waits; None if closed unanswered.

    `outcome` is breached also for one that waits past its due instant, and running for one that was not due by then.
    """

    lead: str
    clause_id: str
    owner: str
    started_at: datetime
    due_at: datetime
    stopped_at: datetime | None
    outcome: Outcome
    seconds: int | None
    is_answered: bool


def judged(terms: Terms) -> tuple[list[ClockClause], list[ClockClause]]:
    """The clauses that a history can be judged by, and those it cannot."""
    asking = {clause.group for clause in terms.clocks if clause.when and clause.group}
    is_judged = [clause.when is None and clause.group not in asking for clause in terms.clocks]
    clauses = list(zip(terms.clocks, is_judged, strict=True))
    return [clause for clause, is_ in clauses if is_], [clause for clause, is_ in clauses if not is_]


class Judge:
    """Judges histories under one agreement; on one of its calendars throughout where `calendar_id` names it."""

    def __init__(self, terms: Terms, *, calendar_id: str | None = None, as_of: datetime) -> None:
        self._terms = terms
        self._as_of = as_of
        self._clauses = [
            (clause, sla_clock.counting(clause, terms.calendar(calendar_id or clause.calendar)))
            for clause in judged(terms)[0]
        ]
        self._reasons = _reasons(terms)

    def clocks(self, events: Iterable[PastEvent]) -> Iterator[PastClock]:
        """Of events in the order of their leads, and within a lead in that of their instants."""
        for lead, of_lead in groupby(events, key=lambda event: event.lead):
            for handoff in _handoffs(of_lead):
                yield from self._of_handoff(lead, handoff)

    def _of_handoff(self, lead: str, events: Sequence[PastEvent]) -> Iterator[PastClock]:
        people = {name: number for number, name in enumerate(_people(events), start=1)}
        happened = [each for event in events for each in self._happenings(event, people)]
        closed_at = next((event.at for event in events if _closes(event)), None)
        given = [event for event in events if _gives(event)]
        for clause, calendar in self._clauses:
            for started_at, course in _courses(clause, calendar, happened, closed_at):
                owner = _owner(given, course.ending.stopped_at or self._as_of)
                yield self._clock(lead, owner, clause, calendar, started_at, course)

    def _clock(
        self, lead: str, owner: str, clause: ClockClause, calendar: BusinessCalendar, started_at: datetime,
        course: Course,
    ) -> PastClock:  # fmt: skip
        outcome, stopped_at = course.ending
        seconds = courses.seconds_to_answer(clause, calendar, started_at, course)
        is_answered = seconds is not None
        if stopped_at is None:
            seconds = int(calendar.elapsed(started_at, self._as_of).total_seconds())
            outcome = Outcome.BREACHED if course.schedule.due_at < self._as_of else Outcome.RUNNING
        due_at = course.schedule.due_at
        return PastClock(lead, clause.id, owner, started_at, due_at, stopped_at, outcome, seconds, is_answered)

    def _happenings(self, event: PastEvent, people: Mapping[str, int]) -> list[Happening]:
        actor_id = people.get(event.actor)
        if event.name in _ANSWERS:
            return self._answer(event, _ANSWERS[event.name], actor_id)
        data: dict[str, object] = {"reason": event.detail or None}
        if event.owner:
            data["owner"] = people[event.owner]
        return happenings.of_line(event.name, event.at, actor_id, data)

    def _answer(self, event: PastEvent, kind: DispositionKind, actor_id: int | None) -> list[Happening]:
        """A reason that was not agreed on says nothing of what came next."""
        reason = self._reasons.get(folded(event.detail))
        try:
            return happenings.of_answer(event.at, kind, reason, actor_id, self._terms)
        except InvalidInput:
            return happenings.of_answer(event.at, kind, None, actor_id, self._terms)


def _handoffs(events: Iterable[PastEvent]) -> Iterator[list[PastEvent]]:
    """Each begins with a hand-over; what came before the first belongs to none."""
    handoff: list[PastEvent] = []
    for event in events:
        if event.name == OFFERED:
            if handoff:
                yield handoff
            handoff = []
        if handoff or event.name == OFFERED:
            handoff.append(event)
    if handoff:
        yield handoff


def _courses(
    clause: ClockClause, calendar: BusinessCalendar, happened: Sequence[Happening], closed_at: datetime | None
) -> Iterator[tuple[datetime, Course]]:
    """Each clock of the clause: one that begins while another of them waits does not."""
    open_until: datetime | None = None
    for begun in sorted((each for each in happened if each.name == clause.starts_on), key=lambda each: each.at):
        is_meant = clause.engagement in (None, begun.detail)
        if not is_meant or (open_until is not None and begun.at < open_until):
            continue
        again: Happening | None = begun
        while again is not None:
            started_at = again.at
            course = courses.course(clause, calendar, started_at=started_at, happened=happened, closed_at=closed_at)
            yield started_at, course
            again = course.again
        open_until = course.ending.stopped_at
        if open_until is None:
            return


def _closes(event: PastEvent) -> bool:
    kind = _ANSWERS.get(event.name)
    return event.name == "handoff.withdrawn" or (kind is not None and ANSWERS[kind][1] not in OPEN_STATES)


def _gives(event: PastEvent) -> bool:
    return event.name == "handoff.accepted" or (event.name in happenings.GIVEN and bool(event.owner))


def _owner(given: Sequence[PastEvent], at: datetime) -> str:
    """Who had it until then: whoever accepted it at that moment, but not who was only given it then."""
    had = (event for event in reversed(given) if event.at < at or (event.at == at and event.name in _ANSWERS))
    return next((event.owner or event.actor for event in had), "")


def _people(events: Iterable[PastEvent]) -> list[str]:
    return list(dict.fromkeys(name for event in events for name in (event.actor, event.owner) if name))


def _reasons(terms: Terms) -> dict[str, str]:
    """Ids of the reasons to refuse by their ids and by their titles in either language, folded."""
    found = {}
    for reason in terms.handoff.refusal_reasons:
        for word in (reason.id, reason.title.en, reason.title.fr):
            if word:
                found[folded(word)] = reason.id
    return found
