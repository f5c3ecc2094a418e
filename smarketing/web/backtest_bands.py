"""What sales accepted and won of a draft’s MQLs, by their points as they became one."""

from collections.abc import Callable
from typing import NamedTuple

from flask_babel import gettext

from smarketing.domain.attainment import Share, change
from smarketing.domain.backtest import Band, Tally
from smarketing.reports import figures
from smarketing.reports.look import Mark
from smarketing.reports.tables import Cell, Column, Table
from smarketing.web import spoken
from smarketing.web.backtest_shown import Shown
from smarketing.web.filters import number, percent
from smarketing.web.sections.section import Section, size_for
from smarketing.web.spoken import count_cell, interval_cells, ratio_cell, words_cell


def sections(shown: Shown) -> list[Section]:
    return [by_band(shown, rate) for rate in (ACCEPTANCE, WINNING)] if shown.comparison.bands else []


class Rate(NamedTuple):
    id: str
    title: Callable[[], str]
    column: Callable[[], str]
    share: Callable[[Tally], Share]
    total: Callable[[], str]
    definition: Callable[[], str]


ACCEPTANCE = Rate(
    "acceptance",
    lambda: gettext("What sales accepted, by score"),
    lambda: gettext("Accepted"),
    lambda tally: tally.acceptance,
    lambda: gettext("Answered"),
    lambda: gettext(
        "Accepted ÷ answered, of the MQLs that were handed over in fact, by their points as they became one."
    ),
)
WINNING = Rate(
    "won",
    lambda: gettext("What was won, by score"),
    lambda: gettext("Won"),
    lambda tally: tally.winning,
    lambda: gettext("Handed over"),
    lambda: gettext("Won so far ÷ handed over, by points; a young period still grows."),
)


def by_band(shown: Shown, rate: Rate) -> Section:
    bands = shown.comparison.bands
    marks = [_band_mark(band, rate.share(band.draft)) for band in bands if rate.share(band.draft).total]
    return Section(
        rate.id,
        _band_title(shown, rate),
        gettext(
            "Under version %(number)s, with 95 %% intervals; a hollow point has fewer than 5.", number=shown.number
        ),
        Table(
            rate.title(),
            (
                Column(gettext("Points"), False),
                *(
                    Column(f"{label} · {name}")
                    for name in (shown.draft_name(), shown.base_name())
                    for label in (
                        gettext("MQLs"),
                        rate.total(),
                        rate.column(),
                        gettext("Share"),
                        gettext("95 % from"),
                        gettext("to"),
                    )
                ),
            ),
            [
                (words_cell(points_name(band)), *_band_cells(band.draft, rate), *_band_cells(band.base, rate))
                for band in bands
            ],
        ),
        rate.definition(),
        figures.by_name(marks, scale=spoken.percent_scale(max(mark.high or 0 for mark in marks))) if marks else None,
        size=size_for(marks),
    )


def points_name(band: Band) -> str:
    return gettext("%(low)s to %(high)s points", low=number(band.low), high=number(band.high))


def _band_mark(band: Band, share: Share) -> Mark:
    low, high = share.interval() or (0.0, 1.0)
    at = gettext("%(name)s · %(count)s", name=points_name(band), count=number(share.total))
    hover = gettext("%(name)s: %(numbers)s", name=points_name(band), numbers=spoken.part_of(share))
    return Mark(at, share.ratio, hover, None, low, high, is_pale=not share.is_telling)


def _band_cells(tally: Tally, rate: Rate) -> tuple[Cell, ...]:
    share = rate.share(tally)
    return (
        count_cell(tally.mqls),
        count_cell(share.total),
        count_cell(share.part),
        ratio_cell(share),
        *interval_cells(share),
    )


def _band_title(shown: Shown, rate: Rate) -> str:
    """Whether more points mean more, where it is no chance."""
    told = [(band, rate.share(band.draft)) for band in shown.comparison.bands if rate.share(band.draft).is_telling]
    if len(told) < 2:
        return gettext("%(title)s: too few to judge", title=rate.title())
    (low_band, low), (high_band, high) = told[0], told[-1]
    difference = change(high, low)
    if difference is None or not difference.is_clear:
        return gettext("%(title)s: no clear difference between few points and many", title=rate.title())
    numbers = {
        "title": rate.title(),
        "high": percent(high.ratio or 0, 0),
        "high_points": points_name(high_band),
        "low": percent(low.ratio or 0, 0),
        "low_points": points_name(low_band),
    }
    return gettext("%(title)s: %(high)s at %(high_points)s, %(low)s at %(low_points)s", **numbers)
