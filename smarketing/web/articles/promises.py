"""What each side promises beyond clocks: volumes, shares, persistence, completeness and reports, in sentences."""

from collections.abc import Iterator, Mapping

from flask_babel import gettext, ngettext

from smarketing.domain.errors import N_
from smarketing.domain.roles import Department
from smarketing.domain.terms import Terms
from smarketing.domain.terms_cadences import CadenceClause
from smarketing.domain.terms_completeness import CompletenessClause, EvidenceItem
from smarketing.domain.terms_governance import ReportingClause
from smarketing.domain.terms_ratios import RatioClause
from smarketing.domain.terms_targets import COUNTED_ELSEWHERE, CountClause, Worth
from smarketing.web import clause_words, time_words
from smarketing.web.articles.conditions import applies_to, named, narrowed, persona_titles, titled
from smarketing.web.clause_words import Line, listed
from smarketing.web.filters import money, number, percent
from smarketing.web.provisions import Provision
from smarketing.web.words import calendar_name, field_name, in_language, label

DEBTS = {
    Department.MARKETING: N_("Marketing owes %(volume)s %(every)s."),
    Department.SALES: N_("Sales owes %(volume)s %(every)s."),
}
METRICS = {
    "visits": N_("visits"),
    "leads": N_("leads"),
    "mqls": N_("MQLs"),
    "sals": N_("SALs"),
    "sqls": N_("SQLs"),
    "wons": N_("won deals"),
    "revenue": N_("of revenue"),
    "touches": N_("touches"),
    "calls": N_("calls"),
    "meetings": N_("meetings"),
    "conversations": N_("two-way conversations"),
}
SHARES = {
    Department.MARKETING: N_("Marketing sees to it that %(bound)s of %(among)s %(counted)s."),
    Department.SALES: N_("Sales sees to it that %(bound)s of %(among)s %(counted)s."),
}
AMONG = {
    "leads": N_("the leads"),
    "mqls": N_("the MQLs"),
    "handoffs": N_("the leads handed over"),
    "sals": N_("the SALs"),
    "sqls": N_("the SQLs"),
    "wons": N_("the won deals"),
    "refusals": N_("the refusals"),
    "refusals_with_note": N_("the refusals with a note"),
    "recyclings": N_("the recycled leads"),
    "disputes": N_("the contested cases"),
    "disputes_upheld": N_("the cases found for who contested"),
    "tasks": N_("the tasks"),
    "tasks_overdue": N_("the overdue tasks"),
    "meetings": N_("the meetings"),
    "deadlines": N_("the deadlines"),
    "deadlines_met": N_("the deadlines met"),
}
COUNTED = {
    "leads": N_("have become leads"),
    "mqls": N_("become MQLs"),
    "handoffs": N_("are handed over"),
    "sals": N_("are accepted by sales"),
    "sqls": N_("become SQLs"),
    "wons": N_("are won"),
    "refusals": N_("are refused"),
    "refusals_with_note": N_("come with a note"),
    "recyclings": N_("are recycled"),
    "disputes": N_("are contested"),
    "disputes_upheld": N_("are found for who contested"),
    "tasks": N_("become tasks"),
    "tasks_overdue": N_("are overdue"),
    "meetings": N_("lead to a meeting"),
    "deadlines": N_("fall due"),
    "deadlines_met": N_("are met"),
}
MEASURED = {
    "cohort": N_("Measured %(every)s on the leads that began in it, followed to what became of them."),
    "period": N_("Measured %(every)s on what happened in it."),
}
TRIES = {
    Department.MARKETING: N_("Marketing makes %(touches)s within %(time)s, %(start)s."),
    Department.SALES: N_("Sales makes %(touches)s within %(time)s, %(start)s."),
}
GIVEN_UP = {"refused": N_("refused"), "recycled": N_("recycled"), "lost": N_("closed as lost")}
SEES_TO = {
    Department.MARKETING: N_("Marketing sees to it that the following is there %(step)s:"),
    Department.SALES: N_("Sales sees to it that the following is there %(step)s:"),
}
AT = {
    "handoff.offered": N_("when a lead is handed over"),
    "handoff.accepted": N_("when a lead is accepted"),
    "handoff.refused": N_("when a lead is refused"),
    "handoff.confirmed": N_("when a lead is confirmed as an SQL"),
    "handoff.recycled": N_("when a lead is recycled"),
    "handoff.won": N_("when a deal is won"),
    "handoff.lost": N_("when a deal is lost"),
}
REPORTS = {
    Department.MARKETING: N_("Marketing reports %(every)s: %(contents)s"),
    Department.SALES: N_("Sales reports %(every)s: %(contents)s"),
}


