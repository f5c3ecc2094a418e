"""Clauses of the agreement as sentences in the reader's language. Data in, words out; nothing is decided here."""

from collections.abc import Iterable, Mapping
from functools import reduce
from typing import NamedTuple

from babel.dates import get_day_names
from babel.lists import format_list
from flask_babel import get_locale, gettext, ngettext

from smarketing.domain.calendars import Calendar
from smarketing.domain.criteria import Criterion, OneOf
from smarketing.domain.criteria_words import Asked, outline
from smarketing.domain.dispositions import NextStep
from smarketing.domain.errors import N_
from smarketing.domain.terms import Terms
from smarketing.domain.terms_clocks import ClockClause
from smarketing.domain.terms_handoff import ChecklistClause
from smarketing.web.filters import number
from smarketing.web.words import in_language, sentence

HOUR = 60
NOTICEABLE_DAYS = 2
"""From so many working days on an allowance is also said in days."""


class Line(NamedTuple):
    """One criterion of a rule, indented by its depth."""

    text: str
    depth: int
    is_group: bool


# promises

STARTS = {
    "handoff.offered": N_("from the hand-over of a lead"),
    "handoff.accepted": N_("from the acceptance of a lead"),
    "handoff.confirmed": N_("from the confirmation of a lead as an SQL"),
    "handoff.returned": N_("from the return of a lead to marketing"),
    "lead.engaged": N_("from an act of the lead"),
}


def allowance(minutes: int, calendar: Calendar) -> str:
    """Business time as people say it; long ones in working days of the calendar too."""
    hours, rest = divmod(minutes, HOUR)
    if not hours or (rest and hours < NOTICEABLE_DAYS):
        return ngettext("%(num)s business minute", "%(num)s business minutes", minutes)
    said = (
        gettext("%(hours)s business hours and %(minutes)s minutes", hours=hours, minutes=rest)
        if rest
        else ngettext("%(num)s business hour", "%(num)s business hours", hours)
    )
    days = minutes / _average_day(calendar)
    if days < NOTICEABLE_DAYS:
        return said
    return gettext("%(time)s (about %(days)s working days)", time=said, days=number(days))


def granted(clause: ClockClause, calendar: Calendar) -> str:
    """The time a clause grants, in its own unit."""
    return _time(clause.allowance_minutes, clause.allowance_days, clause, calendar)


def limit(clause: ClockClause, calendar: Calendar) -> str:
    """Its hard limit, in the same unit."""
    return _time(clause.limit_minutes, clause.limit_days, clause, calendar)


def _time(minutes: int | None, days: int | None, clause: ClockClause, calendar: Calendar) -> str:
    if clause.time != "wall":
        return (
            allowance(minutes, calendar)
            if minutes
            else ngettext("%(num)s business day", "%(num)s business days", days or 0)
        )
    if days:
        return ngettext("%(num)s calendar day", "%(num)s calendar days", days)
    hours, rest = divmod(minutes or 0, HOUR)
    if rest or not hours:
        return ngettext("%(num)s minute", "%(num)s minutes", minutes or 0)
    return ngettext("%(num)s hour", "%(num)s hours", hours)


def _average_day(calendar: Calendar) -> float:
    """Open minutes of a day on which the calendar opens; one that ends before it starts runs overnight."""
    days = [spans for spans in calendar.weekly.days() if spans]
    minutes = sum((end - start) % 1440 or 1440 for spans in days for start, end in spans)
    return minutes / len(days)


# what a lead must be


def criteria(rule: Criterion, terms: Terms) -> list[Line]:
    """The rule line by line, personas by their titles."""
    return [Line(_asked(asked, terms), asked.depth, not _is_leaf(asked)) for asked in outline(rule)]


def _asked(asked: Asked, terms: Terms) -> str:
    match asked.rule:
        case OneOf(field="persona", one_of=keys):
            titles = {persona.id: in_language(persona.title) for persona in terms.personas}
            return gettext("the persona is %(personas)s", personas=listed([titles[key] for key in keys]))
        case _:
            return sentence(asked.asked, asked.params)


def _is_leaf(asked: Asked) -> bool:
    return len(list(outline(asked.rule))) == 1


# scoring


def signed_points(points: int) -> str:
    """With its sign: “+30”, “−10”."""
    return f"+{number(points)}" if points > 0 else f"−{number(-points)}" if points else "0"


# the hand-over

NEXT_STEPS = {
    NextStep.RETURN: N_("The lead goes back to marketing and is handed over again only if a marketer marks it."),
    NextStep.RECYCLE: N_("The lead is recycled: it is handed over again when it next meets the criteria."),
    NextStep.DISQUALIFY: N_("The lead is disqualified and is not handed over again."),
}


def next_step(step: NextStep) -> str:
    return gettext(NEXT_STEPS[step])


def checklist(clause: ChecklistClause) -> str:
    total, required = len(clause.items), sum(item.is_required for item in clause.items)
    if clause.at_least is None or clause.at_least <= required:
        return gettext("Sales confirms a lead as an SQL once it has written down an answer to every required question.")
    return gettext(
        "Sales confirms a lead as an SQL once it has written down answers to %(least)s of these %(total)s questions,"
        " among them the required ones.",
        least=clause.at_least,
        total=total,
    )


# working time


def hours(calendar: Calendar) -> list[tuple[str, str]]:
    """Days that open alike, and when: (“Monday – Thursday”, “09:00–12:30 and 13:30–18:00”)."""
    names = get_day_names("wide", locale=get_locale() or "en")
    days = calendar.weekly.days()
    groups: list[list[int]] = []
    for weekday, spans in enumerate(days):
        if groups and days[groups[-1][-1]] == spans:
            groups[-1].append(weekday)
        else:
            groups.append([weekday])
    return [(_days(group, names), _spans(days[group[0]])) for group in groups]


def _days(group: list[int], names: Mapping[int, str]) -> str:
    first, last = _capital(names[group[0]]), _capital(names[group[-1]])
    match len(group):
        case 1:
            return first
        case 2:
            return f"{first}, {last}"
        case _:
            return f"{first} – {last}"


def _capital(word: str) -> str:
    return word[:1].upper() + word[1:]


def _spans(spans: tuple[tuple[int, int], ...]) -> str:
    if not spans:
        return gettext("closed")
    return listed([f"{_clock_face(start)}–{_clock_face(end)}" for start, end in spans], style="standard")


def _clock_face(minute: int) -> str:
    return f"{minute // HOUR:02d}:{minute % HOUR:02d}"


def in_turn(parts: Iterable[str]) -> str:
    """One thing after the other, with the semicolon as the language sets it."""
    return reduce(lambda one, other: gettext("%(one)s; %(other)s", one=one, other=other), parts)


def listed(items: list[str], *, style: str = "or") -> str:
    return format_list(items, style=style, locale=get_locale() or "en")  # type: ignore[arg-type]
