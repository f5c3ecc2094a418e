"""A clock of the agreement in sentences: whose time, from what to what, whose hours, and what stops or renews it."""

from collections.abc import Iterator, Sequence

from flask_babel import gettext, ngettext

from smarketing.domain.calendars import Calendar
from smarketing.domain.errors import N_
from smarketing.domain.roles import Department
from smarketing.domain.terms import Terms
from smarketing.domain.terms_clocks import ClockClause
from smarketing.web.articles.conditions import applies_to
from smarketing.web.clause_words import STARTS, granted, limit, listed
from smarketing.web.filters import percent
from smarketing.web.provisions import Provision
from smarketing.web.words import calendar_name, in_language

GRANTS = {
    Department.MARKETING: N_("Marketing has %(time)s, %(start)s %(stops)s."),
    Department.SALES: N_("Sales has %(time)s, %(start)s %(stops)s."),
}
STOPS = {
    "handoff.accepted": N_("to its acceptance"),
    "handoff.refused": N_("to its refusal"),
    "handoff.confirmed": N_("to its confirmation as an SQL"),
    "handoff.recycled": N_("to its recycling"),
    "touch.logged": N_("to the first touch logged"),
    "handoff.assigned": N_("to its assignment to a rep"),
    "handoff.won": N_("to the won deal"),
    "handoff.lost": N_("to the lost deal"),
    "lead.qualified": N_("to the day it is an MQL again"),
    "lead.engaged": N_("to the next act of the lead"),
}
HOURS_OF = {
    None: N_("Only the hours of the calendar “%(calendar)s” count."),
    "assignee": N_("The hours of whoever has the lead count, or those of the calendar “%(calendar)s”."),
    "team": N_("The hours of the team count, or those of the calendar “%(calendar)s”."),
    "country": N_("The hours of the country of the lead count, or those of the calendar “%(calendar)s”."),
}
EVENTS = {
    "handoff.paused": N_("while a rep has paused it with a reason"),
    "handoff.resumed": N_("when the rep goes on"),
    "touch.logged": N_("at a touch"),
    "lead.engaged": N_("when the lead acts"),
    "handoff.accepted": N_("at the acceptance"),
    "handoff.confirmed": N_("at the confirmation as an SQL"),
    "handoff.reassigned": N_("when somebody else is given the lead"),
}
REASSIGNED = {
    "restart": N_("Whoever is given the lead has the full time again."),
    "continue": N_("Whoever is given the lead has the time that is left."),
}
REOPENED = {
    "restart": N_("When an answer is undone the full time begins again."),
    "continue": N_("When an answer is undone the time goes on."),
}


def timed(clause: ClockClause, terms: Terms) -> Provision:
    text = promise(clause, terms.calendar(clause.calendar))
    return Provision(clause.id, in_language(clause.title), text, applies_to(clause.when, terms))


def promise(clause: ClockClause, calendar: Calendar) -> str:
    """“Sales has 4 business hours, from the hand-over of a lead to its acceptance or to its refusal. …”"""
    time = {"time": granted(clause, calendar), "start": gettext(STARTS[clause.starts_on])}
    stops = listed([gettext(STOPS[stop]) for stop in clause.stops_on])
    return " ".join(
        (
            gettext(GRANTS[clause.side], **time, stops=stops),
            *_bounds(clause, calendar),
            *_turns(clause),
            gettext("After %(share)s of that time the lead is at risk.", share=percent(clause.at_risk_ratio, 0)),
            gettext("Objective: %(share)s of all cases are kept.", share=percent(clause.objective, 0)),
        )
    )


def _bounds(clause: ClockClause, calendar: Calendar) -> Iterator[str]:
    """The hard limit, what it takes, and whose hours count."""
    if clause.limit_minutes or clause.limit_days:
        yield gettext("The hard limit is %(time)s.", time=limit(clause, calendar))
    if clause.touches:
        yield ngettext("It takes %(num)s touch.", "It takes %(num)s touches.", clause.touches)
    if clause.channels:
        yield ngettext("They go by %(num)s channel.", "They go by %(num)s channels.", clause.channels)
    if clause.time == "wall":
        yield gettext("Every hour counts, by day and by night.")
    else:
        yield gettext(HOURS_OF[clause.calendar_of], calendar=calendar_name(calendar))


def _turns(clause: ClockClause) -> Iterator[str]:
    """What lets it stand still, begin again, or come to nothing."""
    if clause.pauses_on and clause.resumes_on:
        stands, goes_on = _events(clause.pauses_on), _events(clause.resumes_on)
        yield gettext("It stands still %(events)s, and goes on %(others)s.", events=stands, others=goes_on)
    if clause.resets_on:
        yield gettext("It begins again %(events)s.", events=_events(clause.resets_on))
    if clause.cancels_on:
        yield gettext("It comes to nothing %(events)s.", events=_events(clause.cancels_on))
    if clause.on_reassign:
        yield gettext(REASSIGNED[clause.on_reassign])
    if clause.on_reopen:
        yield gettext(REOPENED[clause.on_reopen])
    if clause.group:
        yield gettext("Of the clauses of the group “%(group)s” only the first that applies holds.", group=clause.group)


def _events(events: Sequence[str]) -> str:
    return listed([gettext(EVENTS[event]) for event in events])
