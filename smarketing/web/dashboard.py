"""Are we keeping our promises? One screen with the same figures for both sides."""

from typing import NamedTuple

from flask import Blueprint, Response, abort, render_template
from flask_babel import gettext

from smarketing.domain.periods import Period, week_of
from smarketing.domain.roles import Permission
from smarketing.models.tallies import Cohort
from smarketing.reports import agreed, attainment, attention, funnel, pacing, response_times
from smarketing.reports.attainment import ClockFacts
from smarketing.reports.pacing import Owed
from smarketing.reports.rollups import Scope
from smarketing.web import restated, scopes, tiles
from smarketing.web.access import allows
from smarketing.web.scopes import DashboardView
from smarketing.web.sections import kept, pace, urgent, verdicts
from smarketing.web.sections.section import Section, as_file
from smarketing.web.tiles import Tile

bp = Blueprint("dashboard", __name__, url_prefix="/")

WEEKS_SHOWN = 13


@bp.get("/")
@allows(Permission.SEE_REPORTS)
def index() -> str:
    view = scopes.of_dashboard()
    known = _known(view)
    return render_template(
        "dashboard/index.html",
        view=view,
        verdicts=verdicts.of(view, known.facts, _owed(view)),
        tiles=_tiles(view, known),
        sections=_sections(view, known),
        needs=urgent.of(attention.read(view.scope.source, now=view.now)),
        restated=restated.of(view.scope),
    )


@bp.get("/dashboard/<name>.csv")
@allows(Permission.SEE_REPORTS)
def file(name: str) -> Response:
    """The rows of one chart, under the filters of the address."""
    view = scopes.of_dashboard()
    section = next((section for section in _sections(view, _known(view)) if section.id == name), None)
    return as_file(section or abort(404), view.scope.period)


class Known(NamedTuple):
    """What several figures of the page are made of."""

    facts: ClockFacts
    owed: Owed | None
    weeks: list[Period]


def _known(view: DashboardView) -> Known:
    weeks = _weeks(view)
    facts = attainment.read(_reach(view, weeks), now=view.now)
    return Known(facts, pacing.owed_in(tiles.month_in_question(view), standing=view.standing, now=view.now), weeks)


def _owed(view: DashboardView) -> list[Owed]:
    """Targets count the leads of all sources, so they say nothing of one of them."""
    return [] if view.is_filtered else pacing.owed_on(tiles.day_in_question(view), standing=view.standing, now=view.now)


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


def _tiles(view: DashboardView, known: Known) -> list[Tile]:
    month = tiles.month_in_question(view)
    of_month = funnel.total(Cohort.MQL, Scope(month, view.scope.source))
    counts = of_month if month == view.scope.period else funnel.total(Cohort.MQL, view.scope)
    terms = view.standing.terms if view.standing else None
    shown = [tiles.mqls(view, month, known.owed, of_month.leads)]
    if terms:
        shown += [tiles.promise(view, clause, known.facts) for clause in terms.clocks]
        if answering := agreed.first_answer(terms):
            reach = Scope(Period(view.earlier.period.starts_on, view.scope.period.ends_on), view.scope.source)
            answers = response_times.read(answering.id, reach, now=view.now, waiting=known.facts.waiting)
            shown.append(tiles.first_answer(view, answering, answers))
    return [
        *shown,
        tiles.accepted(view, counts, funnel.total(Cohort.MQL, view.earlier)),
        tiles.reached(view, gettext("SQLs of these MQLs"), "sql", counts.sqls, counts),
        tiles.won(view, counts),
    ]


def _sections(view: DashboardView, known: Known) -> list[Section]:
    sections = [pace.month(view, known.owed)] if known.owed and not view.is_filtered else []
    if view.standing:
        sections += [kept.by_week(view, clause, known.facts, known.weeks) for clause in view.standing.terms.clocks]
    return sections
