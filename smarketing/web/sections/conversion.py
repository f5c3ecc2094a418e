"""Conversion: what became of the hand-offs, as cohorts; the flow of the period beside them; what is lost on the way."""

from collections.abc import Sequence

from flask_babel import gettext

from smarketing.domain.attainment import Share
from smarketing.domain.dispositions import DispositionKind
from smarketing.domain.errors import N_
from smarketing.domain.periods import Period, before, month_of
from smarketing.reports import agreed, cases, cohorts, figures, goal_charts
from smarketing.reports.cases import By, Counts, Of
from smarketing.reports.cohorts import AGES, Month
from smarketing.reports.goal_charts import HeatCell
from smarketing.reports.look import Mark
from smarketing.reports.tables import Cell, Column, Table
from smarketing.web import spoken
from smarketing.web.filters import number, percent
from smarketing.web.sections import flow, stages
from smarketing.web.sections.page import Page
from smarketing.web.sections.quality import share_tile
from smarketing.web.sections.section import Section
from smarketing.web.spoken import count_cell, interval_cells, ratio_cell, words_cell
from smarketing.web.theme_view import ThemeView
from smarketing.web.tiles import Tile

COUNTED = (Of.OFFERED, Of.ACCEPTED, Of.SQL, Of.WON, Of.RECYCLED, Of.LEAKED, Of.UNOWNED)
STEPS = ((Of.OFFERED, N_("Offered")), (Of.ACCEPTED, N_("Accepted")), (Of.SQL, N_("SQL")), (Of.WON, N_("Won")))
COHORTS_SHOWN = 6


def page(view: ThemeView) -> Page:
    counts = cases.counted(view.span, view.wanted, COUNTED, now=view.now)
    earlier = cases.counted(view.earlier_span, view.wanted, COUNTED, now=view.now)
    sql = gettext("Hand-offs offered in the period that sales has confirmed as an SQL so far ÷ all offered.")
    recycled = gettext("Hand-offs sent back to nurture after they were accepted ÷ all offered in the period.")
    leaked = gettext(
        "Hand-offs that were not refused and that nobody has touched 30 days after the offer ÷ all offered in the "
        "period."
    )
    won = gettext("Hand-offs offered in the period that were won so far ÷ all offered.")
    rows = (
        (gettext("Became an SQL"), Of.SQL, sql),
        (gettext("Won so far"), Of.WON, won),
        (gettext("Recycled"), Of.RECYCLED, recycled),
        (gettext("Lost on the way"), Of.LEAKED, leaked),
    )
    tiles = [share_tile(view, label, (part, Of.OFFERED), counts, earlier, told) for label, part, told in rows]
    return Page(
        [*tiles, *_relieved(view)],
        [
            _funnel(view, counts),
            flow.section(view),
            _heat(view),
            flow.of_period(view, counts),
            _yields(view),
            *stages.sections(view),
        ],
    )


def _relieved(view: ThemeView) -> list[Tile]:
    """The conversion without what was left out as agreed; nothing where no agreement leaves anything out."""
    if not agreed.leaving_out():
        return []
    wished = (Of.OFFERED, Of.LEFT_OUT, Of.COUNTING, Of.COUNTING_SQL)
    counts = cases.counted(view.span, view.wanted, wished, now=view.now)
    earlier = cases.counted(view.earlier_span, view.wanted, wished, now=view.now)
    left_out = gettext(
        "Hand-offs in which a promise was missed, and not excused, for which the agreement leaves them out of the "
        "conversion ÷ all offered in the period."
    )
    counting = gettext("Became an SQL so far ÷ offered in the period, both without those left out.")
    return [
        share_tile(
            view, gettext("SQL, without those left out"), (Of.COUNTING_SQL, Of.COUNTING), counts, earlier, counting
        ),
        share_tile(view, gettext("Left out, as agreed"), (Of.LEFT_OUT, Of.OFFERED), counts, earlier, left_out),
    ]


def _funnel(view: ThemeView, counts: Counts) -> Section:
    """Step by step, each share of the one before."""
    rows, marks = [], []
    for place, (of, label) in enumerate(STEPS):
        step = Share(counts[of], counts[STEPS[place - 1][0]]) if place else Share(counts[of], counts[of])
        name = gettext(label)
        hover = gettext("%(name)s: %(numbers)s", name=name, numbers=spoken.part_of(step))
        marks.append(Mark(name, counts[of], hover, view.cases_url(of) if counts[of] else None))
        whole = Share(counts[of], counts[Of.OFFERED])
        rows.append(
            (
                words_cell(name),
                count_cell(counts[of], view.cases_url(of)),
                ratio_cell(step) if place else Cell(None, ""),
                *(interval_cells(step) if place else (Cell(None, ""), Cell(None, ""))),
                ratio_cell(whole),
            )
        )
    whole = Share(counts[Of.SQL], counts[Of.OFFERED])
    title = gettext("Too few hand-offs to judge conversion")
    if whole.is_telling:
        title = gettext("%(share)s of the hand-offs have become an SQL so far", share=spoken.share(whole))
    texts = [_step_text(counts, place) for place in range(len(STEPS))]
    return Section(
        "funnel",
        title,
        gettext(
            "Hand-offs offered in the period and what has become of them so far; the shares are of the step before."
        ),
        Table(
            gettext("Step by step"),
            (
                Column(gettext("Step"), False),
                Column(gettext("Hand-offs")),
                Column(gettext("Of the step before")),
                Column(gettext("95 % from")),
                Column(gettext("to")),
                Column(gettext("Of all")),
            ),
            rows,
        ),
        gettext("By the day of the hand-off, not by the day of the step: a young period still grows."),
        figures.bars_by_name(marks, texts) if counts[Of.OFFERED] else None,
        size="s",
    )


