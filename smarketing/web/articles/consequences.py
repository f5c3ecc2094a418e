"""What happens by itself, who is told when time runs out, what a missed promise costs, and how it is contested."""

from collections.abc import Iterator

from flask_babel import gettext, ngettext

from smarketing.domain.errors import N_
from smarketing.domain.roles import Department
from smarketing.domain.terms import Terms
from smarketing.domain.terms_consequences import ConsequenceClause
from smarketing.domain.terms_contests import ContestClause, ExcuseClause
from smarketing.domain.terms_escalation import Act, EscalationClause, EscalationStep
from smarketing.domain.terms_timeboxes import TimeboxClause
from smarketing.web import time_words
from smarketing.web.articles.conditions import applies_to, named, titled
from smarketing.web.clause_words import in_turn, listed
from smarketing.web.filters import percent
from smarketing.web.provisions import Article, Provision
from smarketing.web.words import in_language, label

STANDS = N_("A lead that has been at the stage “%(stage)s” for %(time)s %(outcome)s by itself.")
UNTOUCHED = N_("A lead at the stage “%(stage)s” that nobody has touched for %(time)s %(outcome)s by itself.")
OUTCOMES = {
    "accept": N_("counts as accepted"),
    "recycle": N_("is recycled"),
    "return": N_("goes back to marketing"),
    "disqualify": N_("is disqualified"),
    "reassign": N_("goes to another rep"),
    "queue": N_("goes back to the team’s queue"),
    "escalate": N_("is brought before the managers"),
}
TOLD = {
    "owner": N_("the rep who has the lead"),
    "sales_managers": N_("the managers of sales"),
    "marketing_managers": N_("the managers of marketing"),
    "sales": N_("all of sales"),
    "marketing": N_("all of marketing"),
    "administrators": N_("the administrators"),
}
ACTS = {
    "reassign": N_("the lead goes to another rep"),
    "recycle": N_("the lead is recycled, for the reason %(reason)s"),
    "task": N_("to be done by %(name)s: %(task)s"),
    "list": N_("the lead stands on the list of late ones"),
}
DOERS = TOLD | {
    "sales_managers": N_("a manager of sales"),
    "marketing_managers": N_("a manager of marketing"),
    "sales": N_("somebody of sales"),
    "marketing": N_("somebody of marketing"),
    "administrators": N_("an administrator"),
}
MISSES = {
    Department.MARKETING: N_("When marketing misses %(promises)s:"),
    Department.SALES: N_("When sales misses %(promises)s:"),
}
RELIEFS = {
    "no_follow_up": N_("the other side owes no follow-up on the lead."),
    "out_of_conversion": N_("the lead does not count in the conversion that the other side answers for."),
    "listed": N_("the case is named in the next report."),
    "criteria_review": N_("both sides review the criteria."),
}
CONTESTS = {
    (Department.MARKETING, "refusal"): N_("Marketing may contest a refusal within %(time)s."),
    (Department.MARKETING, "breach"): N_("Marketing may contest a missed promise within %(time)s."),
    (Department.MARKETING, "count"): N_("Marketing may contest a count within %(time)s."),
    (Department.MARKETING, "score"): N_("Marketing may contest a score within %(time)s."),
    (Department.SALES, "refusal"): N_("Sales may contest a refusal within %(time)s."),
    (Department.SALES, "breach"): N_("Sales may contest a missed promise within %(time)s."),
    (Department.SALES, "count"): N_("Sales may contest a count within %(time)s."),
    (Department.SALES, "score"): N_("Sales may contest a score within %(time)s."),
}
SILENCE = {
    "upholds": N_("Whoever lets the time pass agrees with who contests."),
    "dismisses": N_("What is not settled in time stays as it was."),
}
EXCUSED = {
    Department.MARKETING: N_("Marketing is excused when this is shown."),
    Department.SALES: N_("Sales is excused when this is shown."),
}
GRANTED = {
    "marketing_manager": N_("A manager of marketing grants it."),
    "sales_manager": N_("A manager of sales grants it."),
    "other_side": N_("The other side grants it."),
    "both": N_("Both sides grant it together."),
}


def articles(terms: Terms) -> Iterator[Article]:
    if terms.timeboxes:
        boxes = [_timebox(clause, terms) for clause in terms.timeboxes]
        yield Article("timeboxes", gettext("What happens by itself"), boxes)
    if terms.escalations:
        ladders = [_ladder(clause, terms) for clause in terms.escalations]
        yield Article("escalations", gettext("When time runs out"), ladders)
    if terms.consequences:
        costs = [_consequence(clause, terms) for clause in terms.consequences]
        yield Article("consequences", gettext("What a missed promise costs"), costs)


def contests(terms: Terms) -> list[Provision]:
    return [
        *(_contest(clause, terms) for clause in terms.contests),
        *(_excuse(clause, terms) for clause in terms.excuses),
    ]


