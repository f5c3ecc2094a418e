"""Score: does it tell whom sales accepts and who buys, which rules matter, and what would another threshold give?"""

from collections.abc import Sequence
from typing import NamedTuple

from flask_babel import gettext, ngettext

from smarketing.domain import calibration
from smarketing.domain.attainment import Share, change
from smarketing.domain.calibration import Band, Judged, Near, Weight
from smarketing.domain.scoring import Scorer
from smarketing.domain.terms import Terms
from smarketing.domain.terms_figures import threshold as threshold_of
from smarketing.reports import calibration as facts
from smarketing.reports import figures
from smarketing.reports.look import Goal, Mark
from smarketing.reports.tables import Cell, Column, Table
from smarketing.web import spoken
from smarketing.web.clause_words import signed_points
from smarketing.web.filters import number, percent
from smarketing.web.sections import thresholds
from smarketing.web.sections.page import Page
from smarketing.web.sections.section import Section, size_for
from smarketing.web.spoken import count_cell, interval_cells, ratio_cell, words_cell
from smarketing.web.theme_view import ThemeView
from smarketing.web.tiles import Tile
from smarketing.web.words import in_language


class Read(NamedTuple):
    """What a page is made of; `threshold` is the agreed number of points, None where the criteria ask for none."""

    judged: Sequence[Judged]
    others: Sequence[Near]
    weights: Sequence[Weight]
    threshold: int | None
    titles: dict[str, str]
    points: dict[str, int]


def page(view: ThemeView) -> Page:
    if view.standing is None:
        return Page([], [])
    read = _read(view, view.standing.terms)
    bands = calibration.by_band(read.judged)
    sections = [_by_band(bands, is_won=False), _by_band(bands, is_won=True)]
    if read.threshold is not None:
        sections += thresholds.sections(view, read.judged, read.others, threshold=read.threshold)
    return Page(_tiles(read), [*sections, _rules(read)], read.threshold)


def _read(view: ThemeView, terms: Terms) -> Read:
    judged = facts.handed(view.span, view.wanted, now=view.now)
    agreed = threshold_of(terms)
    threshold = int(agreed.value) if agreed and agreed.value is not None else None
    others = (
        [] if threshold is None else facts.near(view.span, view.wanted, threshold=threshold, within=_most_taken(terms))
    )
    counted = facts.counted(view.span, view.wanted, threshold=threshold, now=view.now)
    whole, rules = calibration.total(judged), Scorer(terms).rules
    weights = calibration.weights(rules, whole, counted, others, threshold=threshold)
    titles = {clause.id: in_language(clause.title) for clause in terms.clauses()}
    return Read(judged, others, weights, threshold, titles, _points_by_rule(terms))


def _most_taken(terms: Terms) -> int:
    """How far below the threshold a lead can be that only rules which take points have kept out."""
    return max([calibration.NEAR, *(-points for points in _points_by_rule(terms).values())])


def _points_by_rule(terms: Terms) -> dict[str, int]:
    scoring = terms.scoring
    points = {rule.id: rule.points for rule in scoring.fit} | {rule.id: rule.points for rule in scoring.engagement}
    return points | {rule.id: rule.points for rule in scoring.idle or ()}


def _tiles(read: Read) -> list[Tile]:
    whole = calibration.total(read.judged)
    idle = [weight for weight in read.weights if not weight.has_mattered]
    return [
        _share_tile(
            gettext("Accepted, of the decided"),
            whole.acceptance,
            gettext("Accepted ÷ (accepted + refused) of the hand-offs offered in the period that have a score."),
        ),
        _share_tile(
            gettext("Won so far"),
            whole.winning,
            gettext("Hand-offs offered in the period that were won so far ÷ all offered, of those that have a score."),
        ),
        Tile(
            gettext("Rules that did not matter"),
            number(len(idle)),
            gettext("of %(count)s rules for points", count=number(len(read.weights))),
            gettext(
                "Without them the same leads would have had the points of the threshold. A young rule may matter later."
            ),
        ),
    ]


def _share_tile(label: str, share: Share, definition: str) -> Tile:
    basis = spoken.part_of(share) if share.total else gettext("There was nothing to count.")
    return Tile(label, spoken.share(share), basis, definition, is_number=share.is_telling or not share.total)


def _by_band(bands: Sequence[Band], *, is_won: bool) -> Section:
    name = gettext("What was won, by score") if is_won else gettext("What sales accepted, by score")
    shares = [(band, band.rates.winning if is_won else band.rates.acceptance) for band in bands]
    marks = [_mark(_points(band), share) for band, share in shares if share.total]
    scale = spoken.percent_scale(max((mark.high or 0 for mark in marks), default=1))
    return Section(
        "won-by-score" if is_won else "accepted-by-score",
        _finding(name, shares),
        gettext("Hand-offs by their points, with 95 % intervals; a hollow point has fewer than 5."),
        Table(
            name,
            (
                Column(gettext("Points"), False),
                Column(gettext("Hand-offs")),
                Column(gettext("Of")),
                *_share_columns(gettext("Won") if is_won else gettext("Accepted")),
            ),
            [
                (
                    words_cell(_points(band)),
                    count_cell(band.rates.handed),
                    count_cell(share.total),
                    count_cell(share.part),
                    *_share_cells(share),
                )
                for band, share in shares
            ],
        ),
        gettext(
            "By the points that the lead was handed over with, under whichever version. Marked by hand counts too; "
            "nobody knows what sales would have said of leads that were not handed over."
        ),
        figures.by_name(marks, scale=scale) if marks else None,
        size=size_for(marks),
    )


