"""The clauses of a printed contract: numbered, in sentences, with tables where they hold pairs or points."""

from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import KeepTogether, Paragraph, Spacer, Table, TableStyle

from smarketing.reports.contract_style import GUTTER, SOFT, WIDTH, grid, hairlines, pairs, style, tight, words
from smarketing.reports.typefaces import SERIF, SERIF_BOLD, SERIF_ITALIC

FIGURE: Final = 34 * mm
INDENT: Final = 5 * mm


class Line(NamedTuple):
    """One criterion of a rule, indented by its depth."""

    text: str
    depth: int
    is_group: bool


class Item(NamedTuple):
    """A numbered provision. `folded` are pairs that stand under `figure`, which otherwise stands at the right."""

    number: str
    heading: str
    text: str
    lines: Sequence[Line]
    mark: str
    rows: Sequence[tuple[str, str]]
    folded: Sequence[tuple[str, str]]
    figure: str


class Chapter(NamedTuple):
    """`is_table` sets its items as rows."""

    id: str
    number: str
    heading: str
    lead: str
    items: Sequence[Item]
    is_table: bool


def chapter(of: Chapter, beginning: Any) -> list[Any]:
    """Its heading stays with its first item."""
    numbered = {"bulletFontName": SERIF_BOLD, "bulletFontSize": 14}
    heading = style(14, SERIF_BOLD, leftIndent=GUTTER, keepWithNext=1, spaceBefore=20, spaceAfter=2, **numbered)
    head: list[Any] = [words(of.heading, heading, bulletText=f"{of.number}."), beginning]
    if of.lead:
        head.append(words(of.lead, style(10, SERIF_ITALIC, leftIndent=GUTTER, textColor=SOFT, keepWithNext=1)))
    if of.is_table and of.items:
        return [KeepTogether([*head, _table(of.items[:1])]), *([_table(of.items[1:])] if of.items[1:] else [])]
    items = [_item(item) for item in of.items] or [([], [])]
    return [KeepTogether([*head, *items[0][0]]), *items[0][1], *_torn(items[1:])]


def _torn(items: Sequence[tuple[list[Any], list[Any]]]) -> Iterator[Any]:
    for together, rest in items:
        yield KeepTogether(together)
        yield from rest


def _item(item: Item) -> tuple[list[Any], list[Any]]:
    """What stays together, and what may follow on another page: nothing of a short one."""
    story = [_heading(item), *_body(item, style(leftIndent=GUTTER), GUTTER, WIDTH - GUTTER)]
    is_short = len(item.lines) + len(item.rows) <= 8 and not item.folded
    return (story, []) if is_short else (story[:2], story[2:])


def _heading(item: Item) -> Any:
    figure = "" if item.folded else item.figure
    rest = WIDTH - GUTTER - (FIGURE if figure else 0)
    cells = [words(item.number, style(10, textColor=SOFT)), words(item.heading, style(10.5, SERIF_BOLD))]
    cells += [words(figure, style(10, alignment=TA_RIGHT))] if figure else []
    drawn = grid([cells], [GUTTER, rest, *([FIGURE] if figure else [])], spaceBefore=7)
    drawn.setStyle(TableStyle([*tight(0.5), ("VALIGN", (0, 0), (-1, -1), "TOP")]))
    drawn.keepWithNext = True
    return drawn


def _body(item: Item, letters: ParagraphStyle, left: float, width: float) -> list[Any]:
    story: list[Any] = [words(item.text, letters)] if item.text else []
    story += [_criterion(line, left) for line in item.lines]
    if item.mark:
        story.append(words(item.mark, style(10, SERIF_ITALIC, leftIndent=left, textColor=SOFT)))
    if item.rows:
        story += [Spacer(1, 1.5 * mm), pairs(item.rows, width)]
    if item.folded:
        story += [words(item.figure, style(10, SERIF_ITALIC, leftIndent=left, textColor=SOFT)), Spacer(1, 1 * mm)]
        story.append(_columns(item.folded, width))
    return story


def _criterion(line: Line, left: float) -> Paragraph:
    indent = left + line.depth * INDENT
    if line.is_group:
        return words(line.text, style(10, leftIndent=indent, keepWithNext=1))
    letters = style(10, leftIndent=indent + INDENT, bulletIndent=indent, bulletFontName=SERIF, bulletColor=SOFT)
    return words(line.text, letters, bulletText="–")


def _table(items: Sequence[Item]) -> Table:
    """Number, words and figure in columns."""
    figure = FIGURE * 0.6 if any(item.figure for item in items) else 0
    width = WIDTH - GUTTER - figure
    rows = []
    for item in items:
        heading = words(item.heading, style(10, SERIF_BOLD))
        body = _body(item, style(9.5, textColor=SOFT), 0, width)
        row: list[Any] = [words(item.number, style(10, textColor=SOFT)), [heading, *body]]
        rows.append([*row, words(item.figure, style(10.5, SERIF_BOLD, alignment=TA_RIGHT))] if figure else row)
    drawn = grid(rows, [GUTTER, width, *([figure] if figure else [])])
    drawn.setStyle(hairlines(padding=3))
    return drawn


def _columns(folded: Sequence[tuple[str, str]], width: float) -> Table:
    """Many short pairs, in two columns read downwards."""
    half = (len(folded) + 1) // 2
    name, value = style(9, textColor=SOFT), style(9)
    cells = [[words(left, name), words(right, value)] for left, right in folded]
    cells += [["", ""]] * (2 * half - len(folded))
    rows = [[*cells[place], *cells[place + half]] for place in range(half)]
    drawn = grid(rows, [width / 5, width * 3 / 10] * 2, hAlign="RIGHT")
    drawn.setStyle(hairlines(padding=1.5))
    return drawn
