"""How a printed contract is set: one serif, hairlines, pairs of names and values."""

from collections.abc import Sequence
from functools import cache
from html import escape
from typing import Any, Final

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import Paragraph, Table, TableStyle

from smarketing.reports.typefaces import SERIF, load, printable

INK, SOFT, LINE = HexColor("#181d25"), HexColor("#545e6d"), HexColor("#cfd5dd")
STAMP, WARNING = HexColor("#f0f1f4"), HexColor("#9a3412")
WIDTH: Final = A4[0] - 50 * mm
GUTTER: Final = 12 * mm
"""The numbers of clauses stand in it."""
NAME: Final = 45 * mm


@cache
def style(size: float = 10, face: str = SERIF, **others: Any) -> ParagraphStyle:
    load(face)
    usual = {"fontName": face, "fontSize": size, "leading": size * 1.42, "textColor": INK}
    return ParagraphStyle(face, **(usual | {"allowWidows": 0, "allowOrphans": 0} | others))


def words(text: str, letters: ParagraphStyle, **others: Any) -> Paragraph:
    told = escape(printable(text, letters.fontName), quote=False).replace("\n", "<br/>")
    return Paragraph(told, letters, **others)


def pairs(rows: Sequence[tuple[str, str]], width: float) -> Table:
    """Names and values between hairlines, at the right of the gutter."""
    name, value = style(9.5, textColor=SOFT), style(9.5)
    cells = [[words(left, name), words(right, value)] for left, right in rows]
    drawn = grid(cells, [NAME, width - NAME], hAlign="RIGHT")
    drawn.setStyle(hairlines(padding=2))
    return drawn


def rule(width: float, thickness: float, color: Any) -> Table:
    drawn = Table([[""]], colWidths=[width], rowHeights=[1], hAlign="LEFT")
    drawn.setStyle(TableStyle([("LINEABOVE", (0, 0), (-1, -1), thickness, color)]))
    return drawn


def grid(cells: Sequence[Sequence[Any]], widths: Sequence[float], **others: Any) -> Table:
    """A table whose rows break where a page ends, however long their words are."""
    return Table(cells, colWidths=widths, splitInRow=1, **others)


def tight(padding: float) -> list[Any]:
    across = [("LEFTPADDING", (0, 0), (-1, -1), 0), ("RIGHTPADDING", (0, 0), (-1, -1), 0)]
    return [*across, ("TOPPADDING", (0, 0), (-1, -1), padding), ("BOTTOMPADDING", (0, 0), (-1, -1), padding)]


def hairlines(*, padding: float) -> TableStyle:
    lines = ("LINEBELOW", (0, 0), (-1, -1), 0.4, LINE)
    return TableStyle(
        [*tight(padding), lines, ("VALIGN", (0, 0), (-1, -1), "TOP"), ("RIGHTPADDING", (0, 0), (0, -1), 4)]
    )
