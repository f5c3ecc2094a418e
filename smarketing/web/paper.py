"""A theme of the report on paper."""

from flask import Response
from flask_babel import gettext

from smarketing.reports import papers
from smarketing.reports.papers import Number, Paper, Part
from smarketing.web import spoken
from smarketing.web.filters import local_datetime
from smarketing.web.sections.page import Page
from smarketing.web.theme_view import ThemeView


def of(title: str, view: ThemeView, page: Page) -> Paper:
    """What the page shows, with its filters in words."""
    chosen = (view.teams, view.personas, view.sources, view.versions)
    narrowed = [dict(each.pairs)[each.chosen] for each in chosen if each.chosen]
    under = gettext("no agreement has come into force")
    if view.standing:
        under = gettext("read under version %(number)s of the agreement", number=view.standing.number)
    return Paper(
        title,
        " · ".join([spoken.period_name(view.period), *narrowed]),
        gettext("Smarketing · as of %(instant)s · %(version)s", instant=local_datetime(view.now), version=under),
        [Number(tile.label, tile.value, tile.basis) for tile in page.tiles],
        [Part(each.title, each.summary, each.figure, each.size, each.table, each.definition) for each in page.sections],
        gettext("No data"),
        gettext("Only the last rows are printed; the file holds them all."),
    )


def answer(name: str, paper: Paper, view: ThemeView) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{filename(name, view)}"'}
    return Response(papers.as_pdf(paper), mimetype="application/pdf", headers=headers)


def filename(name: str, view: ThemeView) -> str:
    return f"{name}-{view.period.starts_on:%Y-%m-%d}-{view.period.last_on:%Y-%m-%d}.pdf"
