"""How the agreement is amended, reviewed, renewed and ended, and how its data is kept."""

from collections.abc import Iterator

from flask_babel import gettext, ngettext

from smarketing.domain.errors import N_
from smarketing.domain.roles import Department
from smarketing.domain.terms import Terms
from smarketing.domain.terms_governance import (
    AmendmentClause,
    AmendmentStep,
    RenewalClause,
    ReviewClause,
    TerminationClause,
)
from smarketing.domain.terms_retention import BackupClause, RetentionClause
from smarketing.web import time_words
from smarketing.web.articles.conditions import named
from smarketing.web.clause_words import Line, listed
from smarketing.web.filters import local_date
from smarketing.web.provisions import Article, Provision
from smarketing.web.words import in_language, label

SECTIONS = {
    "scoring": N_("scoring"),
    "criteria": N_("the criteria"),
    "handoff": N_("the hand-over"),
    "clocks": N_("the times"),
    "targets": N_("the volumes"),
    "routing": N_("the routing"),
}
OUTSIDE = {
    "corrections": N_("In other months only errors are corrected."),
    "nothing": N_("In other months nothing changes."),
}
RENEWALS = {
    "tacit": N_("At the end of its term this agreement goes on by itself."),
    "renegotiated": N_("At the end of its term both sides negotiate anew; without a new signature it ends."),
    "none": N_("At the end of its term this agreement ends."),
}
ENDERS = {
    None: N_("Either side may end this agreement before its term for this cause:"),
    Department.MARKETING: N_("Marketing may end this agreement before its term for this cause:"),
    Department.SALES: N_("Sales may end this agreement before its term for this cause:"),
}


def dates(terms: Terms) -> Iterator[Provision]:
    """The fixed days of the term, its renewal and its end before time."""
    if terms.dates:
        starts_on, ends_on = local_date(terms.dates.starts_on), local_date(terms.dates.ends_on)
        text = gettext("From %(start)s to %(end)s, both included.", start=starts_on, end=ends_on)
        yield Provision("dates", gettext("Days of the term"), text)
    if terms.renewal:
        yield _renewal(terms.renewal)
    yield from map(_termination, terms.terminations)


def articles(terms: Terms) -> Iterator[Article]:
    if terms.amendments or terms.reviews:
        reviews = [_review(clause, terms) for clause in terms.reviews]
        yield Article("amendments", gettext("Review and amendment"), [*reviews, *amendments(terms)])
    kept = [_retention(clause) for clause in terms.retention]
    kept += [_backup(terms.backup)] if terms.backup else []
    if kept:
        yield Article("data", gettext("Data"), kept)


def amendments(terms: Terms) -> list[Provision]:
    """How it is amended."""
    return [_amendment(clause, terms) for clause in terms.amendments]


def _renewal(clause: RenewalClause) -> Provision:
    parts = [gettext(RENEWALS[clause.mode])]
    if clause.mode == "tacit" and clause.months:
        parts.append(ngettext("Each renewal lasts %(num)s month.", "Each renewal lasts %(num)s months.", clause.months))
    if clause.talks_begin_days:
        parts.append(gettext("Talks begin %(days)s days before the end.", days=clause.talks_begin_days))
    return Provision(clause.id, in_language(clause.title), " ".join(parts))


def _termination(clause: TerminationClause) -> Provision:
    notice = (
        ngettext("It ends %(num)s day after notice.", "It ends %(num)s days after notice.", clause.notice_days)
        if clause.notice_days
        else gettext("It ends at once.")
    )
    text = " ".join((gettext(ENDERS[clause.side]), in_language(clause.cause), notice))
    return Provision(clause.id, in_language(clause.title), text)


def _review(clause: ReviewClause, terms: Terms) -> Provision:
    every = time_words.every(clause.every)
    parts = [
        gettext("Both sides meet %(every)s, for %(minutes)s minutes.", every=every, minutes=clause.minutes)
        if clause.minutes
        else gettext("Both sides meet %(every)s.", every=every)
    ]
    if clause.agenda:
        parts.append(in_language(clause.agenda))
    if clause.attendees:
        parts.append(gettext("Present: %(names)s.", names=named(clause.attendees, terms)))
    return Provision(clause.id, in_language(clause.title), " ".join(parts))


def _amendment(clause: AmendmentClause, terms: Terms) -> Provision:
    sections = listed([gettext(SECTIONS[section]) for section in clause.sections], style="standard")
    subject = sections or gettext("this agreement")
    parts = [_window(clause, subject)]
    if clause.outside_window:
        parts.append(gettext(OUTSIDE[clause.outside_window]))
    if clause.no_effect_on:
        parts.append(
            gettext("Nothing new comes into force on a %(weekday)s.", weekday=time_words.weekdays(clause.no_effect_on))
        )
    lines = [Line(in_language(item.title), 1, False) for item in clause.request_holds]
    if lines:
        lines.insert(0, Line(gettext("A request says:"), 0, True))
    rows = [(in_language(step.title), _time_of(step, terms)) for step in clause.steps]
    return Provision(clause.id, in_language(clause.title), " ".join(parts), lines, rows)


def _window(clause: AmendmentClause, subject: str) -> str:
    if clause.months:
        months = time_words.months(clause.months)
        return gettext("Changes to %(subject)s are made in these months: %(months)s.", subject=subject, months=months)
    return gettext("Changes to %(subject)s may be proposed at any time.", subject=subject)


def _time_of(step: AmendmentStep, terms: Terms) -> str:
    said = gettext("within %(time)s", time=time_words.length(step.within))
    if step.no_sooner_than:
        least = time_words.length(step.no_sooner_than)
        said = gettext("%(time)s, and no sooner than %(least)s", time=said, least=least)
    return f"{said} ({named(step.decided_by, terms)})" if step.decided_by else said


def _retention(clause: RetentionClause) -> Provision:
    months = ngettext("%(num)s month", "%(num)s months", clause.keep_months)
    text = (
        gettext("A lead is erased %(months)s after its last engagement.", months=months)
        if clause.then == "erase"
        else gettext("A lead is made anonymous %(months)s after its last engagement.", months=months)
    )
    rows = [(gettext("Stages"), listed([label(stage) for stage in clause.stages]))] if clause.stages else []
    return Provision(clause.id, in_language(clause.title), text, rows=rows)


def _backup(clause: BackupClause) -> Provision:
    hours = ngettext("%(num)s hour", "%(num)s hours", clause.every_hours)
    days = ngettext("%(num)s day", "%(num)s days", clause.keep_days)
    rows = [(gettext("Copies"), gettext("every %(hours)s, kept for %(days)s", hours=hours, days=days))]
    if clause.lost_hours is not None:
        lost = ngettext("%(num)s hour", "%(num)s hours", clause.lost_hours)
        rows.append((gettext("Lost at most"), lost))
    if clause.back_within_hours:
        back = ngettext("%(num)s hour", "%(num)s hours", clause.back_within_hours)
        rows.append((gettext("Back within"), back))
    if clause.tested_every_months:
        tested = ngettext("every %(num)s month", "every %(num)s months", clause.tested_every_months)
        rows.append((gettext("Restored as a test"), tested))
    return Provision(clause.id, in_language(clause.title), rows=rows)
