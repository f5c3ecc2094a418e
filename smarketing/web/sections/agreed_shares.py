"""The shares that were promised: so many of these among those."""

from collections.abc import Sequence

from flask_babel import gettext

from smarketing.domain.attainment import Share
from smarketing.domain.ratios import Standing, standing
from smarketing.domain.terms_ratios import RatioClause
from smarketing.reports import ratios
from smarketing.reports.tables import Cell, Column, Table
from smarketing.web.sections.duties import STANDS, bound
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
    stands = [standing(clause, share) for clause, share in found if share]
    kept, missed = stands.count(Standing.KEPT), stands.count(Standing.MISSED)
    return Section(
        "shares",
        _title(kept, kept + missed),
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
            "As the agreement defines each share, of all together in the days chosen. One that asks for what is not "
            "kept here, such as tasks, is not measured, and says so."
        ),
    )


def _title(kept: int, judged: int) -> str:
    if not judged:
        return gettext("Too few cases to judge the shares that were promised")
    return gettext("%(held)s of %(told)s promised shares are kept", held=kept, told=judged)


def _row(view: ThemeView, clause: RatioClause, share: Share | None) -> Sequence[Cell]:
    head = (words_cell(in_language(clause.title)), words_cell(label(clause.side)))
    promised = words_cell(bound(clause.at_least, clause.at_most))
    if share is None:
        none = Cell(None, "")
        return (*head, none, none, none, none, none, promised, words_cell(gettext("not measured here")))
    said = gettext(STANDS[standing(clause, share)])
    numbers = (
        count_cell(share.total),
        count_cell(share.part, _url(view, clause)),
        ratio_cell(share),
        *interval_cells(share),
    )
    return (*head, *numbers, promised, words_cell(said))


def _url(view: ThemeView, clause: RatioClause) -> str | None:
    """The hand-offs that counted, where the list shows as many as the figure says."""
    has_list = clause.by == "cohort" and clause.among in ratios.COHORTS and not clause.is_narrowed
    return view.cases_url(ratios.COHORTS[clause.counted]) if has_list and clause.counted in ratios.COHORTS else None