def promised(terms: Terms, side: Department) -> Iterator[Provision]:
    """All that this side promises but its clocks, in the order of the document."""
    yield from (_debt(clause, terms) for clause in terms.targets if clause.side is side)
    yield from (_ratio(clause, terms) for clause in terms.ratios if clause.side is side)
    yield from (_cadence(clause, terms) for clause in terms.cadences if clause.side is side)
    yield from (_completeness(clause, terms) for clause in terms.completeness if clause.side is side)
    yield from (_report(clause, terms) for clause in terms.reporting if clause.side is side)


def debt(clause: CountClause, terms: Terms) -> str:
    """“Marketing owes at least 200 MQLs every month. …”"""
    volume = {"volume": _volume(clause, terms.currency), "every": time_words.every(clause.period)}
    parts = [gettext(DEBTS[clause.side], **volume)]
    if clause.each:
        parts.append(gettext("Each team owes that.") if clause.each == "team" else gettext("Each person owes that."))
    if clause.is_ramped:
        parts.append(gettext("For newcomers the ramp lessens it."))
    if clause.metric in COUNTED_ELSEWHERE:
        parts.append(gettext("This is counted outside of this system."))
    calendar = calendar_name(terms.calendar(clause.calendar))
    pace = gettext("The pace is measured on the working time of the calendar “%(calendar)s”.", calendar=calendar)
    return " ".join([*parts, pace])


def _volume(clause: CountClause, currency: str) -> str:
    metric = gettext(METRICS[clause.metric])
    if clause.worth:
        return gettext(
            "%(metric)s worth %(amount)s", metric=metric, amount=_bounded(clause, money(clause.owed, currency))
        )
    owed = money(clause.owed, currency) if clause.metric == "revenue" else number(clause.owed)
    return _bounded(clause, f"{owed} {metric}")


def _bounded(clause: CountClause, volume: str) -> str:
    return (
        gettext("at most %(volume)s", volume=volume) if clause.bound else gettext("at least %(volume)s", volume=volume)
    )


def _debt(clause: CountClause, terms: Terms) -> Provision:
    titles = persona_titles(terms)
    worth = [(_of_kind(each, titles), _worth(each, terms.currency)) for each in clause.worth]
    lines = applies_to(clause.when, terms)
    return Provision(clause.id, in_language(clause.title), debt(clause, terms), lines, worth)


def _of_kind(each: Worth, titles: Mapping[str, str]) -> str:
    title = titles[each.persona]
    return gettext("%(persona)s from %(source)s", persona=title, source=each.source) if each.source else title


def _worth(each: Worth, currency: str) -> str:
    """With what it was worked out from."""
    if each.close_rate is None or each.price is None:
        return money(each.cents, currency)
    told = {"rate": percent(each.close_rate), "price": money(each.price, currency)}
    return gettext("%(worth)s (%(rate)s of %(price)s)", worth=money(each.cents, currency), **told)


def _ratio(clause: RatioClause, terms: Terms) -> Provision:
    is_same = clause.counted == clause.among
    counted = gettext("meet the condition below") if is_same else gettext(COUNTED[clause.counted])
    share = {"bound": _bound(clause), "among": gettext(AMONG[clause.among]), "counted": counted}
    measured = "period" if clause.is_of_clocks else clause.by
    parts = [gettext(SHARES[clause.side], **share), gettext(MEASURED[measured], every=time_words.every(clause.period))]
    if clause.clock:
        parts.append(gettext("Only those of %(clock)s count.", clock=titled((clause.clock,), terms)))
    if clause.each:
        parts.append(
            gettext("It holds for each team.") if clause.each == "team" else gettext("It holds for each person.")
        )
    if clause.is_ramped:
        parts.append(gettext("For newcomers the ramp lessens it."))
    if clause.minimum_count:
        parts.append(gettext("Fewer than %(count)s cases decide nothing.", count=number(clause.minimum_count)))
    lines = [
        *narrowed(gettext("Taken into account are those for which this holds:"), clause.among_when, terms),
        *narrowed(gettext("Counted are those for which this holds:"), clause.counted_when, terms),
    ]
    return Provision(clause.id, in_language(clause.title), " ".join(parts), lines)


