"""A report as a PDF file: its figures, and each section with its finding, chart, table and how it is counted."""

from collections.abc import Sequence
from html import escape
from io import BytesIO
from typing import Any, NamedTuple

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import KeepTogether, Paragraph, SimpleDocTemplate, Spacer, TableStyle
from reportlab.platypus import Table as PaperTable

from smarketing.reports.drawings import drawing
from smarketing.reports.look import Figure
from smarketing.reports.tables import Table
from smarketing.reports.typefaces import BODY, BOLD, load, printable

INK, SOFT, LINE = HexColor("#181d25"), HexColor("#545e6d"), HexColor("#e4e7ec")
WIDTH = A4[0] - 36 * mm
CHART_HEIGHT = {"s": 110.0, "m": 165.0, "l": 230.0}
MANY_COLUMNS = 8
MOST_ROWS = 18
"""A longer table is left to the files; the paper shows its last rows."""


class Number(NamedTuple):
    """A figure tile: None is no data, and `basis` says why."""

    label: str
    value: str | None
    basis: str | None


class Part(NamedTuple):
    title: str
    summary: str
    figure: Figure | None
    size: str
    table: Table
    definition: str


class Paper(NamedTuple):
    """`scope` says of which days and whose leads, `foot` stands on every page; `no_data` and `left_out` are words."""

    title: str
    scope: str
    foot: str
    numbers: Sequence[Number]
    parts: Sequence[Part]
    no_data: str
    left_out: str


def _style(name: str, size: float, **others: Any) -> ParagraphStyle:
    usual = {"fontName": BODY, "fontSize": size, "leading": size * 1.35, "textColor": INK}
    return ParagraphStyle(name, **(usual | others))


def as_pdf(paper: Paper) -> bytes:
    file = BytesIO()
    load(BODY, BOLD)
    document = SimpleDocTemplate(
        file,
        pagesize=A4,
        title=paper.title,
        leftMargin=18 * mm,
        rightMargin=18 * mm,
        topMargin=16 * mm,
        bottomMargin=18 * mm,
        invariant=True,
    )
    title = _style("title", 17, spaceAfter=2)
    title.fontName = BOLD
    story: list[Any] = [_words(paper.title, title), _words(paper.scope, _style("scope", 9, textColor=SOFT))]
    story += [Spacer(1, 5 * mm), *_numbers(paper), *(each for part in paper.parts for each in _part(part, paper))]

    def foot(canvas: Any, page: Any) -> None:
        canvas.setFont(BODY, 7)
        canvas.setFillColor(SOFT)
        canvas.drawString(18 * mm, 10 * mm, printable(paper.foot))
        canvas.drawRightString(A4[0] - 18 * mm, 10 * mm, str(page.page))

    document.build(story, onFirstPage=foot, onLaterPages=foot)
    return file.getvalue()


def _words(text: str, style: ParagraphStyle) -> Paragraph:
    return Paragraph(escape(printable(text), quote=False), style)


def _numbers(paper: Paper) -> list[Any]:
    """Four beside each other."""
    if not paper.numbers:
        return []
    label, basis = _style("label", 7.5, textColor=SOFT), _style("basis", 7, textColor=SOFT)
    value = _style("value", 15)
    value.fontName = BOLD
    cells = [
        [_words(each.label, label), _words(each.value or paper.no_data, value), _words(each.basis or "", basis)]
        for each in paper.numbers
    ]
    cells += [[] for _place in range(-len(cells) % 4)]
    table = PaperTable([cells[start : start + 4] for start in range(0, len(cells), 4)], colWidths=[WIDTH / 4] * 4)
    table.setStyle(TableStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), ("BOX", (0, 0), (-1, -1), 0.5, LINE)]))
    return [table, Spacer(1, 6 * mm)]


def _part(part: Part, paper: Paper) -> list[Any]:
    finding = _style("finding", 11, spaceAfter=2)
    finding.fontName = BOLD
    soft = _style("soft", 8, textColor=SOFT)
    head: list[Any] = [_words(part.title, finding), _words(part.summary, soft)]
    if part.figure:
        head += [Spacer(1, 2 * mm), drawing(part.figure, WIDTH, CHART_HEIGHT[part.size])]
    small = _style("small", 6.5, textColor=SOFT)
    rows = _table(part.table, paper.left_out) if part.table.rows else []
    return [KeepTogether(head), *rows, _words(part.definition, small), Spacer(1, 8 * mm)]


def _table(table: Table, left_out: str) -> list[Any]:
    is_wide = len(table.columns) > MANY_COLUMNS
    cell, label = _style("cell", 6.5 if is_wide else 7), _style("head", 5.4 if is_wide else 6.5, textColor=SOFT)
    rows = [[_words(column.label, label) for column in table.columns]]
    shown = table.rows[-MOST_ROWS:]
    listed = (*shown, *([table.totals] if table.totals else []))
    rows += [[_words(each.text, cell) for each in row] for row in listed]
    first = 0.18 if is_wide else 0.28 if len(table.columns) > 3 else 0.4
    rest = (1 - first) / max(1, len(table.columns) - 1)
    widths = [WIDTH * first, *[WIDTH * rest] * (len(table.columns) - 1)]
    drawn = PaperTable(rows, colWidths=widths, repeatRows=1, hAlign="LEFT")
    drawn.setStyle(
        TableStyle(
            [
                ("LINEBELOW", (0, 0), (-1, -1), 0.4, LINE),
                ("TOPPADDING", (0, 0), (-1, -1), 1.5),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 1.5),
                ("LEFTPADDING", (0, 0), (-1, -1), 0),
            ]
        )
    )
    more = [_words(left_out, _style("more", 6.5, textColor=SOFT))] if len(shown) < len(table.rows) else []
    return [Spacer(1, 2 * mm), drawn, *more, Spacer(1, 1.5 * mm)]
