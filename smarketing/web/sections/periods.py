"""The periods that have ended: what was owed in each and what there was, as it was written down when it closed."""

from collections.abc import Sequence
from datetime import date

from flask_babel import gettext

from smarketing.domain.pacing import Progress
from smarketing.reports import pacing
from smarketing.reports.pacing import Owed
from smarketing.reports.tables import Cell, Column, Table
from smarketing.web import spoken
from smarketing.web.amounts import amount_cell
from smarketing.web.filters import number
from smarketing.web.scopes import View
from smarketing.web.sections.debtors import stands
from smarketing.web.sections.section import Section
from smarketing.web.spoken import words_cell
from smarketing.web.words import in_language

SHOWN = 24


def section(view: View, day: date, owed: Sequence[Owed]) -> Section | None:
    """Of the clauses that owe something now and as a whole; None before any period has been closed."""
    ids = list(dict.fromkeys(each.clause.id for each in owed if each.clause.each is None))
    earlier = pacing.before(day, ids, most=SHOWN) if ids else []
    closed = [(each, each.written.actual) for each in earlier if each.written and each.written.actual is not None]
    if not closed:
        return None
    kept = sum(each.progress(actual, now=view.now) is Progress.REACHED for each, actual in closed)
    told = {"kept": number(kept), "all": number(len(closed))}
    return Section(
        "periods",
        gettext("%(kept)s of %(all)s periods that ended kept what was owed", **told),
        gettext("The latest first, as they were counted when they closed, and again when facts came late."),
        Table(
            gettext("Periods that have ended"),
            (
                Column(gettext("Promise"), False),
                Column(gettext("Period"), False),
                Column(gettext("Owed")),
                Column(gettext("There were")),
                Column(gettext("First counted")),
                Column(gettext("Standing"), False),
            ),
            [_row(view, each, actual) for each, actual in closed],
        ),
        gettext(
            "A period keeps the target it began with. It is counted again for 45 days after its end; where late facts "
            "have changed it, the first count stands beside the last."
        ),
    )


def _row(view: View, owed: Owed, actual: int) -> tuple[Cell, ...]:
    first = owed.written.closed_actual if owed.written else None
    return (
        words_cell(in_language(owed.clause.title)),
        Cell(owed.period.starts_on.isoformat(), spoken.period_name(owed.period)),
        amount_cell(owed, owed.owed),
        amount_cell(owed, actual),
        Cell(None, "") if first is None or first == actual else amount_cell(owed, first),
        words_cell(stands(owed, actual, view=view)),
    )