def _bound(clause: RatioClause) -> str:
    least, most = clause.at_least, clause.at_most
    if least is not None and most is not None:
        return gettext("between %(least)s and %(most)s", least=percent(least, 0), most=percent(most, 0))
    if least is not None:
        return percent(least, 0) if least == 1 else gettext("at least %(volume)s", volume=percent(least, 0))
    return gettext("at most %(volume)s", volume=percent(most or 0, 0))


def _cadence(clause: CadenceClause, terms: Terms) -> Provision:
    start = gettext(clause_words.STARTS[clause.starts_on])
    tried = {"touches": _touches(clause), "time": time_words.length(clause.within), "start": start}
    parts = [gettext(TRIES[clause.side], **tried)]
    if clause.no_sooner_than:
        spread = time_words.length(clause.no_sooner_than)
        parts.append(gettext("They are spread over %(time)s at least.", time=spread))
    if clause.before:
        outcomes = listed([gettext(GIVEN_UP[outcome]) for outcome in clause.before])
        parts.append(gettext("Before that the lead may not be %(outcomes)s.", outcomes=outcomes))
    if clause.reasons:
        parts.append(gettext("This holds for the reasons %(reasons)s.", reasons=titled(clause.reasons, terms)))
    if clause.objective:
        share = percent(clause.objective, 0)
        parts.append(gettext("Objective: %(share)s of all cases are kept.", share=share))
    return Provision(clause.id, in_language(clause.title), " ".join(parts), applies_to(clause.when, terms))


def _touches(clause: CadenceClause) -> str:
    if clause.most_touches and clause.most_touches > clause.touches:
        said = gettext("%(least)s to %(most)s touches", least=clause.touches, most=clause.most_touches)
    else:
        said = ngettext("at least %(num)s touch", "at least %(num)s touches", clause.touches)
    if clause.through:
        said = gettext(
            "%(touches)s (%(channels)s)", touches=said, channels=listed([label(one) for one in clause.through])
        )
    if clause.channels and clause.channels > 1:
        said = gettext("%(touches)s on at least %(count)s channels", touches=said, count=clause.channels)
    return said


def _completeness(clause: CompletenessClause, terms: Terms) -> Provision:
    known = [field_name(field) for field in clause.fields]
    noted = [gettext("a note")] if clause.needs_note else []
    lines = [Line(text, 0, False) for text in (*known, *noted, *map(_evidence, clause.evidence))]
    text = gettext(SEES_TO[clause.side], step=gettext(AT[clause.at]))
    return Provision(clause.id, in_language(clause.title), text, [*lines, *applies_to(clause.when, terms)])


def _evidence(item: EvidenceItem) -> str:
    said = in_language(item.title)
    if item.count and item.count > 1:
        said = gettext("%(count)s × %(title)s", count=item.count, title=said)
    if item.within:
        said = gettext("%(title)s, within %(time)s", title=said, time=time_words.length(item.within))
    return said


def _report(clause: ReportingClause, terms: Terms) -> Provision:
    every = time_words.every(clause.every)
    parts = [gettext(REPORTS[clause.side], every=every, contents=in_language(clause.contents))]
    if clause.by_working_day:
        parts.append(gettext("It is there by working day %(day)s of the next period.", day=clause.by_working_day))
    if clause.weekday:
        parts.append(gettext("It comes on %(weekday)s.", weekday=time_words.weekdays([clause.weekday])))
    if clause.readers:
        parts.append(gettext("For: %(names)s.", names=named(clause.readers, terms)))
    return Provision(clause.id, in_language(clause.title), " ".join(parts))
