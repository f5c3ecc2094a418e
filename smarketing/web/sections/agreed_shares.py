"""The shares that were promised: so many of these among those."""

from collections.abc import Sequence

from flask_babel import gettext

from smarketing.domain.attainment import TOO_FEW, Share
from smarketing.domain.terms_ratios import RatioClause
from smarketing.reports import ratios
from smarketing.reports.tables import Cell, Column, Table
from smarketing.web.filters import percent
from smarketing.web.sections.section import Section
from smarketing.web.spoken import count_cell, interval_cells, ratio_cell, words_cell
from smarketing.web.theme_view import ThemeView
from smarketing.web.words import in_language, label


def section(view: ThemeView) -> Section | None:
    """None where no share was promised, or a filter narrows what a promise of all leads is about."""
    clauses = view.standing.terms.ratios if view.standing else ()
    if not clauses or view.is_filtered:
        return None
    found = [(clause, ratios.measured(clause, view.period, zone=view.zone, now=view.now)) for clause in clauses]
    judged = [(clause, share) for clause, share in found if share and share.total >= _fewest(clause)]
    kept = sum(1 for clause, share in judged if is_kept(clause, share))
    return Section(
        "shares",
        _title(kept, len(judged)),
        gettext("What became of the hand-offs offered in the days chosen; a young period still grows."),
        Table(
            gettext("Shares promised"),
            (
                Column(gettext("Promise"), False),
                Column(gettext("Side"), False),
                Column(gettext("Of")),
                Column(gettext("There were")),
                Column(gettext("Share")),
                Column(gettext("95 % from")),
                Column(gettext("to")),
                Column(gettext("Promised"), False),
                Column(gettext("Standing"), False),
            ),
            [_row(view, clause, share) for clause, share in found],
        ),
        gettext(
            "As the agreement defines each share. One that asks for criteria, for each person, or for tasks and "
            "meetings that are not kept here is not measured, and says so."
        ),
    )


def is_kept(clause: RatioClause, share: Share) -> bool:
    ratio = share.ratio or 0.0
    is_enough = clause.at_least is None or ratio >= clause.at_least - 1e-9
    return is_enough and (clause.at_most is None or ratio <= clause.at_most + 1e-9)


def _fewest(clause: RatioClause) -> int:
    return clause.minimum_count or TOO_FEW


def _title(kept: int, judged: int) -> str:
    if not judged:
        return gettext("Too few cases to judge the shares that were promised")
    return gettext("%(held)s of %(told)s promised shares are kept", held=kept, told=judged)


def _row(view: ThemeView, clause: RatioClause, share: Share | None) -> Sequence[Cell]:
    head = (words_cell(in_language(clause.title)), words_cell(label(clause.side)))
    promised = words_cell(_promised(clause))
    if share is None:
        none = Cell(None, "")
        return (*head, none, none, none, none, none, promised, words_cell(gettext("not measured here")))
    url = None
    if clause.by == "cohort" and clause.counted in ratios.COHORTS:
        url = view.cases_url(ratios.COHORTS[clause.counted])
    said = gettext("too few")
    if share.total >= _fewest(clause):
        said = gettext("kept") if is_kept(clause, share) else gettext("missed")
    numbers = (count_cell(share.total), count_cell(share.part, url), ratio_cell(share), *interval_cells(share))
    return (*head, *numbers, promised, words_cell(said))


def _promised(clause: RatioClause) -> str:
    bounds = []
    if clause.at_least is not None:
        bounds.append(gettext("at least %(share)s", share=percent(clause.at_least, 0)))
    if clause.at_most is not None:
        bounds.append(gettext("at most %(share)s", share=percent(clause.at_most, 0)))
    return ", ".join(bounds)
