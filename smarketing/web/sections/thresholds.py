"""What another threshold would give: how many MQLs, and how good those at or above it were."""

from collections.abc import Sequence

from flask_babel import gettext

from smarketing.domain import calibration
from smarketing.domain.calibration import Judged, Near, Trade
from smarketing.reports import charts
from smarketing.reports.charts import Point
from smarketing.reports.look import Figure, Goal, Tick, round_steps
from smarketing.reports.tables import Cell, Column, Table
from smarketing.web import spoken
from smarketing.web.filters import number, percent
from smarketing.web.sections.section import Section
from smarketing.web.spoken import count_cell, interval_cells, ratio_cell
from smarketing.web.theme_view import ThemeView


def sections(view: ThemeView, judged: Sequence[Judged], others: Sequence[Near], *, threshold: int) -> list[Section]:
    trades = calibration.trades(judged, others, threshold=threshold)
    weeks = (view.period.ends_on - view.period.starts_on).days / 7
    return [_volume(trades, weeks), _quality(trades)] if judged or others else []


def _volume(trades: Sequence[Trade], weeks: float) -> Section:
    agreed = _agreed(trades)
    points = [
        Point(trade.threshold, trade.mqls / weeks, trade.mqls / weeks, trade.mqls / weeks, _volume_hover(trade, weeks))
        for trade in trades
    ]
    scale = [Tick(step, number(step, 0 if step == int(step) else 1)) for step in round_steps(points[0].value)]
    return Section(
        "threshold-volume",
        _volume_title(trades, weeks),
        gettext("MQLs a week for every threshold. Below the agreed one it is an estimate: judge a draft to be exact."),
        _table(trades, weeks),
        gettext(
            "From the agreed threshold on: hand-offs by the criteria with at least so many points. Below it: besides "
            "these, inquiries that arrived in these days, have so many points now and lack nothing else."
        ),
        _curve(points, scale, trades, agreed),
    )


def _quality(trades: Sequence[Trade]) -> Section:
    agreed = _agreed(trades)
    told = [trade for trade in trades if trade.threshold >= agreed.threshold and trade.rates.acceptance.is_telling]
    points = []
    for trade in told:
        share = trade.rates.acceptance
        low, high = share.interval() or (0.0, 1.0)
        numbers = {"points": number(trade.threshold), "numbers": spoken.part_of(share)}
        hover = gettext("%(points)s points or more: accepted %(numbers)s", **numbers)
        points.append(Point(trade.threshold, share.ratio or 0, low, high, hover))
    scale = spoken.share_scale(min((point.low for point in points), default=0))
    return Section(
        "threshold-quality",
        _quality_title(told),
        gettext("Accepted of the decided, of hand-offs by the criteria with at least so many points; 95 % intervals."),
        Table(
            gettext("Thresholds and what became of the leads"),
            (
                Column(gettext("Threshold"), False),
                Column(gettext("Hand-offs")),
                Column(gettext("Accepted, of the decided")),
                Column(gettext("95 % from")),
                Column(gettext("to")),
                Column(gettext("Won so far")),
                Column(gettext("Accepted ones given up")),
            ),
            [
                (
                    _threshold_cell(trade),
                    count_cell(trade.rates.handed),
                    ratio_cell(trade.rates.acceptance),
                    *interval_cells(trade.rates.acceptance),
                    ratio_cell(trade.rates.winning),
                    count_cell(trade.given_up),
                )
                for trade in trades
                if trade.threshold >= agreed.threshold
            ],
        ),
        gettext("Accepted ones given up: leads that sales accepted and that would not have been MQLs by the criteria."),
        _curve(points, scale, trades, agreed) if points else None,
    )


def _curve(points: Sequence[Point], scale: Sequence[Tick], trades: Sequence[Trade], agreed: Trade) -> Figure:
    ticks = [Tick(trade.threshold, number(trade.threshold)) for trade in trades[::4]]
    return charts.curve(
        points,
        ticks=ticks,
        scale=scale,
        promised=Goal(agreed.threshold, gettext("agreed: %(points)s", points=number(agreed.threshold))),
    )


def _table(trades: Sequence[Trade], weeks: float) -> Table:
    return Table(
        gettext("Thresholds and MQLs a week"),
        (
            Column(gettext("Threshold"), False),
            Column(gettext("MQLs in these days")),
            Column(gettext("MQLs a week")),
            Column(gettext("Against the agreed one")),
        ),
        [
            (
                _threshold_cell(trade),
                count_cell(trade.mqls),
                Cell(round(trade.mqls / weeks, 2), number(trade.mqls / weeks, 1)),
                _against(trade, _agreed(trades)),
            )
            for trade in trades
        ],
    )


def _threshold_cell(trade: Trade) -> Cell:
    words = number(trade.threshold)
    return Cell(trade.threshold, gettext("%(points)s, as agreed", points=words) if trade.is_agreed else words)


def _against(trade: Trade, agreed: Trade) -> Cell:
    if not agreed.mqls or trade.is_agreed:
        return Cell(None, "", is_soft=True)
    ratio = trade.mqls / agreed.mqls - 1
    told = percent(abs(ratio), 0)
    return Cell(round(ratio, 4), f"+{told}" if ratio > 0 else f"−{told}" if ratio < 0 else told)


def _volume_hover(trade: Trade, weeks: float) -> str:
    told = {"points": number(trade.threshold), "count": number(trade.mqls / weeks, 1)}
    return gettext("%(points)s points: %(count)s MQLs a week", **told)


def _volume_title(trades: Sequence[Trade], weeks: float) -> str:
    agreed = _agreed(trades)
    lower = next((trade for trade in reversed(trades) if trade.threshold <= agreed.threshold - 10), None)
    higher = next((trade for trade in trades if trade.threshold >= agreed.threshold + 10), None)
    if lower is None or higher is None or not agreed.mqls:
        return gettext("MQLs a week by threshold")
    return gettext(
        "Ten points less would give about %(more)s MQLs a week instead of %(now)s, ten more %(fewer)s",
        more=number(lower.mqls / weeks, 1),
        now=number(agreed.mqls / weeks, 1),
        fewer=number(higher.mqls / weeks, 1),
    )


def _quality_title(told: Sequence[Trade]) -> str:
    if len(told) < 2:
        return gettext("Too few hand-offs to tell a higher threshold from the agreed one")
    agreed, best = told[0], max(told, key=lambda trade: trade.rates.acceptance.ratio or 0)
    (low, high), mean = best.rates.acceptance.interval() or (0.0, 1.0), agreed.rates.acceptance.ratio or 0
    if low <= mean <= high:
        return gettext("A higher threshold would not clearly be accepted more often")
    return gettext(
        "From %(points)s points on, sales accepts %(best)s instead of %(now)s",
        points=number(best.threshold),
        best=percent(best.rates.acceptance.ratio or 0, 0),
        now=percent(mean, 0),
    )


def _agreed(trades: Sequence[Trade]) -> Trade:
    return next(trade for trade in trades if trade.is_agreed)
