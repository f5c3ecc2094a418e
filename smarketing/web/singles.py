"""Everything about one: a person's own figures, one version of the agreement, one source."""

from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, abort, render_template, url_for
from flask_babel import gettext

from smarketing.domain.roles import Permission
from smarketing.reports import choices
from smarketing.web import spoken, theme_view, themes
from smarketing.web.access import actor, allows
from smarketing.web.sections import person as of_person
from smarketing.web.sections import source as of_source
from smarketing.web.sections import version as of_version
from smarketing.web.sections.page import Page
from smarketing.web.sections.section import Section, as_file, as_workbook
from smarketing.web.theme_view import ThemeView

bp = Blueprint("singles", __name__, url_prefix="/reports")

FILES = {"csv": as_file, "xlsx": as_workbook}


@bp.get("/people/<int:user_id>")
@allows(Permission.SEE_REPORTS)
def person(user_id: int) -> str:
    """Of oneself, or for a manager of somebody on their side."""
    name, view = _person(user_id)
    question = gettext("How do I keep the promises?") if user_id == actor().id else gettext("Their own figures")
    return _shown("person", name, question, view, of_person.page(view), user_id=user_id)


@bp.get("/people/<int:user_id>/<name>.<kind>")
@allows(Permission.SEE_REPORTS)
def person_file(user_id: int, name: str, kind: str) -> Response:
    _name, view = _person(user_id)
    return _file(of_person.page(view), name, kind, view)


@bp.get("/versions/<int:number>")
@allows(Permission.SEE_REPORTS)
def version(number: int) -> str:
    view, page = _version(number)
    title = gettext("Version %(number)s", number=number)
    days = spoken.span_name(of_version.in_force(view, choices.version_with_before(number)[0]))
    question = gettext("What was measured of what was made under it (in force %(days)s)?", days=days)
    return _shown("version", title, question, view, page, number=number)


@bp.get("/versions/<int:number>/<name>.<kind>")
@allows(Permission.SEE_REPORTS)
def version_file(number: int, name: str, kind: str) -> Response:
    view, page = _version(number)
    return _file(page, name, kind, view)


@bp.get("/sources/")
@allows(Permission.SEE_REPORTS)
def source() -> str:
    """All side by side, or the one that the filter names."""
    view = theme_view.read()
    asked = view.wanted.source
    title = gettext("Sources") if asked is None else spoken.source_name(asked)
    question = gettext("What does each source bring?") if asked is None else gettext("What does this source bring?")
    return _shown("source", title, question, view, of_source.page(view))


@bp.get("/sources/<name>.<kind>")
@allows(Permission.SEE_REPORTS)
def source_file(name: str, kind: str) -> Response:
    view = theme_view.read()
    return _file(of_source.page(view), name, kind, view)


def _person(user_id: int) -> tuple[str, ThemeView]:
    """Whom one may not see is not there."""
    name = choices.seen_by(actor()).get(user_id) or abort(404)
    view = theme_view.read()
    return name, replace(view, wanted=view.wanted._replace(owner_id=user_id))


def _version(number: int) -> tuple[ThemeView, Page]:
    found = choices.version_with_before(number)
    if not found or found[0].number != number:
        abort(404)
    view, before = theme_view.read(), found[1] if len(found) > 1 else None
    return of_version.of_version(view, found[0]), of_version.page(view, found[0], before)


def _shown(kind: str, title: str, question: str, view: ThemeView, page: Page, **ids: Any) -> str:
    """The files are under the same filters; a person and a version are chosen by the address, not by a filter."""
    filters = {"period": view.periods} if kind == "person" else {}
    if kind == "source":
        filters = {"period": view.periods, "source": view.sources, "persona": view.personas}
    args: dict[str, Any] = {name: each.chosen for name, each in filters.items() if each.chosen}
    return render_template(
        "reports/single.html",
        title=title,
        question=question,
        view=view,
        page=page,
        filters=filters,
        here=url_for(f"singles.{kind}", **ids),
        tabs=themes.tabs("people" if kind == "person" else kind, {}),
        files=lambda name, of: url_for(f"singles.{kind}_file", name=name, kind=of, **ids, **args),
    )


def _file(page: Page, name: str, kind: str, view: ThemeView) -> Response:
    found: Section | None = next((each for each in page.sections if each.id == name), None)
    make = FILES.get(kind) or abort(404)
    return make(found or abort(404), view.period)
