"""One clock explained."""

from flask import Blueprint, abort, render_template

from smarketing.domain.roles import Permission
from smarketing.reports import clock_history
from smarketing.web import clock_page
from smarketing.web.access import allows, now
from smarketing.web.languages import zone
from smarketing.web.spoken import business_time

bp = Blueprint("clocks", __name__)


@bp.get("/clocks/<int:clock_id>")
@allows(Permission.SEE_LEADS)
def show(clock_id: int) -> str:
    history = clock_history.of(clock_id)
    if history is None:
        abort(404)
    page = clock_page.of(history, now=now())
    return render_template("clocks/show.html", page=page, business_time=business_time, reader_zone=str(zone()))
