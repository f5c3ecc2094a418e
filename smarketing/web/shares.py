"""Links to one theme of the report that anybody may open for a while: read only, without a name of any lead."""

from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, session, url_for
from flask_babel import gettext

from smarketing.db import transaction
from smarketing.domain.errors import DomainError
from smarketing.domain.roles import Permission
from smarketing.reports.look import Figure
from smarketing.services import shares
from smarketing.web import spoken, theme_view
from smarketing.web.access import actor, allows, now, public
from smarketing.web.sections.page import Page
from smarketing.web.sections.section import Section
from smarketing.web.themes import THEMES, is_for_everybody, page_of
from smarketing.web.words import message_of

bp = Blueprint("shares", __name__)

MADE = "share_made"


@bp.get("/reports/links/")
@allows(Permission.SHARE_REPORTS)
def index(fault: str | None = None) -> Any:
    theme = request.args.get("theme", "")
    view = theme_view.read()
    return render_template(
        "shares/index.html",
        theme_asked=theme if is_for_everybody(theme) else None,
        label=gettext(THEMES[theme][0]) if is_for_everybody(theme) else None,
        days=spoken.period_name(view.period),
        args=view.args,
        lives=[(days, gettext("%(days)s days", days=days)) for days in shares.LIVES],
        rows=[(row, gettext(THEMES[row.theme][0])) for row in shares.live(now=now()) if row.theme in THEMES],
        made=session.pop(MADE, None),
        fault=fault,
    ), 422 if fault else 200


@bp.post("/reports/links/")
@allows(Permission.SHARE_REPORTS)
def share() -> Any:
    theme = request.form.get("theme", "")
    if not is_for_everybody(theme):
        abort(404)
    days = request.form.get("days", "")
    try:
        with transaction():
            filters = theme_view.read(request.form).args
            asked = int(days) if days in map(str, shares.LIVES) else 0
            token = shares.share(theme, filters, days=asked, actor=actor(), now=now())
    except DomainError as error:
        return index(message_of(error))
    session[MADE] = url_for("shares.read", token=token, _external=True)
    return redirect(url_for("shares.index"), code=303)


@bp.post("/reports/links/<int:share_id>/revocation")
@allows(Permission.SHARE_REPORTS)
def revoke(share_id: int) -> Any:
    with transaction():
        shares.revoke(share_id, actor=actor(), now=now())
    return redirect(url_for("shares.index"), code=303)


@bp.get("/shared/<token>")
@public
def read(token: str) -> Any:
    """Also for a screen on the wall: it fetches itself anew every five minutes."""
    row = shares.opened(token, now=now())
    if row is None or not is_for_everybody(row.theme):
        abort(404)
    label, question, _build = THEMES[row.theme]
    view = theme_view.read(row.filters)
    return render_template(
        "shares/read.html",
        title=gettext(label),
        question=gettext(question),
        view=view,
        days=spoken.period_name(view.period),
        page=_without_links(page_of(row.theme, view)),
        expires_at=row.expires_at,
    )


def _without_links(page: Page) -> Page:
    """Whoever has the link sees numbers, not the leads behind them."""
    return Page([tile._replace(url=None) for tile in page.tiles], [_plain(each) for each in page.sections])


def _plain(section: Section) -> Section:
    table = section.table
    rows = [[cell._replace(url=None) for cell in row] for row in table.rows]
    totals = [cell._replace(url=None) for cell in table.totals]
    figure = None if section.figure is None else _inert(section.figure)
    return section._replace(table=table._replace(rows=rows, totals=totals), figure=figure)


def _inert(figure: Figure) -> Figure:
    data = [{name: each for name, each in trace.items() if name != "customdata"} for trace in figure["data"]]
    return {**figure, "data": data}
