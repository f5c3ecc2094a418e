"""A version that is to come, judged over past days beside the one in force: ask for it, see it, download it."""

from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, stream_with_context, url_for
from flask_babel import gettext

from smarketing.db import transaction
from smarketing.domain.backtest import Comparison, Fate
from smarketing.domain.errors import DomainError
from smarketing.domain.periods import Named, Period, local_day, named
from smarketing.domain.roles import Permission
from smarketing.domain.terms import parse
from smarketing.domain.terms_faults import InvalidTerms
from smarketing.domain.terms_figures import threshold, with_figures
from smarketing.models.agreements import AgreementVersion
from smarketing.models.backtests import Backtest, BacktestLead
from smarketing.reports import agreed, tables
from smarketing.reports import backtests as kept
from smarketing.services import agreements, backtests
from smarketing.web import backtest_leads, backtest_sections, backtest_tiles, paging
from smarketing.web.access import actor, allows, now
from smarketing.web.agreements import found
from smarketing.web.backtest_shown import Shown
from smarketing.web.scopes import PERIODS
from smarketing.web.spoken import period_name
from smarketing.web.words import message_of, sentence

bp = Blueprint("backtests", __name__, url_prefix="/agreement")

OFFERED = (
    Named.LAST_QUARTER,
    Named.LAST_90_DAYS,
    Named.THIS_QUARTER,
    Named.LAST_MONTH,
    Named.LAST_30_DAYS,
    Named.LAST_YEAR,
)


@bp.get("/<int:version_id>/backtests")
@allows(Permission.SEE_AGREEMENT)
def index(version_id: int) -> Any:
    """The latest result; where there is none, how to get one."""
    version = found(version_id)
    if latest := kept.latest(version_id):
        return redirect(url_for(".show", backtest_id=latest))
    return render_template("backtests/index.html", version=version, **_asking(version))


@bp.post("/<int:version_id>/backtests")
@allows(Permission.AUTHOR_AGREEMENT)
def begin(version_id: int) -> Any:
    found(version_id)
    return begun(version_id, request.form.get("period", ""))


@bp.post("/thresholds")
@allows(Permission.AUTHOR_AGREEMENT)
def draft_threshold() -> Any:
    """A draft of what is in force with another threshold, judged over past days or sent as an amendment at once."""
    written = request.form.get("points", "")
    points = int(written) if written.isascii() and written.isdigit() and len(written) < 6 else None
    force, back = agreements.required(), url_for("themes.show", theme="score")
    agreed_now = threshold(force.terms)
    if points is None or agreed_now is None or points == agreed_now.value:
        flash(gettext("Write a number of points other than the agreed one."), "error")
        return redirect(back, code=303)
    try:
        with transaction():
            terms = with_figures(force.terms, {agreed_now.path: points})
            drafted = agreements.draft(terms, actor=actor(), now=now())
            version_id, number = drafted.id, drafted.number
    except InvalidTerms as invalid:
        flash("; ".join(sentence(fault.message, fault.params) for fault in invalid.faults), "error")
        return redirect(back, code=303)
    flash(gettext("Version %(number)s is drafted, with %(points)s points.", number=number, points=points), "success")
    if request.form.get("then") == "amendment":
        return redirect(url_for("amendments.of_version", version_id=version_id), code=303)
    return begun(version_id)


def begun(version_id: int, period: str = "") -> Any:
    """Ask for a result over these days and lead to it."""
    asked = next((each for each in OFFERED if each.value == period), default_period())
    try:
        with transaction():
            backtest_id = backtests.begin(found(version_id), _period(asked), actor=actor(), now=now()).id
    except DomainError as error:
        flash(message_of(error), "error")
        return redirect(url_for("agreements.show", version_id=version_id), code=303)
    return redirect(url_for("backtests.show", backtest_id=backtest_id), code=303)


@bp.get("/backtests/<int:backtest_id>")
@allows(Permission.SEE_AGREEMENT)
def show(backtest_id: int) -> str:
    backtest, comparison = _found(backtest_id)
    version = backtest.version
    common = {
        "backtest": backtest,
        "version": version,
        "period": _days(backtest),
        "period_name": period_name,
        **_asking(version),
    }
    if comparison is None:
        return render_template("backtests/waiting.html", **common)
    shown = _shown(backtest, comparison)
    return render_template(
        "backtests/show.html",
        shown=shown,
        tiles=backtest_tiles.tiles(shown),
        sections=backtest_sections.sections(shown),
        lists=[(fate, name, _lines(backtest_id, fate)) for fate, name in _listed(shown)],
        on_record=kept.on_record(_days(backtest), parse(backtest.base_version.terms).zone),
        is_stale=version.digest != backtest.digest,
        runs=kept.runs(version.id),
        **common,
    )


