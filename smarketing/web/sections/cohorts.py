"""Leads, MQLs, SALs, SQLs and won deals as cohorts: month by month and source by source."""

from collections.abc import Iterable, Sequence
from datetime import timedelta

from flask_babel import gettext

from smarketing.domain.attainment import Share
from smarketing.domain.periods import Period
from smarketing.models.tallies import Cohort, FunnelCounts
from smarketing.reports import figures
from smarketing.reports.funnel import is_mature
from smarketing.reports.look import Figure, Mark, Series, Stretch, Tick
from smarketing.reports.rollups import NOTHING, Scope, added
from smarketing.reports.tables import Cell, Column, Table
from smarketing.web import spoken
from smarketing.web.filters import money, number
from smarketing.web.scopes import ReportView, cohort_url
from smarketing.web.sections.section import Section, month_ticks, size_for
from smarketing.web.spoken import count_cell, interval_cells, ratio_cell, words_cell

SOURCES_DRAWN = 15

Months = Sequence[tuple[Period, FunnelCounts]]
Sources = Sequence[tuple[str, FunnelCounts]]


def months(view: ReportView, counted: Months) -> Section:
    """How far the leads of each month have come, as parts that add up to the month."""
    whole = _sum(counts for _month, counts in counted)
    young = [month for month, _counts in counted if not is_mature(month, view.today)]
    return Section(
        "months",
        _won_title(view, whole),
        _months_summary(view, whole, has_young=bool(young)),
        Table(
            gettext("Cohorts by month"),
            (Column(gettext("Month"), False), *_columns(view), Column(gettext("State"), False)),
            [
                (
                    Cell(f"{month.starts_on:%Y-%m}", spoken.month_name(month.starts_on)),
                    *_cells(view, counts, view.scope, month),
                    words_cell(gettext("still growing") if month in young else ""),
                )
                for month, counts in counted
            ],
            (words_cell(gettext("All months")), *_cells(view, whole, view.scope, view.scope.period), words_cell("")),
        ),
        _definition(view),
        _months_figure(view, counted) if whole.leads else None,
    )


def conversion(view: ReportView, counted: Months) -> Section:
    """The share of each month's leads that was won, with its interval."""
    whole = _sum(counts for _month, counts in counted)
    grown = _sum(counts for month, counts in counted if is_mature(month, view.today))
    marks, most = [], 0.0
    for month, counts in counted:
        share, name = Share(counts.wons, counts.leads), spoken.month_name(month.starts_on)
        low, high = share.interval() or (0.0, 0.0)
        hover = gettext("%(name)s: %(numbers)s won", name=name, numbers=spoken.part_of(share))
        url = cohort_url(view.cohort, view.scope, month, reached="won")
        is_pale = not (share.is_telling and is_mature(month, view.today))
        marks.append(Mark(month.starts_on.isoformat(), share.ratio, hover, url, low, high, is_pale))
        most = max(most, high) if share.is_telling else most
    scale = spoken.percent_scale(most)
    return Section(
        "conversion",
        _conversion_title(Share(grown.wons, grown.leads)),
        gettext(
            "The bars are 95 % intervals: months whose bars overlap may not differ. Hollow points are months that "
            "are still growing, or have fewer than 5 leads."
        ),
        Table(
            gettext("Won by month"),
            (
                Column(gettext("Month"), False),
                Column(gettext("Won")),
                Column(_of(view)),
                Column(gettext("Share")),
                Column(gettext("95 % from")),
                Column(gettext("to")),
            ),
            [_won_row(view, month, counts) for month, counts in counted],
        ),
        _definition(view),
        figures.over_time(marks, ticks=_ticks(counted), scale=scale, apart=_growing(view, counted))
        if whole.leads
        else None,
    )


def _conversion_title(grown: Share) -> str:
    if not grown.is_telling:
        return gettext("Won of each month’s leads: it is too early to tell")
    return gettext("Won of each month’s leads: %(share)s in months that no longer grow", share=spoken.share(grown))


