"""A theme of the report as an e-mail carries it: its figures, what its charts say and show, the whole as a PDF."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from flask import current_app
from flask_babel import gettext

from smarketing.channels import chrome
from smarketing.channels.chrome import Drawing
from smarketing.channels.email import Attachment, Picture
from smarketing.models.notices import Notice
from smarketing.reports import papers, vectors
from smarketing.reports.tables import Table
from smarketing.web import paper, spoken, theme_view
from smarketing.web.sections.section import Section
from smarketing.web.themes import THEMES
from smarketing.web.tiles import Tile

MOST_BARS = 12


class Bar(NamedTuple):
    """A row of a table: `percent` of the width there is, 0 to 100."""

    label: str
    text: str
    percent: int


class Finding(NamedTuple):
    """What a chart says; with its picture, or its table as bars where there is none."""

    title: str
    picture: Picture | None
    bars: Sequence[Bar]


class Report(NamedTuple):
    title: str
    days: str
    tiles: Sequence[Tile]
    findings: Sequence[Finding]
    pdf: Attachment

    @property
    def pictures(self) -> list[Picture]:
        return [finding.picture for finding in self.findings if finding.picture]


def of(notice: Notice) -> Report | None:
    """As it was when the notice was written; None for a theme that is no more."""
    data: dict[str, Any] = notice.data or {}
    if data.get("theme") not in THEMES:
        return None
    label, _question, build = THEMES[data["theme"]]
    # the links of a page need an address to begin with
    with current_app.test_request_context(base_url=current_app.config["PUBLIC_URL"] or None):
        view = theme_view.read(data["filters"], at=datetime.fromisoformat(data["at"]))
        page = build(view)
        whole = papers.as_pdf(paper.of(gettext(label), view, page))
    file = Attachment(paper.filename(data["theme"], view), whole)
    pictures = _pictures(page.sections, prefix=f"{notice.id}-{data['theme']}")
    findings = [_finding(section, pictures.get(section.id)) for section in page.sections]
    return Report(gettext(label), spoken.period_name(view.period), page.tiles, findings, file)


def _pictures(sections: Sequence[Section], *, prefix: str) -> Mapping[str, Picture]:
    """By section, of those that have a chart; none where no Chrome is at hand."""
    drawn = [(section, section.figure) for section in sections if section.figure]
    path = chrome.at_hand(current_app.config["CHROME"])
    if path is None or not drawn:
        return {}
    sizes = [(vectors.WIDTH, vectors.HEIGHTS[section.size]) for section, _figure in drawn]
    documents = [vectors.svg(figure, section.size) for section, figure in drawn]
    drawings = tuple(Drawing(svg, *size) for svg, size in zip(documents, sizes, strict=True))
    made = chrome.pictures(path, drawings)
    named = zip(drawn, made, sizes, strict=False)
    return {section.id: Picture(f"{prefix}-{section.id}", png, *size) for (section, _figure), png, size in named}


def _finding(section: Section, picture: Picture | None) -> Finding:
    return Finding(section.title, picture, [] if picture else bars(section.table))


def bars(table: Table) -> list[Bar]:
    """The latest rows by their first column of shares, else by the first that holds numbers."""
    rows = table.rows[-MOST_BARS:]
    numbers = [place for place, column in enumerate(table.columns) if column.is_number and place]
    shares = [place for place in numbers if _are_shares([row[place].value for row in rows])]
    place = next(iter([*shares, *numbers]), None)
    if place is None:
        return []
    told = [(row[0].text, row[place].text, row[place].value) for row in rows]
    found = [(label, text, float(value)) for label, text, value in told if isinstance(value, int | float)]
    most = 1.0 if shares else max((value for _label, _text, value in found), default=0.0) or 1.0
    return [Bar(label, text, round(max(0.0, min(1.0, value / most)) * 100)) for label, text, value in found]


def _are_shares(values: Sequence[Any]) -> bool:
    told = [value for value in values if value is not None]
    return any(isinstance(value, float) for value in told) and all(0 <= value <= 1 for value in told)
