"""The joint report: cohorts, promises kept, answers and targets, each as a chart, a table and a file."""

from collections.abc import Callable

from flask import Blueprint, Response, abort, render_template

from smarketing.domain.periods import Period
from smarketing.domain.roles import Permission
from smarketing.domain.terms_clocks import ClockClause
from smarketing.models.tallies import Cohort
from smarketing.reports import agreed, attainment, funnel, pacing, refusals, response_times
from smarketing.reports.rollups import Scope
from smarketing.web import restated, scopes, themes
from smarketing.web.access import allows
from smarketing.web.scopes import ReportView
from smarketing.web.sections import answers, cohorts, kept, pace
from smarketing.web.sections.pace import MonthMqls
from smarketing.web.sections.section import Section, as_file

bp = Blueprint("reports", __name__, url_prefix="/reports")


@bp.get("/")
@allows(Permission.SEE_REPORTS)
def index() -> str:
    view = scopes.of_report()
    return render_template(
        "reports/index.html",
        view=view,
        sections=_sections(view),
        restated=restated.of(view.scope),
        tabs=themes.tabs("", {}),
    )


@bp.get("/<name>.csv")
@allows(Permission.SEE_REPORTS)
def file(name: str) -> Response:
    """The rows of one section, under the filters of the address."""
    view = scopes.of_report()
    build = BUILDERS.get(name) or _of_clause(view, name) or abort(404)
    return as_file(build(view) or abort(404), view.scope.period)


Builder = Callable[[ReportView], Section | None]


def _sections(view: ReportView) -> list[Section]:
    clauses = view.standing.terms.clocks if view.standing else ()
    names = ["months", "conversion", "sources", "targets", *(f"weeks-{clause.id}" for clause in clauses)]
    builders = (BUILDERS.get(name) or _of_clause(view, name) for name in [*names, "owners", "answers", "refusals"])
    built = (build(view) for build in builders if build)
    return [section for section in built if section]


def _months(view: ReportView) -> Section:
    return cohorts.months(view, funnel.by_month(view.cohort, view.scope))


def _conversion(view: ReportView) -> Section:
    return cohorts.conversion(view, funnel.by_month(view.cohort, view.scope))


def _sources(view: ReportView) -> Section:
    return cohorts.sources(view, funnel.by_source(view.cohort, view.scope))


def _targets(view: ReportView) -> Section | None:
    """Targets count the MQLs of all sources, so they say nothing of one of them."""
    if view.is_filtered:
        return None
    readings = [
        MonthMqls(month, pacing.owed_in(month, standing=view.standing, now=view.now), counts.leads)
        for month, counts in funnel.by_month(Cohort.MQL, view.scope)
    ]
    return pace.months(view, readings)


def _of_clause(view: ReportView, name: str) -> Builder | None:
    """The weeks of the clause that a name such as “weeks-first-answer” asks for."""
    clauses = view.standing.terms.clocks if view.standing else ()
    clause = next((clause for clause in clauses if name == f"weeks-{clause.id}"), None)
    return (lambda view: _weeks(view, clause)) if clause else None


def _weeks(view: ReportView, clause: ClockClause) -> Section:
    """The weeks of the period that have begun."""
    weeks = [week for week in view.scope.period.weeks() if week.starts_on <= view.today]
    span = Period(weeks[0].starts_on, weeks[-1].ends_on)
    facts = attainment.read(Scope(span, view.scope.source), now=view.now)
    return kept.by_week(view, clause, facts, weeks)


def _owners(view: ReportView) -> Section | None:
    clause = _first_answer(view)
    return kept.by_owner(view, clause, attainment.by_owner(clause.id, view.scope, now=view.now)) if clause else None


def _answers(view: ReportView) -> Section | None:
    clause = _first_answer(view)
    return answers.times(view, clause, response_times.read(clause.id, view.scope, now=view.now)) if clause else None


def _refusals(view: ReportView) -> Section:
    return answers.refusals(view, refusals.by_reason(view.scope, zone=view.zone))


def _first_answer(view: ReportView) -> ClockClause | None:
    return agreed.first_answer(view.standing.terms) if view.standing else None


BUILDERS: dict[str, Builder] = {
    "months": _months,
    "conversion": _conversion,
    "sources": _sources,
    "targets": _targets,
    "owners": _owners,
    "answers": _answers,
    "refusals": _refusals,
}
