"""Every clock of one lead, from the journal's lines alone: what is stored must be what this answers.

A pure function of the lines and of the terms each hand-off was made under.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from smarketing.domain import courses, happenings, sla_clock
from smarketing.domain.business_time import BusinessCalendar
from smarketing.domain.courses import Course
from smarketing.domain.dispositions import ANSWERS, OPEN_STATES, DispositionKind
from smarketing.domain.happenings import Happening
from smarketing.domain.merges import JOININGS, Joining, heard
from smarketing.domain.terms import Terms
from smarketing.domain.terms_clocks import ClockClause

NAMES = frozenset(
    {f"handoff.{kind}" for kind in DispositionKind}
    | {"handoff.offered", "handoff.withdrawn", "handoff.answer_undone", "handoff.reassigned", "handoff.paused"}
    | {"handoff.resumed", "touch.logged", "touch.voided", "lead.engaged", "lead.qualified", "clock.started"}
    | {str(name) for name in JOININGS}
)
"""The lines that are read; all others follow from them."""


class Told(NamedTuple):
    """One line of the journal; `lead_id` is the number that its lead had then."""

    name: str
    subject_id: int
    at: datetime
    actor_id: int | None
    version_id: int | None
    data: Mapping[str, Any]
    lead_id: int = 0


class Replayed(NamedTuple):
    """A clock as the journal has it; `seconds` are those to its answer."""

    clock_id: int
    version_id: int
    handoff_id: int
    clause_id: str
    started_at: datetime
    course: Course
    seconds: int | None


class Rules:
    """The clauses of the versions with the hours each counts, worked out once."""

    def __init__(self, terms_of: Mapping[int, Terms]) -> None:
        self.terms_of = terms_of
        self._known: dict[tuple[int, str, str | None], tuple[ClockClause, BusinessCalendar]] = {}

    def of(self, version_id: int, clause_id: str, calendar_id: str | None) -> tuple[ClockClause, BusinessCalendar]:
        key = (version_id, clause_id, calendar_id)
        if key not in self._known:
            terms = self.terms_of[version_id]
            clause = terms.clock(clause_id)
            calendar = terms.calendar(calendar_id or clause.calendar)
            self._known[key] = clause, sla_clock.counting(clause, calendar)
        return self._known[key]


class _Handoff:
    """What the journal tells of one hand-off, as far as it has been read."""

    def __init__(self, version_id: int, offered: Told) -> None:
        self.version_id = version_id
        self.origin = offered.lead_id
        self.offered_at = offered.at
        self.happened = happenings.of_line("handoff.offered", offered.at, offered.actor_id, offered.data)
        self.answers: list[tuple[DispositionKind, Told]] = []
        self.touches: dict[int, Happening] = {}
        self.closed_at: datetime | None = None
        self.starts: list[Told] = []


def of_lead(lines: Iterable[Told], rules: Rules) -> Iterator[Replayed]:
    """Every clock that the lines of one lead say was started, in the order they were written.

    The lines of leads that were ever one are read together.
    """
    handoffs: dict[int, _Handoff] = {}
    of_leads: list[_OfLead] = []
    joinings: list[Joining] = []
    for place, line in enumerate(lines, 1):
        if line.name in JOININGS:
            if absorbed_id := line.data.get("absorbed"):
                joinings.append(Joining(place, line.lead_id, absorbed_id, line.name == "lead.merged"))
        elif line.name.startswith("lead."):
            told = happenings.of_line(line.name, line.at, line.actor_id, line.data)
            of_leads += (_OfLead(place, line.lead_id, each) for each in told)
        elif line.name == "handoff.offered":
            handoffs[line.subject_id] = _Handoff(line.version_id or 0, line)
        else:
            of = line.subject_id if line.name.startswith("handoff.") else line.data["handoff"]
            if of in handoffs:
                _read(handoffs[of], line)
    for handoff_id, handoff in handoffs.items():
        yield from _clocks(handoff_id, handoff, _heard_by(handoff, of_leads, joinings), rules)


class _OfLead(NamedTuple):
    place: int
    lead_id: int
    happening: Happening


def _heard_by(handoff: _Handoff, of_leads: Sequence[_OfLead], joinings: Sequence[Joining]) -> list[Happening]:
    """What was known to be about the person of this hand-off."""
    if not joinings:
        return [each.happening for each in of_leads]
    since = heard(handoff.origin, joinings)
    return [each.happening for each in of_leads if each.place >= since.get(each.lead_id, each.place + 1)]


def _read(handoff: _Handoff, line: Told) -> None:
    match line.name:
        case "clock.started":
            handoff.starts.append(line)
        case "touch.logged":
            channel = line.data.get("channel")
            handoff.touches[line.subject_id] = Happening(line.at, line.name, channel, line.actor_id)
        case "touch.voided":
            handoff.touches.pop(line.subject_id, None)
        case "handoff.withdrawn":
            handoff.closed_at = line.at
        case "handoff.answer_undone":
            _undo(handoff, line)
        case "handoff.reassigned" | "handoff.paused" | "handoff.resumed":
            handoff.happened += happenings.of_line(line.name, line.at, line.actor_id, line.data)
        case _:
            kind = DispositionKind(line.name.removeprefix("handoff."))
            handoff.answers.append((kind, line))
            if ANSWERS[kind][1] not in OPEN_STATES:
                handoff.closed_at = line.at


def _undo(handoff: _Handoff, line: Told) -> None:
    kinds = [kind for kind, _line in handoff.answers]
    if line.data.get("kind") in kinds:
        del handoff.answers[len(kinds) - 1 - kinds[::-1].index(DispositionKind(line.data["kind"]))]
    handoff.closed_at = None
    handoff.happened += happenings.of_line(line.name, line.at, line.actor_id, line.data)


def _clocks(handoff_id: int, handoff: _Handoff, of_the_lead: list[Happening], rules: Rules) -> Iterator[Replayed]:
    terms = rules.terms_of[handoff.version_id]
    happened = [*handoff.happened, *handoff.touches.values()]
    happened += (each for each in of_the_lead if each.at >= handoff.offered_at)
    for kind, line in handoff.answers:
        happened += happenings.of_answer(line.at, kind, line.data.get("reason"), line.actor_id, terms)
    for start in handoff.starts:
        clause, hours = rules.of(handoff.version_id, start.data["clause"], start.data.get("calendar"))
        course = courses.course(clause, hours, started_at=start.at, happened=happened, closed_at=handoff.closed_at)
        seconds = courses.seconds_to_answer(clause, hours, start.at, course)
        yield Replayed(start.subject_id, handoff.version_id, handoff_id, clause.id, start.at, course, seconds)
