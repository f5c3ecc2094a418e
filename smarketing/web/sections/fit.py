"""Do the two sides' numbers fit each other: what the SQL target asks of marketing, beside what sales has answered?"""

from collections.abc import Sequence
from datetime import timedelta

from flask_babel import gettext

from smarketing.domain.attainment import Share
from smarketing.domain.periods import Period
from smarketing.reports import cases, volume
from smarketing.reports.cases import Counts, Of, Wanted
from smarketing.reports.tables import Cell, Column, Table
from smarketing.reports.volume import Standing
from smarketing.web.filters import number
from smarketing.web.sections.section import Section
from smarketing.web.spoken import count_cell, interval_cells, ratio_cell, words_cell
from smarketing.web.theme_view import ThemeView, span_of
from smarketing.web.words import in_language

RATES_OVER = timedelta(days=180)
ANSWERED_OVER = timedelta(weeks=13)


def section(view: ThemeView, standings: Sequence[Standing]) -> Section | None:
    """Of what is owed in heads by the month; None without any."""
    found = [each for each in standings if each.owed.clause.is_monthly_total and not each.owed.clause.is_money]
    if not found:
        return None
    counts = cases.counted(_mature(view), Wanted(), (Of.OFFERED, Of.ACCEPTED, Of.SQL), now=view.now)
    owed: dict[str, int] = {each.owed.clause.metric: each.owed.owed for each in found}
    share = Share(counts[Of.SQL], counts[Of.OFFERED])
    needed = owed["sqls"] / share.ratio if "sqls" in owed and share.ratio and share.is_telling else None
    title = gettext("Too few cases to say whether the two targets fit")
    if needed is not None and "mqls" in owed:
        told = {"needed": number(needed), "sqls": number(owed["sqls"]), "mqls": number(owed["mqls"])}
        title = (
            gettext("%(sqls)s SQLs ask for %(needed)s MQLs at the rates so far: the %(mqls)s promised suffice", **told)
            if needed <= owed["mqls"]
            else gettext("%(sqls)s SQLs ask for %(needed)s MQLs at the rates so far: %(mqls)s are promised", **told)
        )
    return Section(
        "fit",
        title,
        gettext("The chain from SQLs back to MQLs, and how many hand-offs sales has answered a working day."),
        Table(
            gettext("Do the targets fit?"),
            (
                Column(gettext("Figure"), False),
                Column(gettext("Value")),
                Column(gettext("95 % from")),
                Column(gettext("to")),
            ),
            [*_chain(counts, owed), *_capacity(view, found)],
        ),
        gettext(
            "Rates of the hand-offs offered 30 to 180 days ago, so that they have had time. MQLs asked for = SQLs owed "
            "÷ the share that became an SQL; the interval is that of the share."
        ),
    )


def _mature(view: ThemeView) -> cases.Span:
    return cases.Span(view.now - RATES_OVER, view.now - cases.LEAKED_AFTER)


def _chain(counts: Counts, owed: dict[str, int]) -> list[tuple[Cell, ...]]:
    share = Share(counts[Of.SQL], counts[Of.OFFERED])
    accepted = Share(counts[Of.ACCEPTED], counts[Of.OFFERED])
    rows: list[tuple[Cell, ...]] = [
        (words_cell(gettext("Share accepted")), ratio_cell(accepted), *interval_cells(accepted)),
        (words_cell(gettext("Share that became an SQL")), ratio_cell(share), *interval_cells(share)),
    ]
    low, high = share.interval() or (0.0, 1.0)
    if "sqls" in owed and share.ratio and share.is_telling:
        needed = [owed["sqls"] / each if each else None for each in (share.ratio, high, low)]
        cells = (Cell(None, "") if each is None else Cell(round(each), number(each)) for each in needed)
        rows.append((words_cell(gettext("MQLs asked for")), *cells))
    if "mqls" in owed:
        rows.append((words_cell(gettext("MQLs promised")), count_cell(owed["mqls"]), Cell(None, ""), Cell(None, "")))
    return rows


def _capacity(view: ThemeView, found: Sequence[Standing]) -> list[tuple[Cell, ...]]:
    """Per working day: what is owed, and what sales has answered over a quarter and in its best week."""
    owed = found[0].owed
    workdays = volume.Workdays(owed.calendar, view.zone)
    last = view.today
    weeks = Period(last - ANSWERED_OVER, last).weeks()[:-1]
    counted = cases.counted_in([span_of(week, view.zone) for week in weeks], Wanted(), (Of.ANSWERED,), now=view.now)
    days = [len(workdays.of(week)) for week in weeks]
    rates = [counts[Of.ANSWERED] / each for counts, each in zip(counted, days, strict=True) if each]
    total = sum(counts[Of.ANSWERED] for counts in counted)
    month_days = len(workdays.of(owed.period))
    numbers = (
        (
            gettext("%(clause)s, per working day", clause=in_language(owed.clause.title)),
            owed.owed / month_days if month_days else None,
        ),
        (gettext("Answered by sales per working day, last quarter"), total / sum(days) if sum(days) else None),
        (gettext("The same in its best week"), max(rates, default=None)),
    )
    none = Cell(None, "")
    return [
        (words_cell(name), none if each is None else Cell(round(each, 2), number(each, 1)), none, none)
        for name, each in numbers
    ]
