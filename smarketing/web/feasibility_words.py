"""Whether an agreement can be kept, in sentences, and the figures behind them in rows."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from flask import url_for
from flask_babel import gettext, ngettext

from smarketing.domain.attainment import Share
from smarketing.domain.errors import N_
from smarketing.domain.feasibility import ENOUGH, Answer, Basis, Estimate, Pace, Range
from smarketing.domain.periods import Period
from smarketing.domain.terms import Terms
from smarketing.reports.cases import Of
from smarketing.reports.feasibility import Assessment, Demand
from smarketing.web.articles.promises import METRICS
from smarketing.web.filters import money, number, percent
from smarketing.web.words import in_language

STATES = {
    Answer.YES: "met",
    Answer.LIKELY: "on_track",
    Answer.UNLIKELY: "at_risk",
    Answer.NO: "overdue",
    Answer.UNKNOWN: "void",
}
HEADLINES = {
    Answer.YES: N_("The promises fit each other: they can be kept."),
    Answer.LIKELY: N_("The promises can probably be kept, if things go on as they did."),
    Answer.UNLIKELY: N_("It is doubtful that the promises can be kept."),
    Answer.NO: N_("As things stand, the promises cannot all be kept."),
    Answer.UNKNOWN: N_("Too little is known to say whether the promises can be kept."),
}
DEMANDS = {
    Answer.YES: N_("“%(clause)s” asks for %(needed)s MQLs a month: the %(promised)s promised suffice."),
    Answer.LIKELY: N_(
        "“%(clause)s” asks for %(needed)s MQLs a month: the %(promised)s promised suffice if the shares stay the same."
    ),
    Answer.UNLIKELY: N_(
        "“%(clause)s” asks for %(needed)s MQLs a month: the %(promised)s promised are probably too few."
    ),
    Answer.NO: N_("“%(clause)s” asks for %(needed)s MQLs a month: the %(promised)s promised are too few."),
}
DELIVERIES = {
    Answer.YES: N_(
        "Marketing owes %(owed)s MQLs a month and has brought more: %(seen)s at the pace of the last quarter."
    ),
    Answer.LIKELY: N_("Marketing owes %(owed)s MQLs a month and has brought about as many: %(seen)s, last quarter."),
    Answer.UNLIKELY: N_(
        "Marketing owes %(owed)s MQLs a month and brings fewer as a rule: %(seen)s at the pace of the last quarter,"
        " %(best)s at that of its best four weeks."
    ),
    Answer.NO: N_(
        "Marketing owes %(owed)s MQLs a month and has never brought as many: %(seen)s at the pace of the last quarter,"
        " %(best)s at that of its best four weeks."
    ),
    Answer.UNKNOWN: N_("Marketing owes %(owed)s MQLs a month; less than four weeks have shown how many it brings."),
}


class Line(NamedTuple):
    """A sentence and the state that colours it."""

    text: str
    state: str


class Row(NamedTuple):
    """A figure with its interval; None is nothing to say. `basis` says where it is from, `url` leads to the cases."""

    name: str
    value: str | None
    low: str | None
    high: str | None
    basis: str
    url: str | None = None


def headline(of: Assessment) -> Line:
    if of.answer is None:
        return Line(gettext("No volume of a whole side is promised, so there is nothing to reckon."), "void")
    return Line(gettext(HEADLINES[of.answer]), STATES[of.answer])


def lines(of: Assessment) -> Iterator[Line]:
    """What is asked of marketing, whether it brings as many, and whether sales can work them."""
    yield from (_demand(each, of) for each in of.demands)
    if of.promised is not None and of.delivery is not None:
        told = {"owed": number(of.promised)} | _paced(of.delivered)
        yield Line(gettext(DELIVERIES[of.delivery], **told), STATES[of.delivery])
    if of.load is not None and of.work is not None:
        yield Line(_work(of, of.load, of.work), STATES[of.work])


def _demand(demand: Demand, of: Assessment) -> Line:
    clause = in_language(demand.clause.title)
    if demand.mqls is None:
        text = gettext(
            "How many MQLs “%(clause)s” asks for cannot be said: a share on the way is not known yet.", clause=clause
        )
        return Line(text, STATES[Answer.UNKNOWN])
    needed = _range(demand.mqls)
    if demand.answer is None or of.promised is None:
        text = gettext(
            "“%(clause)s” asks for %(needed)s MQLs a month, but marketing promises no number.",
            clause=clause,
            needed=needed,
        )
        return Line(text, STATES[Answer.UNKNOWN])
    told = {"clause": clause, "needed": needed, "promised": number(of.promised)}
    return Line(gettext(DEMANDS[demand.answer], **told), STATES[demand.answer])


def _work(of: Assessment, load: float, answer: Answer) -> str:
    limit = of.capacity
    told = {"load": number(load), "limit": number(limit.a_month) if limit else ""} | _paced(of.worked)
    if answer is Answer.NO:
        return gettext("Sales can work %(limit)s new leads a month at most: %(load)s are more than that.", **told)
    if answer is Answer.UNKNOWN:
        return gettext(
            "Whether sales can work %(load)s new leads a month cannot be said: less than four weeks have shown how many"
            " it answers, and nobody has said how many a rep can work.",
            **told,
        )
    if answer is Answer.UNLIKELY:
        return gettext(
            "%(load)s new leads a month are more than sales has answered so far: %(seen)s at the pace of the last"
            " quarter, %(best)s at that of its best four weeks. Nobody has said how many a rep can work.",
            **told,
        )
    if of.worked is None or load > max(of.worked.high, of.worked.best):
        return gettext(
            "By what is agreed sales can work %(limit)s new leads a month: enough for %(load)s, but not shown yet.",
            **told,
        )
    if answer is Answer.LIKELY:
        return gettext(
            "Sales can work %(load)s new leads a month in good weeks: it has answered %(seen)s at the pace of the last"
            " quarter, %(best)s at that of its best four weeks.",
            **told,
        )
    return gettext("Sales can work %(load)s new leads a month: it has answered %(seen)s, last quarter.", **told)


def _paced(seen: Pace | None) -> dict[str, str]:
    if seen is None:
        return {"seen": "", "best": ""}
    return {"seen": _range(Range(seen.low, seen.median, seen.high)), "best": number(seen.best)}


def _range(of: Range) -> str:
    """“180 (165 to 198)”; only the number where its interval has no width."""
    low, value, high = (number(each) for each in of)
    if low == high:
        return value
    return gettext("%(value)s (%(low)s to %(high)s)", value=value, low=low, high=high)


# the figures behind them


def chain_rows(of: Assessment, terms: Terms) -> Iterator[Row]:
    """From MQLs on, step by step, then what each volume asks for."""
    counts, ripe, closed = of.counts, of.ripe, of.closed
    accepted = Share(counts[Of.ACCEPTED], counts[Of.OFFERED])
    confirmed = Share(counts[Of.SQL], counts[Of.ACCEPTED])
    won = Share(counts[Of.WON], counts[Of.WON] + counts[Of.LOST])
    yield _share_row(gettext("Of the MQLs, accepted by sales"), of.chain.accepted, accepted, _url(Of.OFFERED, ripe))
    yield _share_row(
        gettext("Of those accepted, confirmed as SQL"), of.chain.confirmed, confirmed, _url(Of.ACCEPTED, ripe)
    )
    yield _share_row(gettext("Of the SQLs that were closed, won"), of.chain.won, won, _url(Of.WON, closed))
    if any(demand.clause.metric == "revenue" for demand in of.demands):
        yield _price_row(of, terms.currency)
    for demand in of.demands:
        yield _demand_row(demand, terms.currency)
    if of.promised is not None:
        yield Row(gettext("MQLs promised a month"), number(of.promised), None, None, gettext("this version"))


def _share_row(name: str, found: Estimate | None, counted: Share, url: str) -> Row:
    if found is None:
        return Row(name, None, None, None, _too_few(counted.total), url if counted.total else None)
    if found.basis is Basis.HISTORY:
        told = gettext("%(part)s of %(total)s", part=number(counted.part), total=number(counted.total))
        return Row(name, percent(found.value), percent(found.low), percent(found.high), told, url)
    return Row(name, percent(found.value, 0), None, None, f"{_basis(found.basis)}; {_too_few(counted.total)}")


def _price_row(of: Assessment, currency: str) -> Row:
    name, found = gettext("What a won deal brings on average"), of.chain.price
    if found is None:
        return Row(name, None, None, None, _too_few(of.prices.deals))
    value, low, high = (money(round(each / 100) * 100, currency) for each in (found.value, found.low, found.high))
    if found.basis is Basis.HISTORY:
        deals = ngettext("%(num)s won deal", "%(num)s won deals", of.prices.deals)
        return Row(name, value, low, high, deals, _url(Of.WON, of.closed))
    return Row(name, value, None, None, f"{_basis(found.basis)}; {_too_few(of.prices.deals)}")


def _demand_row(demand: Demand, currency: str) -> Row:
    owed = money(round(demand.owed), currency) if demand.clause.metric == "revenue" else number(demand.owed)
    metric = gettext(METRICS[demand.clause.metric])
    name = gettext("MQLs that %(owed)s %(metric)s a month ask for", owed=owed, metric=metric)
    basis = in_language(demand.clause.title)
    if demand.mqls is None:
        return Row(name, None, None, None, basis)
    low, value, high = (number(each) for each in demand.mqls)
    if low == high:
        return Row(name, value, None, None, basis)
    return Row(name, value, low, high, basis)


def work_rows(of: Assessment) -> Iterator[Row]:
    """A month of MQLs, and a month of answers."""
    month = gettext("a month of %(days)s working days", days=number(of.month_days, 1))
    yield _pace_row(gettext("MQLs that marketing brings"), of.delivered, month)
    yield _pace_row(gettext("Leads that sales answers"), of.worked, month)
    limit = of.capacity
    if limit is not None:
        told = {"reps": number(limit.reps, 1), "leads": number(limit.leads_a_week), "basis": _basis(limit.basis)}
        basis = gettext("%(reps)s reps × %(leads)s new leads a week, %(basis)s", **told)
        yield Row(gettext("New leads that sales can work a month"), number(limit.a_month), None, None, basis)


def _pace_row(name: str, seen: Pace | None, month: str) -> Row:
    if seen is None:
        return Row(name, None, None, None, gettext("less than four weeks are known"))
    best = gettext(
        "%(month)s at the last quarter’s pace; best four weeks: %(best)s", month=month, best=number(seen.best)
    )
    return Row(name, number(seen.median), number(seen.low), number(seen.high), best)


def _basis(basis: Basis) -> str:
    return gettext("assumed by both sides") if basis is Basis.DECLARED else gettext("promised in this version")


def _too_few(count: int) -> str:
    return gettext("%(count)s so far, too few to count on (%(enough)s)", count=number(count), enough=ENOUGH)


def _url(of: Of, period: Period) -> str:
    days: dict[str, Any] = {"from": period.starts_on, "to": period.last_on}
    return url_for("cases.index", of=of.value, **days)