@bp.get("/backtests/<int:backtest_id>/progress")
@allows(Permission.SEE_AGREEMENT)
def progress(backtest_id: int) -> Any:
    """What the page asks for while it waits; once there is no more to wait for, the page itself."""
    backtest, _comparison = _found(backtest_id)
    if backtest.finished_at is not None:
        return Response(headers={"HX-Redirect": url_for(".show", backtest_id=backtest_id)})
    return render_template("backtests/_progress.html", backtest=backtest)


@bp.get("/backtests/<int:backtest_id>/leads")
@allows(Permission.SEE_AGREEMENT)
def leads(backtest_id: int) -> str:
    backtest, shown = _ended(backtest_id)
    fate = next((each for each in Fate if each.value == request.args.get("fate")), Fate.GAINED)
    page = paging.newest_first(kept.leads_of(backtest_id, fate), BacktestLead.lead_id)
    names = backtest_leads.fate_names(shown)
    return render_template(
        "backtests/leads.html",
        backtest=backtest,
        shown=shown,
        fate=fate,
        names=names,
        lines=[backtest_leads.line(row.Lead, row.BacktestLead) for row in page.rows],
        page=page,
    )


@bp.get("/backtests/<int:backtest_id>/leads.csv")
@allows(Permission.SEE_AGREEMENT)
def file(backtest_id: int) -> Response:
    """Every lead that either version makes an MQL."""
    _backtest, shown = _ended(backtest_id)
    return _csv(stream_with_context(backtest_leads.file(shown)), "leads")


@bp.get("/backtests/<int:backtest_id>/<name>.csv")
@allows(Permission.SEE_AGREEMENT)
def section(backtest_id: int, name: str) -> Response:
    """The rows of one section."""
    _backtest, shown = _ended(backtest_id)
    built = next((each for each in backtest_sections.sections(shown) if each.id == name), None) or abort(404)
    return _csv([tables.as_csv(built.table)], f"{name}-{shown.period.starts_on}-{shown.period.last_on}")


def default_period() -> Named:
    """The last quarter, unless there were no leads yet when it began."""
    oldest = kept.oldest_arrival()
    quarter = _period(Named.LAST_QUARTER)
    is_covered = oldest is not None and oldest <= quarter.starts_at(_zone())
    return Named.LAST_QUARTER if is_covered else Named.LAST_90_DAYS


def _period(name: Named) -> Period:
    return named(name, local_day(now(), _zone()))


def _zone() -> str:
    return agreed.zone_of(agreed.latest())


def _asking(version: AgreementVersion) -> dict[str, Any]:
    """What the form that asks for another result needs."""
    return {
        "periods": [(each.value, gettext(PERIODS[each])) for each in OFFERED],
        "default": default_period().value,
        "may_be_judged": version.status in backtests.MAY_BE_JUDGED,
    }


def _found(backtest_id: int) -> tuple[Backtest, Comparison | None]:
    backtest = kept.found(backtest_id) or abort(404)
    return backtest, kept.result_of(backtest)


def _ended(backtest_id: int) -> tuple[Backtest, Shown]:
    backtest, comparison = _found(backtest_id)
    return backtest, _shown(backtest, comparison or abort(404))


def _shown(backtest: Backtest, comparison: Comparison) -> Shown:
    names = kept.names([load.user_id for load in comparison.loads])
    numbers = backtest.base_version.number, backtest.version.number
    return Shown(backtest.id, comparison, _days(backtest), *numbers, names)


def _days(backtest: Backtest) -> Period:
    return Period(backtest.starts_on, backtest.ends_on)


def _listed(shown: Shown) -> list[tuple[Fate, str]]:
    names = backtest_leads.fate_names(shown)
    return [(fate, names[fate]) for fate in (Fate.GAINED, Fate.LOST) if shown.comparison.of(fate).mqls]


def _lines(backtest_id: int, fate: Fate) -> list[backtest_leads.Line]:
    """The first of a list, as its page begins."""
    return [backtest_leads.line(row.Lead, row.BacktestLead) for row in kept.first_of(backtest_id, fate)]


def _csv(lines: Any, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="backtest-{name}.csv"'}
    return Response(lines, mimetype="text/csv", headers=headers)
