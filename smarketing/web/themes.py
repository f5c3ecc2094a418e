"""The themes of the report: each a page of figures under the same filters, with its files."""

from collections.abc import Callable
from dataclasses import replace

from flask import Blueprint, Response, abort, render_template, url_for
from flask_babel import gettext

from smarketing.domain.errors import N_
from smarketing.domain.roles import Permission
from smarketing.reports import choices
from smarketing.web import paper, spoken, theme_view
from smarketing.web.access import allows
from smarketing.web.sections import (
    comparison,
    contribution,
    conversion,
    owners,
    promises,
    quality,
    score,
    speed,
    version,
    volume,
)
from smarketing.web.sections.comparison import Shares, Side
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

NAMES_PEOPLE = frozenset({"people"})
"""Themes that are not for everybody."""


COMPARED: dict[str, Shares] = {
    "promises": comparison.kept,
    "speed": comparison.kept,
    "quality": comparison.answered,
    "conversion": comparison.became,
    "contribution": comparison.became,
}
"""The shares that a theme is compared by."""


def page_of(theme: str, view: ThemeView) -> Page:
    """With the comparison that the address asks for before everything else."""
    _label, _question, build = THEMES.get(theme) or abort(404)
    page = build(view)
    beside = _sides(view) if theme in COMPARED and view.standing else None
    return page._replace(sections=[comparison.section(*beside, COMPARED[theme]), *page.sections]) if beside else page


def is_for_everybody(theme: str) -> bool:
    """Whether it may be shared and sent: it names nobody."""
    return theme in THEMES and theme not in NAMES_PEOPLE


def _sides(view: ThemeView) -> tuple[Side, Side] | None:
    if view.compares.chosen == theme_view.VERSION:
        found = choices.version_with_before(view.wanted.version)
        return version.sides(view, *found) if len(found) == 2 else None
    if not view.compares.chosen:
        return None
    earlier = replace(view, scope=view.earlier)
    return Side(spoken.period_name(view.period), view), Side(spoken.period_name(view.earlier.period), earlier)


@bp.get("/themes/<theme>")
@allows(Permission.SEE_REPORTS)
def show(theme: str) -> str:
    label, question, _build = THEMES.get(theme) or abort(404)
    view = theme_view.read()
    return render_template(
        "reports/theme.html",
        topic=theme,
        label=gettext(label),
        question=gettext(question),
        view=view,
        page=page_of(theme, view),
        may_compare=theme in COMPARED,
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
    label, _question, _build = THEMES.get(theme) or abort(404)
    view = theme_view.read()
    return paper.answer(theme, paper.of(gettext(label), view, page_of(theme, view)), view)


def _section(theme: str, name: str, view: ThemeView) -> Section:
    return next((each for each in page_of(theme, view).sections if each.id == name), None) or abort(404)


def tabs(current: str, args: dict[str, str]) -> list[dict[str, object]]:
    """The cohorts first, then the themes, each under the same filters."""
    items: list[dict[str, object]] = [
        {"url": url_for("reports.index"), "label": gettext("Cohorts"), "active": current == ""}
    ]
    items += [
        {"url": url_for("themes.show", theme=name, **args), "label": gettext(label), "active": name == current}  # type: ignore[arg-type]
        for name, (label, _question, _build) in THEMES.items()
    ]
    sources = {"url": url_for("singles.source"), "label": gettext("Sources"), "active": current == "source"}
    statements = {"url": url_for("statements.index"), "label": gettext("Statements"), "active": current == "statements"}
    return [*items, sources, statements]