def _step_text(counts: Counts, place: int) -> str:
    count = counts[STEPS[place][0]]
    step = Share(count, counts[STEPS[place - 1][0]])
    if not place or not step.is_telling:
        return number(count)
    return f"{number(count)} · {percent(step.ratio or 0, 0)}"


def _heat(view: ThemeView) -> Section:
    """Months by age; what is not that old yet is left blank."""
    months = _months(view)
    counted = cohorts.by_month(months, DispositionKind.CONFIRMED, view.wanted, zone=view.zone, now=view.now)
    counted = [month for month in counted if month.total]
    names = [spoken.short_month(month.period.starts_on, with_year=True).replace("\n", " ") for month in counted]
    ages = [gettext("%(days)s days", days=days) for days in AGES]
    shares = [count / month.total for month in counted for count in month.reached if count is not None]
    return Section(
        "cohorts",
        _heat_title(counted),
        gettext("The share that had become an SQL so many days after the hand-off, by the month they were offered in."),
        Table(
            gettext("SQLs by age"),
            (Column(gettext("Month"), False), Column(gettext("Offered")), *(Column(age) for age in ages)),
            [_heat_row(view, month) for month in counted],
        ),
        gettext(
            "A month is shown at an age once its youngest hand-off is that old; before, the cell is empty and grey, "
            "because its share will still grow."
        ),
        goal_charts.heat(names, ages, [_heat_cells(view, month) for month in counted], most=max(shares, default=0))
        if shares
        else None,
    )


def _months(view: ThemeView) -> list[Period]:
    """Those of the period, and earlier ones up to six."""
    months = [month for month in view.period.months() if month.starts_on <= view.today]
    while len(months) < COHORTS_SHOWN:
        months.insert(0, before(months[0] if months else month_of(view.today), month_of))
    return months[-18:]


def _heat_title(counted: Sequence[Month]) -> str:
    at = AGES.index(30)
    mature = [month for month in counted if month.reached[at] is not None]
    share = Share(sum(month.reached[at] or 0 for month in mature), sum(month.total for month in mature))
    if not share.is_telling:
        return gettext("No cohort is old enough to judge")
    return gettext("30 days after the hand-off, %(share)s are an SQL", share=spoken.share(share))


def _heat_cells(view: ThemeView, month: Month) -> list[HeatCell]:
    cells = []
    for days, count in zip(AGES, month.reached, strict=True):
        name = spoken.month_name(month.period.starts_on)
        if count is None:
            cells.append(HeatCell(None, "", gettext("%(month)s: not %(days)s days old yet", month=name, days=days)))
            continue
        share = Share(count, month.total)
        hover = gettext("%(month)s, %(days)s days: %(numbers)s", month=name, days=days, numbers=spoken.part_of(share))
        text = percent(count / month.total, 0) if share.is_telling else ""
        cells.append(HeatCell(count / month.total, text, hover, view.cases_url(Of.SQL, month.period)))
    return cells


def _heat_row(view: ThemeView, month: Month) -> tuple[Cell, ...]:
    shares = [None if count is None else Share(count, month.total) for count in month.reached]
    return (
        Cell(f"{month.period.starts_on:%Y-%m}", spoken.month_name(month.period.starts_on)),
        count_cell(month.total, view.cases_url(Of.OFFERED, month.period)),
        *(
            words_cell(gettext("too young"))._replace(is_soft=True) if share is None else ratio_cell(share)
            for share in shares
        ),
    )


def _yields(view: ThemeView) -> Section:
    """Leads that became an MQL again, beside those that did for the first time."""
    counted = cases.counted_by(By.CYCLE, view.span, view.wanted, (Of.OFFERED, Of.ACCEPTED, Of.SQL), now=view.now)
    none = dict.fromkeys((Of.OFFERED, Of.ACCEPTED, Of.SQL), 0)
    first, again = counted.get(1, none), counted.get(2, none)
    share = Share(again[Of.SQL], again[Of.OFFERED])
    title = gettext("Too few leads came a second time to judge their yield")
    if share.is_telling:
        title = gettext("Of leads that came again, %(share)s became an SQL", share=spoken.share(share))
    return Section(
        "yields",
        title,
        gettext("First time an MQL, and every time after; counted by hand-off, not by lead."),
        Table(
            gettext("Yield by cycle"),
            (
                Column(gettext("Cycle"), False),
                Column(gettext("Offered")),
                Column(gettext("SQL")),
                Column(gettext("Share")),
                Column(gettext("95 % from")),
                Column(gettext("to")),
            ),
            [
                (
                    words_cell(name),
                    count_cell(counts[Of.OFFERED], view.cases_url(Of.OFFERED, cycle=cycle)),
                    count_cell(counts[Of.SQL], view.cases_url(Of.SQL, cycle=cycle)),
                    ratio_cell(Share(counts[Of.SQL], counts[Of.OFFERED])),
                    *interval_cells(Share(counts[Of.SQL], counts[Of.OFFERED])),
                )
                for cycle, name, counts in ((1, gettext("First time"), first), (2, gettext("Again"), again))
            ],
        ),
        gettext("SQLs so far ÷ hand-offs offered in the period."),
    )
