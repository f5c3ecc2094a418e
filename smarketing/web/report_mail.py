"""A theme of the report as an e-mail carries it: its figures in the text, the whole of it as a PDF."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from flask import current_app
from flask_babel import gettext

from smarketing.channels.email import Attachment
from smarketing.models.notices import Notice
from smarketing.reports import papers
from smarketing.web import paper, spoken, theme_view
from smarketing.web.themes import THEMES
from smarketing.web.tiles import Tile


class Report(NamedTuple):
    title: str
    days: str
    tiles: Sequence[Tile]
    findings: Sequence[str]
    """What its charts say, each in a sentence."""
    pdf: Attachment


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
    findings = [section.title for section in page.sections]
    return Report(gettext(label), spoken.period_name(view.period), page.tiles, findings, file)
