"""The examples that both sides test their clauses by, as sentences; how they came out stands beside them."""

from collections.abc import Iterator
from datetime import datetime

from flask_babel import format_datetime, gettext, ngettext

from smarketing.domain.errors import N_
from smarketing.domain.terms import Terms
from smarketing.domain.terms_examples import ExampleClause, ExampleEngagement, ExampleFact, SituationClause
from smarketing.web.clause_words import listed
from smarketing.web.engagement_words import engagement_name
from smarketing.web.provisions import Article, Provision
from smarketing.web.words import WALL_TIME, field_name, in_language

HOLDS = {"yes": N_("Expected: it holds."), "no": N_("Expected: it does not hold.")}
OUTCOMES = {"met": N_("Expected: it is kept."), "breached": N_("Expected: it is missed.")}


def articles(terms: Terms) -> Iterator[Article]:
    titles = {clause.id: in_language(clause.title) for clause in terms.clauses()}
    made = [_example(each, titles) for each in terms.examples]
    made += [_situation(each, titles) for each in terms.situations]
    if made:
        lead = gettext("Both sides have tried the clauses by these; while one does not hold, nobody can sign.")
        yield Article("examples", gettext("Examples that must hold"), made, lead)


def _example(clause: ExampleClause, titles: dict[str, str]) -> Provision:
    known = [*map(_fact, clause.facts), *map(_act, clause.engagements)]
    known += [gettext("answered: %(item)s", item=titles[item]) for item in clause.answered]
    lead = gettext("A lead of whom is known: %(facts)s.", facts=listed(known, style="standard"))
    parts = [lead if known else gettext("A lead of whom nothing is known."), *_asked(clause)]
    return Provision(clause.id, in_language(clause.title), " ".join([_tests(clause.about, titles), *parts]))


def _asked(clause: ExampleClause) -> Iterator[str]:
    if clause.holds is not None:
        yield gettext(HOLDS[clause.holds])
    if clause.points is not None:
        yield ngettext("Expected: %(num)s point.", "Expected: %(num)s points.", clause.points)
    if clause.at_least is not None:
        yield gettext("Expected: at least %(points)s points.", points=clause.at_least)
    if clause.at_most is not None:
        yield gettext("Expected: at most %(points)s points.", points=clause.at_most)
    if clause.grade is not None:
        yield gettext("Expected: grade %(grade)s.", grade=clause.grade)


def _fact(fact: ExampleFact) -> str:
    if fact.days_ago is None:
        return gettext("%(field)s “%(value)s”", field=field_name(fact.field), value=fact.value)
    ago = ngettext("%(num)s day ago", "%(num)s days ago", fact.days_ago)
    return gettext("%(field)s %(ago)s", field=field_name(fact.field), ago=ago)


def _act(act: ExampleEngagement) -> str:
    named = engagement_name(act.engagement)
    many = gettext("%(count)s × %(engagement)s", count=act.times or 1, engagement=named)
    if not act.days_ago:
        return many
    ago = ngettext("%(num)s day ago", "%(num)s days ago", act.days_ago)
    return gettext("%(field)s %(ago)s", field=many, ago=ago)


def _situation(clause: SituationClause, titles: dict[str, str]) -> Provision:
    parts = [gettext("The clock starts %(moment)s.", moment=_said(clause.started_at))]
    for each in clause.pauses:
        ends = {"start": _said(each.paused_at), "end": _said(each.resumed_at)}
        parts.append(gettext("It stands still from %(start)s to %(end)s.", **ends))
    if clause.stopped_at:
        parts.append(gettext("What stops it happens %(moment)s.", moment=_said(clause.stopped_at)))
    elif clause.outcome:
        parts.append(gettext("Nothing stops it."))
    if clause.due_at:
        parts.append(gettext("Expected: due %(moment)s.", moment=_said(clause.due_at)))
    if clause.outcome:
        parts.append(gettext(OUTCOMES[clause.outcome]))
    return Provision(clause.id, in_language(clause.title), " ".join([_tests(clause.about, titles), *parts]))


def _tests(about: str, titles: dict[str, str]) -> str:
    return gettext("It tests “%(clause)s”.", clause=titles[about])


def _said(moment: str) -> str:
    """A wall time of the calendar, with its day of the week."""
    return str(format_datetime(datetime.fromisoformat(moment), WALL_TIME, rebase=False))
