"""How many MQLs a week each rep would have had under a draft, against what they can take."""

from flask_babel import gettext

from smarketing.reports.tables import Cell, Column, Table
from smarketing.web.backtest_shown import Shown, in_weeks, team_limit
from smarketing.web.filters import number, percent
from smarketing.web.sections.section import Section
from smarketing.web.spoken import words_cell


def section(shown: Shown) -> Section | None:
    found = shown.comparison
    if not found.loads:
        return None
    busiest = max([week.draft for week in found.weeks], default=0)
    base, draft = (
        in_weeks(tally, stock) / shown.weeks
        for tally, stock in ((found.base, found.base_stock), (found.draft, found.draft_stock))
    )
    rows = []
    for each in sorted(found.loads, key=lambda each: shown.names.get(each.user_id, "")):
        limit = each.most_a_week
        is_over = limit is not None and busiest * each.share > limit
        rows.append(
            (
                words_cell(shown.names.get(each.user_id, "–")),
                Cell(round(each.share, 4), percent(each.share, 0)),
                _rate_cell(base * each.share),
                _rate_cell(draft * each.share),
                _rate_cell(busiest * each.share),
                Cell(limit, number(limit)) if limit is not None else Cell(None, gettext("none agreed"), is_soft=True),
                words_cell(gettext("over the limit") if is_over else ""),
            )
        )
    return Section(
        "load",
        _load_title(shown, busiest),
        gettext("Each rep’s part of the MQLs by today’s shares of the turn."),
        Table(
            gettext("MQLs a week, rep by rep"),
            (
                Column(gettext("Rep"), False),
                Column(gettext("Share of the turn")),
                Column(shown.base_name()),
                Column(shown.draft_name()),
                Column(gettext("Busiest week")),
                Column(gettext("Most a week")),
                Column(gettext("Busiest week against it"), False),
            ),
            rows,
        ),
        gettext(
            "MQLs a week × the rep’s share. The most a week is what the version agrees on, or five times what the rep "
            "takes a day, whichever is less. Absences and routes to particular reps are not counted in."
        ),
        is_wide=True,
    )


def _load_title(shown: Shown, busiest: int) -> str:
    limit, reps = team_limit(shown.comparison.loads), len(shown.comparison.loads)
    each = number(busiest / reps, 1)
    if limit is None:
        return gettext("At most %(count)s MQLs a rep in a week; no limit is agreed for all", count=each)
    over = sum(week.draft > limit for week in shown.comparison.weeks)
    if not over:
        return gettext("At most %(count)s MQLs a rep in a week: the team can take them", count=each)
    weeks = len(shown.comparison.weeks)
    return gettext("In %(over)s of %(weeks)s weeks more MQLs than the team can take", over=over, weeks=weeks)


def _rate_cell(count: float) -> Cell:
    return Cell(round(count, 2), number(count, 1))
