"""The hand-offs behind a figure, each with its lead: as many rows as the figure says."""

from collections.abc import Iterator, Sequence
from datetime import date

from flask import Blueprint, Response, render_template, request
from flask_babel import gettext, ngettext

from smarketing.domain.errors import N_
from smarketing.domain.periods import Period, until
from smarketing.domain.roles import Permission
from smarketing.reports import case_list, tables, workbooks
from smarketing.reports.case_list import Asked, Line, Standing
from smarketing.reports.cases import Of
from smarketing.reports.tables import Value
from smarketing.web import spoken, theme_view
from smarketing.web.access import allows, now
from smarketing.web.filters import iso, number
from smarketing.web.lead_filters import LARGEST_ID
from smarketing.web.scopes import NO_OWNER
from smarketing.web.theme_view import ThemeView, span_of
from smarketing.web.words import in_language, label, persona_name

bp = Blueprint("cases", __name__, url_prefix="/reports/hand-offs")

COUNTED = {
    Of.OFFERED: N_("Hand-offs offered"),
    Of.ANSWERED: N_("Hand-offs answered"),
    Of.WAITING: N_("Hand-offs without an answer"),
    Of.ACCEPTED: N_("Hand-offs accepted"),
    Of.SILENT: N_("Hand-offs accepted by silence"),
    Of.REFUSED: N_("Hand-offs refused"),
    Of.NOTED: N_("Hand-offs refused with a note"),
    Of.CONTESTED: N_("Refusals contested"),
    Of.RULED: N_("Contested refusals that were decided"),
    Of.OVERTURNED: N_("Refusals overturned"),
    Of.MET: N_("Hand-offs with a meeting"),
    Of.SQL: N_("Hand-offs that became an SQL"),
    Of.WON: N_("Hand-offs won"),
    Of.LOST: N_("Hand-offs lost"),
    Of.RECYCLED: N_("Hand-offs recycled"),
    Of.LEAKED: N_("Hand-offs nobody touched in 30 days"),
    Of.UNOWNED: N_("Hand-offs without an owner and untouched in 30 days"),
    Of.AGAIN: N_("Hand-offs of leads that were an MQL before"),
    Of.LEFT_OUT: N_("Hand-offs left out of the conversion, as agreed"),
    Of.COUNTING: N_("Hand-offs that count in the conversion"),
    Of.COUNTING_SQL: N_("Hand-offs that count in the conversion and became an SQL"),
}
STANDINGS = {Standing.MET: N_("met"), Standing.MISSED: N_("missed"), Standing.PENDING: N_("pending")}
FIRST_DAY, LAST_DAY = date(1970, 1, 1), date(9000, 1, 1)


@bp.get("/")
@allows(Permission.SEE_REPORTS)
def index() -> str:
    view = theme_view.read()
    asked = _asked(view)
    count = case_list.count(asked, now=now())
    return render_template(
        "reports/cases.html",
        view=view,
        asked=asked,
        name=_name(view, asked),
        days=spoken.period_name(asked.period),
        count=count,
        counted=ngettext("%(num)s hand-off", "%(num)s hand-offs", count),
        lines=case_list.lines(asked, now=now()),
        most=number(case_list.SHOWN),
        filters=_filters(view),
        args=request.args.to_dict(),
    )


@bp.get("/file.csv")
@allows(Permission.SEE_REPORTS)
def file() -> Response:
    return Response(tables.csv_lines(_rows()), mimetype="text/csv", headers=_named("csv"))


@bp.get("/file.xlsx")
@allows(Permission.SEE_REPORTS)
def workbook() -> Response:
    parts = workbooks.xlsx_parts(_rows(), title=gettext("Hand-offs"))
    return Response(parts, mimetype=workbooks.MEDIA_TYPE, headers=_named("xlsx"))


def _named(kind: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="hand-offs.{kind}"'}


def _rows() -> Iterator[Sequence[Value]]:
    found = case_list.lines(_asked(theme_view.read()), now=now(), limit=case_list.MOST)
    header = (N_("Number"), N_("Name"), N_("Company"), N_("Source"), N_("Persona"), N_("Owner"), N_("Answer"))
    times = (N_("Offered"), N_("Answered"), N_("Due"), N_("Stopped"))
    rows: list[Sequence[Value]] = [[gettext(name) for name in (*header, *times)]]
    return iter(rows + [_row(line) for line in found])


def _row(line: Line) -> Sequence[Value]:
    lead, handoff, clock = line.lead, line.handoff, line.clock
    persona = persona_name(line.persona) if line.persona else None
    instants = (handoff.offered_at, handoff.answered_at, clock and clock.due_at, clock and clock.stopped_at)
    told = (lead.id, lead.name, lead.company, lead.source, persona, line.owner_name, label(handoff.state))
    return [*told, *(iso(at) if at else None for at in instants)]


def _asked(view: ThemeView) -> Asked:
    period = _period(view)
    given = request.args
    owner = given.get("owner", "")
    owner_id = int(owner) if owner.isascii() and owner.isdigit() and int(owner) <= LARGEST_ID else None
    wanted = view.wanted._replace(owner_id=owner_id)
    clause = given.get("clause", "")[:60].replace("\0", "")
    reason = given.get("reason")
    return Asked(
        period,
        span_of(period, view.zone),
        wanted,
        next((each for each in Of if each.value == given.get("of")), Of.OFFERED),
        {NO_OWNER: ""}.get(reason, reason[:60].replace("\0", "")) if reason else None,
        {"1": 1, "2": 2}.get(given.get("cycle", "")),
        clause or None,
        next((each for each in Standing if each.value == given.get("clock")), None),
    )


def _period(view: ThemeView) -> Period:
    """The days of the address; where they make no sense, those of its period."""
    first, last = _day("from"), _day("to")
    if first is None or last is None:
        return view.period
    return until(min(first, last), max(first, last))


def _day(name: str) -> date | None:
    try:
        day = date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None
    return day if FIRST_DAY <= day <= LAST_DAY else None


def _name(view: ThemeView, asked: Asked) -> str:
    if asked.clause_id is None:
        return gettext(COUNTED[asked.of])
    clauses = view.standing.terms.clocks if view.standing else ()
    title = next((in_language(each.title) for each in clauses if each.id == asked.clause_id), asked.clause_id)
    if asked.standing is None:
        return gettext("%(clause)s: all that fell due", clause=title)
    return gettext("%(clause)s: %(standing)s", clause=title, standing=gettext(STANDINGS[asked.standing]))


def _filters(view: ThemeView) -> list[str]:
    """What the filters were, in words."""
    chosen = (view.teams, view.personas, view.sources, view.versions)
    return [dict(each.pairs)[each.chosen] for each in chosen if each.chosen]
