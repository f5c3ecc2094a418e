"""Sources: all of them side by side by interval, and everything about one."""

from typing import Any

from flask_babel import gettext

from smarketing.domain.attainment import Share
from smarketing.models.tallies import Cohort, FunnelCounts
from smarketing.reports import cases, funnel, promises, worth
from smarketing.reports.cases import By
from smarketing.reports.tables import Cell, Column, Table
from smarketing.web import spoken
from smarketing.web.filters import number
from smarketing.web.scopes import cohort_url
from smarketing.web.sections import contribution, quality
from smarketing.web.sections import promises as kept
from smarketing.web.sections.page import Page
from smarketing.web.sections.section import Section
from smarketing.web.single_links import source_url
from smarketing.web.spoken import count_cell, interval_cells, ratio_cell, source_name, words_cell
from smarketing.web.theme_view import ThemeView
from smarketing.web.tiles import Tile


def page(view: ThemeView) -> Page:
    """Of the source chosen, else of all side by side."""
    if view.wanted.source is None:
        return Page([], [_side_by_side(view)])
    counts = cases.counted(view.span, view.wanted, quality.COUNTED, now=view.now)
    earlier = cases.counted(view.earlier_span, view.wanted, quality.COUNTED, now=view.now)
    brought = contribution.page(view)
    read = promises.read(view.period, view.wanted, now=view.now)
    clauses = kept.clauses_of(view)
    return Page(
        [_arrived(view), *quality.tiles(view, counts, earlier)[:2], *brought.tiles],
        [
            *([kept.overview(view, clauses, read)] if clauses else []),
            quality.by_week(view),
            quality.of_each(view, By.PERSONA),
            quality.reasons(view, By.PERSONA),
            *brought.sections[1:],
        ],
    )


def _arrived(view: ThemeView) -> Tile:
    """How many MQLs it brought."""
    now, before = funnel.total(Cohort.MQL, view.scope), funnel.total(Cohort.MQL, view.earlier)
    told = {"count": number(before.leads), "period": spoken.period_name(view.earlier.period)}
    return Tile(
        gettext("MQLs"),
        number(now.leads),
        gettext("of %(count)s leads that arrived", count=number(funnel.total(Cohort.ARRIVED, view.scope).leads)),
        gettext("Leads of this source that became an MQL in the period, beside those that arrived in it."),
        trend=gettext("%(count)s before (%(period)s)", **told),
        url=cohort_url(Cohort.MQL, view.scope) if now.leads else None,
    )


def _side_by_side(view: ThemeView) -> Section:
    """In the order of how many MQLs each brought."""
    listed = sorted(funnel.by_source(Cohort.MQL, view.scope), key=lambda each: (-each[1].leads, each[0]))
    brought = worth.by(By.SOURCE, view.span, view.wanted)
    title = gettext("No lead became an MQL in the period")
    if listed:
        name, counts = listed[0]
        total = sum(each.leads for _name, each in listed)
        told = {"source": source_name(name), "count": number(counts.leads), "total": number(total)}
        title = gettext("%(source)s brought the most: %(count)s of %(total)s MQLs", **told)
    return Section(
        "sources",
        title,
        gettext("Leads that became an MQL in the period; each source has a page of its own."),
        Table(
            gettext("Sources side by side"),
            (
                Column(gettext("Source"), False),
                Column(gettext("MQLs")),
                Column(gettext("Accepted, of the decided")),
                Column(gettext("95 % from")),
                Column(gettext("to")),
                Column(gettext("SQL")),
                Column(gettext("Won")),
                Column(gettext("Revenue so far")),
            ),
            [_row(view, name, counts, brought) for name, counts in listed],
        ),
        gettext("Shares are of the MQLs that sales has decided on; revenue is of the hand-offs offered in the period."),
    )


def _row(view: ThemeView, name: str, counts: FunnelCounts, brought: dict[Any, worth.Worth]) -> tuple[Cell, ...]:
    share = Share(counts.sals, counts.sals + counts.refusals)
    cents = brought[name].amount_cents if name in brought else 0
    scope = view.scope._replace(source=name)
    return (
        words_cell(source_name(name), source_url(name, period=view.periods.chosen)),
        count_cell(counts.leads, cohort_url(Cohort.MQL, scope)),
        ratio_cell(share),
        *interval_cells(share),
        count_cell(counts.sqls, cohort_url(Cohort.MQL, scope, reached="sql")),
        count_cell(counts.wons, cohort_url(Cohort.MQL, scope, reached="won")),
        Cell(cents / 100, contribution.said(view, cents) or ""),
    )
