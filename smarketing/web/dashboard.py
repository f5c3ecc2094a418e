"""Are we keeping our promises? One screen with the same figures for both sides."""

from flask import Blueprint, render_template
from flask_babel import gettext

from smarketing.domain.periods import Period, week_of
from smarketing.domain.roles import Permission
from smarketing.models.tallies import Cohort
from smarketing.reports import agreed, attainment, funnel, pacing, response_times
from smarketing.reports.attainment import ClockFacts
from smarketing.reports.pacing import Owed
from smarketing.reports.rollups import Scope
from smarketing.web import scopes, tiles
from smarketing.web.access import allows
from smarketing.web.scopes import DashboardView
from smarketing.web.sections import kept, pace
from smarketing.web.sections.section import Section
from smarketing.web.tiles import Tile

bp = Blueprint("dashboard", __name__, url_prefix="/")

WEEKS_SHOWN = 13


@bp.get("/")
@allows(Permission.SEE_REPORTS)
def index() -> str:
    view = scopes.of_dashboard()
    weeks = _weeks(view)
    facts = attainment.read(_reach(view, weeks), now=view.now)
    owed = pacing.owed_in(tiles.month_in_question(view), standing=view.standing, now=view.now)
    return render_template(
        "dashboard/index.html", view=view, tiles=_tiles(view, facts, owed), sections=_sections(view, facts, owed, weeks)
    )


def _weeks(view: DashboardView) -> list[Period]:
    """The weeks of the period that have begun, and at least a quarter of them, to see where things are going."""
    last = week_of(min(view.scope.period.last_on, view.today))
    weeks = Period(view.scope.period.starts_on, last.ends_on).weeks()
    while len(weeks) < WEEKS_SHOWN:
        weeks.insert(0, week_of(weeks[0].starts_on.fromordinal(weeks[0].starts_on.toordinal() - 1)))
    return weeks


def _reach(view: DashboardView, weeks: list[Period]) -> Scope:
    """All days that any figure of the page asks about."""
    first = min(view.earlier.period.starts_on, weeks[0].starts_on)
    last = max(view.scope.period.ends_on, weeks[-1].ends_on)
    return Scope(Period(first, last), view.scope.source)


def _tiles(view: DashboardView, facts: ClockFacts, owed: Owed | None) -> list[Tile]:
    month = tiles.month_in_question(view)
    of_month = funnel.total(Cohort.MQL, Scope(month, view.scope.source))
    counts = of_month if month == view.scope.period else funnel.total(Cohort.MQL, view.scope)
    terms = view.standing.terms if view.standing else None
    shown = [tiles.mqls(view, month, owed, of_month.leads)]
    if terms:
        shown += [tiles.promise(view, clause, facts) for clause in terms.clocks]
        if answering := agreed.first_answer(terms):
            reach = Scope(Period(view.earlier.period.starts_on, view.scope.period.ends_on), view.scope.source)
            answers = response_times.read(answering.id, reach, now=view.now, waiting=facts.waiting)
            shown.append(tiles.first_answer(view, answering, answers))
    return [
        *shown,
        tiles.accepted(view, counts, funnel.total(Cohort.MQL, view.earlier)),
        tiles.reached(view, gettext("SQLs"), "sql", counts.sqls, counts),
        tiles.won(view, counts),
    ]


def _sections(view: DashboardView, facts: ClockFacts, owed: Owed | None, weeks: list[Period]) -> list[Section]:
    sections = [pace.month(view, owed)] if owed and not view.is_filtered else []
    if view.standing:
        sections += [kept.by_week(view, clause, facts, weeks) for clause in view.standing.terms.clocks]
    return sections
