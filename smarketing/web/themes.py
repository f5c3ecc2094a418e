"""The themes of the report: each a page of figures under the same filters, with its files."""

from collections.abc import Callable

from flask import Blueprint, Response, abort, render_template, url_for
from flask_babel import gettext

from smarketing.domain.errors import N_
from smarketing.domain.roles import Permission
from smarketing.web import paper, theme_view
from smarketing.web.access import allows
from smarketing.web.sections import contribution, conversion, owners, promises, quality, score, speed, volume
from smarketing.web.sections.page import Page
from smarketing.web.sections.section import Section, as_file, as_workbook
from smarketing.web.theme_view import ThemeView

bp = Blueprint("themes", __name__, url_prefix="/reports")


THEMES: dict[str, tuple[str, str, Callable[[ThemeView], Page]]] = {
    "promises": (N_("Promises"), N_("Are we keeping our promises, and is it changing?"), promises.page),
    "volume": (N_("Volume"), N_("Will we make the month?"), volume.page),
    "speed": (N_("Speed"), N_("How long do leads wait, and whose time is it?"), speed.page),
    "quality": (N_("Quality"), N_("What does sales accept, and why does it refuse?"), quality.page),
    "score": (
        N_("Score"),
        N_("Does the score tell whom sales accepts, and where should the threshold be?"),
        score.page,
    ),
    "conversion": (N_("Conversion"), N_("What becomes of the leads that were handed off?"), conversion.page),
    "contribution": (
        N_("Contribution"),
        N_("What did the hand-offs bring, and what is a lead worth?"),
        contribution.page,
    ),
    "people": (N_("People"), N_("How does each of us keep the promises?"), owners.page),
}
"""By the name in the address: label, question and what the page shows."""


@bp.get("/themes/<theme>")
@allows(Permission.SEE_REPORTS)
def show(theme: str) -> str:
    label, question, build = THEMES.get(theme) or abort(404)
    view = theme_view.read()
    return render_template(
        "reports/theme.html",
        topic=theme,
        label=gettext(label),
        question=gettext(question),
        view=view,
        page=build(view),
        tabs=tabs(theme, view.args),
    )


@bp.get("/themes/<theme>/<name>.csv")
@allows(Permission.SEE_REPORTS)
def file(theme: str, name: str) -> Response:
    view = theme_view.read()
    return as_file(_section(theme, name, view), view.period)


@bp.get("/themes/<theme>/<name>.xlsx")
@allows(Permission.SEE_REPORTS)
def workbook(theme: str, name: str) -> Response:
    view = theme_view.read()
    return as_workbook(_section(theme, name, view), view.period)


@bp.get("/themes/<theme>.pdf")
@allows(Permission.SEE_REPORTS)
def printed(theme: str) -> Response:
    """The whole page on paper."""
    label, _question, build = THEMES.get(theme) or abort(404)
    view = theme_view.read()
    return paper.answer(theme, paper.of(gettext(label), view, build(view)), view)


def _section(theme: str, name: str, view: ThemeView) -> Section:
    _label, _question, build = THEMES.get(theme) or abort(404)
    return next((each for each in build(view).sections if each.id == name), None) or abort(404)


def tabs(current: str, args: dict[str, str]) -> list[dict[str, object]]:
    """The cohorts first, then the themes, each under the same filters."""
    items: list[dict[str, object]] = [
        {"url": url_for("reports.index"), "label": gettext("Cohorts"), "active": current == ""}
    ]
    items += [
        {"url": url_for("themes.show", theme=name, **args), "label": gettext(label), "active": name == current}  # type: ignore[arg-type]
        for name, (label, _question, _build) in THEMES.items()
    ]
    statements = {"url": url_for("statements.index"), "label": gettext("Statements"), "active": current == "statements"}
    return [*items, statements]