def _finding(name: str, shares: Sequence[tuple[Band, Share]]) -> str:
    """Whether more points mean more, where it is no chance."""
    told = [(band, share) for band, share in shares if share.is_telling]
    if len(told) < 2:
        return gettext("%(title)s: too few to judge", title=name)
    (low_band, low), (high_band, high) = told[0], told[-1]
    difference = change(high, low)
    if difference is None or not difference.is_clear:
        return gettext("%(title)s: no clear difference between few points and many", title=name)
    return gettext(
        "%(title)s: %(high)s at %(high_points)s, %(low)s at %(low_points)s",
        title=name,
        high=percent(high.ratio or 0, 0),
        high_points=_points(high_band),
        low=percent(low.ratio or 0, 0),
        low_points=_points(low_band),
    )


def _points(band: Band) -> str:
    return gettext("%(low)s to %(high)s points", low=number(band.low), high=number(band.high))


def _mark(name: str, share: Share) -> Mark:
    low, high = share.interval() or (0.0, 1.0)
    at = gettext("%(name)s · %(count)s", name=name, count=number(share.total))
    hover = gettext("%(name)s: %(numbers)s", name=name, numbers=spoken.part_of(share))
    return Mark(at, share.ratio, hover, None, low, high, is_pale=not share.is_telling)


def _rules(read: Read) -> Section:
    whole = calibration.total(read.judged)
    shown = sorted(read.weights, key=lambda each: -each.counted.handed)
    marks = [_mark(read.titles[each.rule], each.counted.acceptance) for each in shown if each.counted.answered][:12]
    idle = sum(not weight.has_mattered for weight in read.weights)
    title = (
        ngettext("One rule has not mattered in these days", "%(num)s rules have not mattered in these days", idle)
        if idle
        else gettext("Every rule has mattered in these days")
    )
    goal = Goal(whole.acceptance.ratio or 0, gettext("%(share)s of all", share=percent(whole.acceptance.ratio or 0, 0)))
    return Section(
        "rules",
        title if read.judged else gettext("Rules for points: nothing to judge in these days"),
        gettext("Accepted of the decided where the rule gave points, with 95 % intervals; the line is all of them."),
        Table(
            gettext("Rules for points"),
            (
                Column(gettext("Rule"), False),
                Column(gettext("Points")),
                Column(gettext("Hand-offs with it")),
                *_share_columns(gettext("Accepted")),
                Column(gettext("Without it")),
                Column(gettext("Clear?"), False),
                Column(gettext("Won with it")),
                Column(gettext("Won without it")),
                Column(gettext("MQLs only by it")),
                Column(gettext("Kept out by it")),
                Column(gettext("Has it mattered?"), False),
            ),
            [_rule_row(each, read) for each in read.weights],
        ),
        gettext(
            "MQLs only by it: without its points they would not have had those of the threshold, the limits applied "
            "anew. Kept out by it: inquiries that arrived in these days and would have them without it. A rule that "
            "goes with other facts is not their cause."
        ),
        figures.by_name(marks, scale=spoken.percent_scale(1), goal=goal if whole.acceptance.is_telling else None)
        if marks
        else None,
        size=size_for(marks),
        is_wide=True,
    )


def _rule_row(weight: Weight, read: Read) -> tuple[Cell, ...]:
    counted, absent = weight.counted, weight.absent
    difference = change(counted.acceptance, absent.acceptance)
    clear = ""
    if difference is not None and difference.is_clear:
        clear = gettext("more") if difference.difference > 0 else gettext("less")
    return (
        words_cell(read.titles[weight.rule]),
        Cell(read.points[weight.rule], signed_points(read.points[weight.rule])),
        count_cell(counted.handed),
        count_cell(counted.accepted),
        *_share_cells(counted.acceptance),
        ratio_cell(absent.acceptance),
        words_cell(clear),
        ratio_cell(counted.winning),
        ratio_cell(absent.winning),
        _optional(weight.decided),
        _optional(weight.kept_out),
        words_cell("" if weight.has_mattered else _idle(weight)),
    )


def _idle(weight: Weight) -> str:
    return gettext("never counted") if not weight.counted.handed else gettext("decided nothing")


def _optional(count: int | None) -> Cell:
    return Cell(None, "", is_soft=True) if count is None else count_cell(count)


def _share_columns(part: str) -> tuple[Column, ...]:
    return Column(part), Column(gettext("Share")), Column(gettext("95 % from")), Column(gettext("to"))


def _share_cells(share: Share) -> tuple[Cell, ...]:
    return ratio_cell(share), *interval_cells(share)