def sources(view: ReportView, counted: Sources) -> Section:
    """Source by source, the largest first, with the share that was won."""
    whole = _sum(counts for _source, counts in counted)
    drawn = counted[:SOURCES_DRAWN]
    marks, most = [], 0.0
    for source, counts in drawn:
        share, name = Share(counts.wons, counts.leads), spoken.source_name(source)
        low, high = share.interval() or (0.0, 0.0)
        hover = gettext("%(name)s: %(numbers)s won", name=name, numbers=spoken.part_of(share))
        url = cohort_url(view.cohort, Scope(view.scope.period, source), reached="won")
        at = gettext("%(name)s · %(count)s", name=name, count=number(counts.leads))
        marks.append(Mark(at, share.ratio, hover, url, low, high, not share.is_telling))
        most = max(most, high) if share.is_telling else most
    scale = spoken.percent_scale(most)
    return Section(
        "sources",
        _sources_title(counted, whole),
        gettext(
            "Share won by source, the largest source first, with how many leads it brought. The bars are 95 % "
            "intervals; hollow points have fewer than 5 leads."
        ),
        Table(
            gettext("Cohorts by source"),
            (Column(gettext("Source"), False), *_columns(view)),
            [
                (words_cell(spoken.source_name(source)), *_cells(view, counts, Scope(view.scope.period, source)))
                for source, counts in counted
            ],
            (words_cell(gettext("All sources")), *_cells(view, whole, view.scope)),
        ),
        _definition(view),
        figures.by_name(marks, scale=scale) if whole.leads else None,
        size=size_for(drawn),
    )


def _won_title(view: ReportView, whole: FunnelCounts) -> str:
    share = Share(whole.wons, whole.leads)
    if not share.total:
        return gettext("No leads in these months")
    if not share.is_telling:
        return gettext("Too few leads to judge")
    told = {"share": spoken.share(share), "total": number(share.total)}
    if view.cohort is Cohort.MQL:
        return gettext("%(share)s of %(total)s MQLs were won", **told)
    return gettext("%(share)s of %(total)s leads were won", **told)


def _months_summary(view: ReportView, whole: FunnelCounts, *, has_young: bool) -> str:
    told = {
        "months": spoken.months_name(view.scope.period),
        "mqls": number(whole.mqls),
        "sqls": number(whole.sqls),
        "wons": number(whole.wons),
        "leads": number(whole.leads),
    }
    message = gettext(
        "Of the %(leads)s who came in %(months)s, %(mqls)s became an MQL, %(sqls)s an SQL, %(wons)s were won so far.",
        **told,
    )
    if has_young:
        return gettext("%(sentence)s Months that ended less than 90 days ago are still growing.", sentence=message)
    return message


def _sources_title(counted: Sources, whole: FunnelCounts) -> str:
    if not counted or not whole.leads:
        return gettext("No source brought leads in these months")
    source, counts = counted[0]
    return gettext(
        "Most leads came from %(source)s: %(count)s of %(total)s",
        source=spoken.source_name(source),
        count=number(counts.leads),
        total=number(whole.leads),
    )


def _months_figure(view: ReportView, counted: Months) -> Figure:
    """From the bottom: won, then those who came as far as SQL, SAL, MQL and no further."""
    stages = ["won", "sql", "sal", "mql", None][: 5 if view.cohort is Cohort.ARRIVED else 4]
    names = {
        "won": gettext("Won"),
        "sql": gettext("SQL"),
        "sal": gettext("SAL"),
        "mql": gettext("MQL"),
        None: gettext("Inquiry"),
    }
    series = []
    for place, stage in enumerate(stages):
        marks = []
        for month, counts in counted:
            reached = (counts.wons, counts.sqls, counts.sals, counts.mqls, counts.leads)
            count = reached[place] - (reached[place - 1] if place else 0)
            told = {"month": spoken.month_name(month.starts_on), "stage": names[stage], "count": number(count)}
            hover = gettext("%(month)s: %(count)s came as far as %(stage)s", **told)
            url = cohort_url(view.cohort, view.scope, month, furthest=stage or "inquiry") if count else None
            marks.append(Mark(month.starts_on.isoformat(), count, hover, url))
        series.append(Series(names[stage], marks))
    return figures.stacked(series, ticks=_ticks(counted), apart=_growing(view, counted))


