"""One clock explained, and the list of late ones."""

from flask import Blueprint, abort, render_template

from smarketing.domain.roles import Permission
from smarketing.models.escalations import Escalation
from smarketing.reports import clock_history, late_list, lead_history
from smarketing.web import clock_page, paging
from smarketing.web.access import allows, now
from smarketing.web.languages import zone
from smarketing.web.spoken import business_time
from smarketing.web.words import in_language

bp = Blueprint("clocks", __name__)


@bp.get("/clocks/<int:clock_id>")
@allows(Permission.SEE_LEADS)
def show(clock_id: int) -> str:
    history = clock_history.of(clock_id)
    if history is None:
        abort(404)
    page = clock_page.of(history, now=now())
    return render_template("clocks/show.html", page=page, business_time=business_time, reader_zone=str(zone()))


@bp.get("/clocks/late/")
@allows(Permission.SEE_QUEUE)
def late() -> str:
    page = paging.newest_first(late_list.query(), Escalation.id)
    versions = lead_history.versions(clock.agreement_version_id for _id, _at, clock in page.rows)
    lines = [
        (clock, in_language(versions[clock.agreement_version_id].terms.clock(clock.clause_id).title), listed_at)
        for _id, listed_at, clock in page.rows
    ]
    return render_template("clocks/late.html", lines=lines, page=page)
