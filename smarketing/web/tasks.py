"""What steps of escalation gave people to do: their own, and for managers everybody's."""

from typing import NamedTuple

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from smarketing.db import transaction
from smarketing.domain.roles import Permission, may
from smarketing.domain.terms import Terms
from smarketing.models.clocks import Clock
from smarketing.models.tasks import Task
from smarketing.reports import lead_history, task_list
from smarketing.reports.task_list import View
from smarketing.services import tasks
from smarketing.web import paging
from smarketing.web.access import actor, allows, now
from smarketing.web.words import in_language

bp = Blueprint("tasks", __name__, url_prefix="/tasks")


class Line(NamedTuple):
    task: Task
    words: str
    clock: Clock
    promise: str


@bp.get("/")
@allows(Permission.SEE_LEADS)
def index() -> str:
    views = _views()
    view: View = next((each for each in views if each == request.args.get("view")), "open")
    page = paging.newest_first(task_list.query(view, actor().id), Task.id)
    found = [row.Task for row in page.rows]
    versions = lead_history.versions(task.escalation.clock.agreement_version_id for task in found)
    lines = [_line(task, versions[task.escalation.clock.agreement_version_id].terms) for task in found]
    tabs = [{"label": name, "url": url_for(".index", view=key), "active": key == view} for key, name in views.items()]
    return render_template("tasks/index.html", lines=lines, page=page, view=view, tabs_shown=tabs)


@bp.post("/<int:task_id>/completion")
@allows(Permission.SEE_LEADS)
def finish(task_id: int) -> Response:
    with transaction():
        tasks.finish(task_id, actor=actor(), now=now())
    flash(gettext("It is done, and stands under “Done”."), "success")
    return _back()


@bp.post("/<int:task_id>/completion/removal")
@allows(Permission.SEE_LEADS)
def reopen(task_id: int) -> Response:
    with transaction():
        tasks.reopen(task_id, actor=actor(), now=now())
    flash(gettext("It is to be done again."), "success")
    return _back()


def _views() -> dict[View, str]:
    views: dict[View, str] = {"open": gettext("To do"), "done": gettext("Done")}
    if may(actor().role, Permission.REASSIGN_HANDOFF):
        views["all"] = gettext("Everybody’s")
    return views


def _line(task: Task, terms: Terms) -> Line:
    step, clock = task.escalation, task.escalation.clock
    words = terms.ladder(step.ladder_id).steps[step.step].task
    return Line(task, in_language(words) if words else "", clock, in_language(terms.clock(clock.clause_id).title))


def _back() -> Response:
    view = next((each for each in _views() if each == request.form.get("view")), "open")
    return redirect(url_for(".index", view=view), code=303)