def _ticks(counted: Months) -> list[Tick]:
    return month_ticks([month for month, _counts in counted])


def _growing(view: ReportView, counted: Months) -> Stretch | None:
    """The months that are too young for their last word."""
    young = [month for month, _counts in counted if not is_mature(month, view.today)]
    if not young:
        return None
    half = timedelta(days=15)
    first, last = young[0].starts_on - half, young[-1].starts_on + half
    return Stretch(first.isoformat(), last.isoformat(), gettext("still growing"))


def _of(view: ReportView) -> str:
    return gettext("MQLs") if view.cohort is Cohort.MQL else gettext("Leads")


def _columns(view: ReportView) -> tuple[Column, ...]:
    begin = () if view.cohort is Cohort.MQL else (Column(gettext("Leads")),)
    mqls = (
        (Column(gettext("MQLs")),)
        if view.cohort is Cohort.MQL
        else (
            Column(gettext("MQLs")),
            Column(gettext("of leads")),
        )
    )
    won_of = gettext("of MQLs") if view.cohort is Cohort.MQL else gettext("of leads")
    return (
        *begin,
        *mqls,
        Column(gettext("SALs")),
        Column(gettext("of MQLs")),
        Column(gettext("SQLs")),
        Column(gettext("of SALs")),
        Column(gettext("Won")),
        Column(won_of),
        Column(gettext("95 % from")),
        Column(gettext("to")),
        Column(gettext("Amount")),
    )


def _cells(view: ReportView, counts: FunnelCounts, scope: Scope, period: Period | None = None) -> tuple[Cell, ...]:
    def linked(count: int, reached: str | None = None) -> Cell:
        return count_cell(count, cohort_url(view.cohort, scope, period, reached=reached))

    mqls = (linked(counts.mqls, "mql"), ratio_cell(Share(counts.mqls, counts.leads)))
    won = Share(counts.wons, counts.leads)
    return (
        *((linked(counts.leads),) if view.cohort is Cohort.MQL else (linked(counts.leads), *mqls)),
        linked(counts.sals, "sal"),
        ratio_cell(Share(counts.sals, counts.mqls)),
        linked(counts.sqls, "sql"),
        ratio_cell(Share(counts.sqls, counts.sals)),
        linked(counts.wons, "won"),
        ratio_cell(won),
        *interval_cells(won),
        _amount_cell(view, counts.amount_cents),
    )


def _amount_cell(view: ReportView, cents: int) -> Cell:
    text = money(cents, view.standing.terms.currency) if view.standing else number(cents / 100, 2)
    return Cell(cents / 100, text if cents else "0")


def _won_row(view: ReportView, month: Period, counts: FunnelCounts) -> tuple[Cell, ...]:
    share = Share(counts.wons, counts.leads)
    return (
        Cell(f"{month.starts_on:%Y-%m}", spoken.month_name(month.starts_on)),
        count_cell(counts.wons, cohort_url(view.cohort, view.scope, month, reached="won")),
        count_cell(counts.leads, cohort_url(view.cohort, view.scope, month)),
        ratio_cell(share),
        *interval_cells(share),
    )


def _sum(parts: Iterable[FunnelCounts]) -> FunnelCounts:
    whole = NOTHING
    for part in parts:
        whole = added(whole, part)
    return whole


def _definition(view: ReportView) -> str:
    if view.cohort is Cohort.MQL:
        return gettext(
            "A cohort is gathered by the day its leads first became an MQL. Each column counts how many of the same "
            "leads have reached that stage so far, whenever they did; reaching one implies those before it."
        )
    return gettext(
        "A cohort is gathered by the day its leads arrived. Each column counts how many of the same leads have "
        "reached that stage so far, whenever they did; reaching one implies those before it."
    )
