"""Themes of the report by e-mail, every week: for oneself, or by a manager for both departments."""

from typing import Any

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask_babel import format_date, gettext

from smarketing.db import transaction
from smarketing.domain.errors import DomainError
from smarketing.domain.local_time import day_of
from smarketing.domain.roles import Permission
from smarketing.services import subscriptions
from smarketing.web import spoken, theme_view
from smarketing.web.access import actor, allows, now
from smarketing.web.reach import MONDAY
from smarketing.web.themes import THEMES, is_for_everybody
from smarketing.web.words import message_of

bp = Blueprint("subscriptions", __name__, url_prefix="/reports/by-mail")


@bp.get("/")
@allows(Permission.SEE_REPORTS)
def index(fault: str | None = None) -> Any:
    theme = request.args.get("theme", "")
    view = theme_view.read()
    rows = subscriptions.visible(actor())
    return render_template(
        "subscriptions/index.html",
        theme_asked=theme if is_for_everybody(theme) else None,
        label=gettext(THEMES[theme][0]) if is_for_everybody(theme) else None,
        days=spoken.period_name(view.period),
        args=view.args,
        weekdays=[(day, _weekday(day)) for day in subscriptions.WEEKDAYS],
        rows=[(row, gettext(THEMES[row.theme][0]), _weekday(row.weekday)) for row in rows if row.theme in THEMES],
        may_end={row.id for row in rows if subscriptions.is_visible(row, actor())},
        has_server=bool(current_app.config["SMTP_HOST"]),
        fault=fault,
    ), 422 if fault else 200


@bp.post("/")
@allows(Permission.SEE_REPORTS)
def order() -> Any:
    theme, weekday = request.form.get("theme", ""), request.form.get("weekday", "")
    if not is_for_everybody(theme):
        abort(404)
    try:
        with transaction():
            subscriptions.order(
                theme,
                theme_view.read(request.form).args,
                weekday=int(weekday) if weekday in map(str, subscriptions.WEEKDAYS) else -1,
                is_for_all=request.form.get("for") == "all",
                actor=actor(),
                now=now(),
            )
    except DomainError as error:
        return index(message_of(error))
    flash(gettext("The report is ordered. It comes every week until you cancel it."), "success")
    return redirect(url_for(".index"), code=303)


@bp.post("/<int:subscription_id>/cancellation")
@allows(Permission.SEE_REPORTS)
def cancel(subscription_id: int) -> Any:
    with transaction():
        subscriptions.cancel(subscription_id, actor=actor(), now=now())
    flash(gettext("It is not sent any more."), "success")
    return redirect(url_for(".index"), code=303)


def _weekday(day: int) -> str:
    return str(format_date(day_of(MONDAY + day), "EEEE", rebase=False))
