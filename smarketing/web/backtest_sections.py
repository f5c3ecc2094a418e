"""A draft over past days, section by section: volumes, what sales made of whom it gains and loses, scores, the load."""

from flask_babel import gettext, ngettext

from smarketing.domain.attainment import Share
from smarketing.domain.backtest import Fate, Tally
from smarketing.domain.periods import Period, week_of
from smarketing.reports import charts
from smarketing.reports.look import Figure, Goal, Mark, Series, Tick, round_steps
from smarketing.reports.tables import Cell, Column, Table
from smarketing.web import backtest_bands, backtest_loads, spoken
from smarketing.web.backtest_shown import Shown, in_weeks, team_limit
from smarketing.web.filters import number, percent
from smarketing.web.sections.section import Section, week_ticks
from smarketing.web.sections.weekly import every_other
from smarketing.web.spoken import count_cell, interval_cells, ratio_cell, words_cell


def sections(shown: Shown) -> list[Section]:
    built = [weekly(shown), outcomes(shown), *backtest_bands.sections(shown), backtest_loads.section(shown)]
    return [section for section in built if section]


def weekly(shown: Shown) -> Section:
    found = shown.comparison
    weeks = [(week_of(week.starts_on), week) for week in found.weeks]
    limit = team_limit(found.loads)
    return Section(
        "weeks",
        _volume_title(shown),
        gettext("MQLs week by week; who met the criteria before the first day is counted apart."),
        Table(
            gettext("MQLs, week by week"),
            (
                Column(gettext("Week"), False),
                Column(shown.base_name()),
                Column(shown.draft_name()),
                Column(gettext("Difference")),
            ),
            [
                (
                    Cell(period.starts_on.isoformat(), spoken.span_name(period)),
                    count_cell(week.base),
                    count_cell(week.draft),
                    _signed(week.draft - week.base),
                )
                for period, week in weeks
            ],
            (
                words_cell(gettext("All")),
                count_cell(in_weeks(found.base, found.base_stock)),
                count_cell(in_weeks(found.draft, found.draft_stock)),
                _signed(found.draft.mqls - found.draft_stock - found.base.mqls + found.base_stock),
            ),
        ),
        gettext(
            "Both versions judge the same leads by what was known at each moment. A lead counts in the week it would "
            "first have become an MQL."
        ),
        _lines(shown, limit) if len(weeks) > 1 else None,
        is_wide=True,
    )


def _lines(shown: Shown, limit: float | None) -> Figure:
    """Whole weeks only, unless there are none: part of a week would look like a fall."""
    weeks = [(week_of(week.starts_on), week) for week in shown.comparison.weeks]
    days = shown.period
    whole = [pair for pair in weeks if days.starts_on <= pair[0].starts_on and pair[0].ends_on <= days.ends_on]
    drawn = whole if len(whole) > 1 else weeks
    scale = round_steps(max([limit or 0, *(max(week.base, week.draft) for _period, week in drawn)]))
    return charts.compared(
        Series(shown.draft_name(), [_mark(period, week.draft, shown.draft_name()) for period, week in drawn]),
        Series(shown.base_name(), [_mark(period, week.base, shown.base_name()) for period, week in drawn]),
        ticks=every_other(week_ticks([period for period, _week in drawn])),
        scale=[Tick(step, number(step, 0 if step == int(step) else 1)) for step in scale],
        limit=Goal(limit, gettext("at most %(count)s a week", count=number(limit))) if limit else None,
    )


def _mark(period: Period, count: int, name: str) -> Mark:
    told = {"name": name, "week": spoken.span_name(period), "count": number(count)}
    return Mark(period.starts_on.isoformat(), count, gettext("%(name)s, %(week)s: %(count)s MQLs", **told))


def _volume_title(shown: Shown) -> str:
    found = shown.comparison
    base, draft = (
        in_weeks(tally, stock) / shown.weeks
        for tally, stock in ((found.base, found.base_stock), (found.draft, found.draft_stock))
    )
    told = {"draft": number(draft, 1), "base": number(base, 1)}
    if told["draft"] == told["base"]:
        return gettext("%(draft)s MQLs a week, as many as now", **told)
    return gettext("%(draft)s MQLs a week instead of %(base)s", **told)


def outcomes(shown: Shown) -> Section:
    """What sales made of those gained, lost and kept."""
    found = shown.comparison
    names = {
        Fate.BOTH: gettext("MQLs under both"),
        Fate.LOST: gettext("Only under version %(number)s", number=shown.base_number),
        Fate.GAINED: gettext("Only under version %(number)s", number=shown.number),
    }
    return Section(
        "outcomes",
        _loss_title(shown),
        gettext("Sales could only answer leads that were handed over in fact, under whichever version or by hand."),
        Table(
            gettext("What sales made of them"),
            (
                Column(gettext("Leads"), False),
                Column(gettext("MQLs")),
                Column(gettext("Handed over")),
                Column(gettext("Answered")),
                *_share_columns(gettext("Accepted"), gettext("Share accepted")),
                *_share_columns(gettext("Won"), gettext("Share won")),
            ),
            [
                (
                    words_cell(name, shown.leads_url(fate)),
                    *_tally_cells(found.of(fate), shown.leads_url(fate)),
                )
                for fate, name in names.items()
            ],
        ),
        gettext(
            "Share accepted: accepted ÷ answered. Share won: won so far ÷ handed over. Each lead’s first hand-off "
            "since the first day counts, or its own stage dates where it was brought in with some."
        ),
        is_wide=True,
    )


def _tally_cells(tally: Tally, url: str) -> tuple[Cell, ...]:
    return (
        count_cell(tally.mqls, url),
        count_cell(tally.handed),
        count_cell(tally.answered),
        *_share_cells(tally.acceptance),
        *_share_cells(tally.winning),
    )


def _share_columns(part: str, share: str) -> tuple[Column, ...]:
    return Column(part), Column(share), Column(gettext("95 % from")), Column(gettext("to"))


def _share_cells(share: Share) -> tuple[Cell, ...]:
    return count_cell(share.part), ratio_cell(share), *interval_cells(share)


def _loss_title(shown: Shown) -> str:
    lost, gained = shown.comparison.lost, shown.comparison.gained
    if not lost.mqls and not gained.mqls:
        return gettext("The same leads become MQLs")
    if not lost.mqls:
        return ngettext("One lead more, and none lost", "%(num)s leads more, and none lost", gained.mqls)
    share = lost.acceptance
    if not share.is_telling:
        return gettext("%(gained)s leads gained, %(lost)s lost", gained=number(gained.mqls), lost=number(lost.mqls))
    told = {"lost": number(lost.mqls), "share": percent(share.ratio or 0, 0), "answered": number(share.total)}
    return gettext("Of the %(lost)s lost, sales had accepted %(share)s of the %(answered)s it answered", **told)


def _signed(count: int) -> Cell:
    return Cell(count, f"+{number(count)}" if count > 0 else number(count).replace("-", "−"))