def _timebox(clause: TimeboxClause, terms: Terms) -> Provision:
    words = {
        "stage": label(clause.stage),
        "time": time_words.length(clause.after),
        "outcome": gettext(OUTCOMES[clause.outcome]),
    }
    parts = [gettext(UNTOUCHED if clause.since else STANDS, **words)]
    if clause.reason:
        parts.append(gettext("The reason written down is %(reason)s.", reason=titled([clause.reason], terms)))
    return Provision(clause.id, in_language(clause.title), " ".join(parts), applies_to(clause.when, terms))


def _ladder(clause: EscalationClause, terms: Terms) -> Provision:
    text = (
        gettext("While the clocks of %(promises)s run, and after:", promises=titled(clause.promises, terms))
        if clause.promises
        else gettext("While any clock runs, and after:")
    )
    rows = [(_moment(step), deed(step, terms)) for step in clause.steps]
    return Provision(clause.id, in_language(clause.title), text, applies_to(clause.when, terms), rows)


def _moment(step: EscalationStep) -> str:
    if step.after is not None:
        return gettext("After %(time)s", time=time_words.length(step.after))
    if step.before is not None:
        return gettext("%(time)s before it is due", time=time_words.length(step.before))
    return gettext("At %(share)s of the time", share=percent(step.at_ratio or 0, 0))


def deed(step: EscalationStep, terms: Terms) -> str:
    """What becomes of a step: who is told, and what is done."""
    told = (
        [gettext("told: %(names)s", names=listed([gettext(TOLD[one]) for one in step.tell], style="standard"))]
        if step.tell
        else []
    )
    urgent = [gettext("at any hour")] if step.urgent and step.calls_somebody else []
    return in_turn([*told, *urgent, *([_act(step.act, step, terms)] if step.act else [])])


def _act(act: Act, step: EscalationStep, terms: Terms) -> str:
    words = {"reason": titled([step.reason], terms)} if step.reason else {}
    if step.task:
        doer = DOERS[step.given_to or "owner"]
        words = {"name": gettext(doer), "task": in_language(step.task)}
    return gettext(ACTS[act], **words)


def _consequence(clause: ConsequenceClause, terms: Terms) -> Provision:
    parts = [gettext(MISSES[clause.side], promises=titled(clause.promises, terms))]
    if clause.credit_count:
        credit = ngettext(
            "%(num)s lead is credited to the other side.",
            "%(num)s leads are credited to the other side.",
            clause.credit_count,
        )
        parts.append(credit)
    elif clause.relief:
        parts.append(gettext(RELIEFS[clause.relief]))
    if clause.remedy:
        parts.append(in_language(clause.remedy))
    return Provision(clause.id, in_language(clause.title), " ".join([*parts, _frequency(clause)]))


def _frequency(clause: ConsequenceClause) -> str:
    if clause.per == "case":
        return gettext("This follows in each case.")
    every = time_words.every(clause.per)
    if clause.after_periods:
        words = N_("It is looked at %(every)s, and follows when that has happened %(count)s times in a row.")
        return gettext(words, every=every, count=clause.after_periods)
    return gettext("It is looked at %(every)s.", every=every)


def _contest(clause: ContestClause, terms: Terms) -> Provision:
    parts = [gettext(CONTESTS[clause.side, clause.subject], time=time_words.length(clause.within))]
    if clause.reasons:
        parts.append(gettext("This holds for the reasons %(reasons)s.", reasons=titled(clause.reasons, terms)))
    if clause.reply_within:
        parts.append(gettext("The other side replies within %(time)s.", time=time_words.length(clause.reply_within)))
    if clause.rule_within:
        parts.append(gettext("The ruling follows within %(time)s.", time=time_words.length(clause.rule_within)))
    parts += _monthly(clause)
    if clause.ruled_by:
        parts.append(gettext("Ruled by: %(names)s.", names=named(clause.ruled_by, terms)))
    if clause.silence:
        parts.append(gettext(SILENCE[clause.silence]))
    return Provision(clause.id, in_language(clause.title), " ".join(parts))


def _monthly(clause: ContestClause) -> Iterator[str]:
    if clause.replies_by_day:
        yield gettext("Replies are in by day %(day)s of the next month.", day=clause.replies_by_day)
    if clause.rules_by_day:
        yield gettext("The ruling is there by the end of day %(day)s of the next month.", day=clause.rules_by_day)
    if clause.sample_count:
        yield gettext("%(count)s cases are settled every month.", count=clause.sample_count)
    if clause.meeting_minutes:
        yield gettext("That takes a meeting of %(minutes)s minutes.", minutes=clause.meeting_minutes)


def _excuse(clause: ExcuseClause, terms: Terms) -> Provision:
    parts = [gettext(EXCUSED[clause.side])]
    if clause.evidence:
        parts.append(in_language(clause.evidence))
    if clause.promises:
        parts.append(gettext("It excuses %(promises)s.", promises=titled(clause.promises, terms)))
    if clause.claim_within:
        parts.append(gettext("It is claimed within %(time)s.", time=time_words.length(clause.claim_within)))
    parts.append(gettext(GRANTED[clause.granted_by]))
    return Provision(clause.id, in_language(clause.title), " ".join(parts))
