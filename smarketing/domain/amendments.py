"""Amendments: what one side asks to change in the version in force, when it may, and by when the other answers.

The rules are those of the version in force. A clause on amendments that names a section of the agreement governs the
changes of that section; the clauses that name none govern what no other does.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final, NamedTuple

from smarketing.domain.allowances import end_of
from smarketing.domain.business_time import BusinessCalendar
from smarketing.domain.calendars import compiled
from smarketing.domain.clauses import Clause
from smarketing.domain.errors import N_, Conflict, InvalidInput
from smarketing.domain.periods import local_day
from smarketing.domain.terms import Terms
from smarketing.domain.terms_allowances import Allowance
from smarketing.domain.terms_governance import AmendmentClause, AmendmentStep, Section

UNLESS_AGREED: Final = Allowance(business_days=5)
"""Time to answer under an agreement that says nothing of it, on its first calendar."""
LONGEST_TITLE: Final = 200
LONGEST_TEXT: Final = 4_000
FIELDS: Final[Mapping[Section, tuple[str, ...]]] = {
    "scoring": ("scoring",),
    "criteria": ("personas", "mql", "sql"),
    "handoff": ("handoff", "statuses", "timeboxes", "completeness", "cadences"),
    "clocks": ("clocks", "escalations"),
    "targets": ("targets", "ratios"),
    "routing": ("routes", "capacities", "ramp", "offboarding"),
}
"""The fields of the document that a section of the clause is about."""


class AmendmentState(StrEnum):
    """open -> accepted or refused by the other side, withdrawn by its author, or lapsed for want of an answer."""

    OPEN = "open"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


class Times(NamedTuple):
    """From when on it may be accepted, and until when the other side answers."""

    acceptable_at: datetime
    answer_due_at: datetime


class Written(NamedTuple):
    """What its author says: `request` is what the agreement asks a request to say, by the id of the item."""

    title: str
    reason: str
    request: Mapping[str, str]
    is_correction: bool = False


def governing(old: Terms, new: Terms) -> tuple[AmendmentClause, ...]:
    """The clauses of the version in force under which it is changed into the new one."""
    changed = {field for field in Terms.model_fields if getattr(old, field) != getattr(new, field)}
    chosen: list[AmendmentClause] = []
    for section, fields in FIELDS.items():
        if changed & set(fields):
            named = [clause for clause in old.amendments if section in clause.sections]
            chosen += named or _general(old)
    if changed - {field for fields in FIELDS.values() for field in fields}:
        chosen += _general(old)
    return tuple(clause for clause in old.amendments if clause in chosen)


def check_differs(old: Terms, new: Terms) -> None:
    if old == new:
        raise Conflict(N_("It says what the version in force says: change something first."))


def check_window(terms: Terms, clauses: Sequence[AmendmentClause], *, is_correction: bool, now: datetime) -> None:
    """Raises when this is not the time of the year for such a change, and says when that is."""
    for clause in clauses:
        if is_open(clause, terms.zone, now):
            continue
        told: dict[str, Any] = {"clause": clause.title, "day": next_opening(clause, terms.zone, now)}
        if clause.outside_window != "corrections":
            raise Conflict(N_("“%(clause)s”: such changes are not made now, but again from %(day)s on."), **told)
        if not is_correction:
            message = N_("“%(clause)s”: until %(day)s only errors are corrected. Say so if this corrects one.")
            raise InvalidInput("is_correction", message, **told)


def is_open(clause: AmendmentClause, zone: str, now: datetime) -> bool:
    return not clause.months or local_day(now, zone).month in clause.months


def next_opening(clause: AmendmentClause, zone: str, now: datetime) -> date:
    """The first day of the next month in which such changes are made."""
    today = local_day(now, zone)
    ahead = (date(today.year + (today.month + n - 1) // 12, (today.month + n - 1) % 12 + 1, 1) for n in range(1, 13))
    return next(first for first in ahead if first.month in clause.months)


def times(terms: Terms, clauses: Sequence[AmendmentClause], *, now: datetime) -> Times:
    """The latest of what the clauses grant: nobody is given less time than one of them promises."""
    governed = [_times(terms, clause, now) for clause in clauses if clause.steps]
    if not governed:
        office = compiled(terms.calendars[0])
        return Times(now, _whole_minute(end_of(UNLESS_AGREED, now, calendar=office, zone=terms.zone)))
    due_at = max(each.answer_due_at for each in governed)
    return Times(max(each.acceptable_at for each in governed), _whole_minute(due_at))


def steps_to_answer(clause: AmendmentClause) -> tuple[AmendmentStep, ...]:
    """The steps up to the first that somebody decides; only the first step where none says who decides."""
    deciding = next((index for index, step in enumerate(clause.steps) if step.decided_by), 0)
    return clause.steps[: deciding + 1]


def requested(clauses: Sequence[AmendmentClause]) -> list[Clause]:
    """What a request has to say, each once."""
    return list({item.id: item for clause in clauses for item in clause.request_holds}.values())


def check_written(written: Written, clauses: Sequence[AmendmentClause]) -> Written:
    """What was written, as it is kept. Raises InvalidInput naming the field at fault."""
    title = written.title.strip()
    if not 0 < len(title) <= LONGEST_TITLE:
        raise InvalidInput("title", N_("Give it a title of 1 to %(limit)s characters."), limit=LONGEST_TITLE)
    reason = check_text("reason", written.reason)
    request = {
        item.id: check_text(f"request.{item.id}", written.request.get(item.id, "")) for item in requested(clauses)
    }
    return Written(title, reason, request, written.is_correction)


def check_text(field: str, text: str) -> str:
    kept = text.replace("\r\n", "\n").strip()
    if not 0 < len(kept) <= LONGEST_TEXT:
        raise InvalidInput(field, N_("Write 1 to %(limit)s characters here."), limit=LONGEST_TEXT)
    return kept


def state_at(state: AmendmentState, *, answer_due_at: datetime, now: datetime) -> AmendmentState:
    """An open one whose time has passed has lapsed, whenever that is noticed."""
    return AmendmentState.LAPSED if state is AmendmentState.OPEN and now >= answer_due_at else state


def check_effect_day(old: Terms, new: Terms, effective_at: datetime) -> None:
    """Raises InvalidInput for a weekday on which, by the version in force, nothing new takes effect."""
    weekday = local_day(effective_at, old.zone).weekday()
    for clause in governing(old, new):
        if _WEEKDAYS[weekday] in clause.no_effect_on:
            message = N_("“%(clause)s”: nothing new comes into force on this day of the week. Choose another one.")
            raise InvalidInput("effective_at", message, clause=clause.title)


def _whole_minute(at: datetime) -> datetime:
    """Rounded up, so that a deadline reads well and takes nothing away."""
    return at + timedelta(minutes=1) - timedelta(seconds=at.second, microseconds=at.microsecond) if at.second else at


_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def _general(terms: Terms) -> list[AmendmentClause]:
    return [clause for clause in terms.amendments if not clause.sections]


def _times(terms: Terms, clause: AmendmentClause, now: datetime) -> Times:
    calendar: BusinessCalendar = compiled(terms.calendar(clause.calendar) if clause.calendar else terms.calendars[0])
    acceptable_at = answer_due_at = now
    for step in steps_to_answer(clause):
        answer_due_at = end_of(step.within, answer_due_at, calendar=calendar, zone=terms.zone)
        if step.no_sooner_than:
            acceptable_at = end_of(step.no_sooner_than, acceptable_at, calendar=calendar, zone=terms.zone)
    return Times(acceptable_at, answer_due_at)
