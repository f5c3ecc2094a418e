"""The pages around the clauses of a printed contract: its cover, its contents and its signatures."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any, Final, NamedTuple

from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.units import mm
from reportlab.platypus import KeepTogether, Paragraph, Spacer, Table, TableStyle

from smarketing.reports.contract_style import (
    GUTTER,
    INK,
    LINE,
    NAME,
    SOFT,
    WARNING,
    WIDTH,
    grid,
    hairlines,
    pairs,
    rule,
    style,
    words,
)
from smarketing.reports.typefaces import SERIF, SERIF_BOLD, printable

LONG_TITLE: Final = 80
SIDES: Final = ("LEFT", "RIGHT", "TOP", "BOTTOM")


class Cover(NamedTuple):
    """`warning` says of what is not in force why it is not; `parties` are pairs of a side and its team."""

    kind: str
    title: str
    between: str
    parties: Sequence[tuple[str, str]]
    facts: Sequence[tuple[str, str]]
    warning: str


class Signed(NamedTuple):
    """A side's signature: `name` is None where nobody has signed, `facts` then say so."""

    side: str
    name: str | None
    facts: Sequence[str]


def cover(of: Cover) -> list[Any]:
    story: list[Any] = [words(of.kind, style(11, SERIF_BOLD, textColor=SOFT)), Spacer(1, 3 * mm)]
    story += [rule(24 * mm, 1.5, INK), Spacer(1, 34 * mm)]
    story += [words(of.title, _title(of.title)), Spacer(1, 12 * mm)]
    story += [words(of.between, style(11, textColor=SOFT)), Spacer(1, 2 * mm), _parties(of.parties)]
    if of.warning:
        story += [Spacer(1, 12 * mm), _warning(of.warning)]
    return [*story, Spacer(1, 14 * mm), pairs(of.facts, WIDTH)]


def _title(text: str) -> Any:
    return style(30, SERIF_BOLD, leading=36) if len(text) <= LONG_TITLE else style(17, SERIF_BOLD)


def _parties(parties: Sequence[tuple[str, str]]) -> Table:
    side, team = style(14, SERIF_BOLD), style(14)
    rows = [[words(name, side), words(value, team)] for name, value in parties]
    drawn = grid(rows, [NAME, WIDTH - NAME], hAlign="LEFT")
    drawn.setStyle(TableStyle([("LEFTPADDING", (0, 0), (-1, -1), 0), ("VALIGN", (0, 0), (-1, -1), "TOP")]))
    return drawn


def _warning(text: str) -> Table:
    drawn = grid([[words(text, style(11, SERIF_BOLD, textColor=WARNING))]], [WIDTH])
    box = [("BOX", (0, 0), (-1, -1), 1, WARNING), *(((f"{side}PADDING", (0, 0), (-1, -1), 8)) for side in SIDES)]
    drawn.setStyle(TableStyle(box))
    return drawn


def contents(title: str, headings: Sequence[tuple[str, str, str]], pages: Mapping[str, int]) -> list[Any]:
    """Each heading, with its key and number, leads to its page."""
    rows = [
        [
            words(f"{number}." if number else "", style(10.5, textColor=SOFT)),
            Paragraph(f'<a href="#{key}">{escape(printable(heading, SERIF), quote=False)}</a>', style(10.5)),
            words(str(pages.get(key, "")), style(10.5, textColor=SOFT, alignment=TA_RIGHT)),
        ]
        for key, number, heading in headings
    ]
    drawn = grid(rows, [GUTTER, WIDTH - 2 * GUTTER, GUTTER])
    drawn.setStyle(hairlines(padding=3))
    return [words(title, style(17, SERIF_BOLD)), Spacer(1, 6 * mm), drawn]


def signatures(title: str, signed: Sequence[Signed], closing: str, beginning: Any) -> list[Any]:
    """Beside each other, on one page."""
    half = (WIDTH - 6 * mm) / 2
    cells: list[Any] = [_signature(each) for each in signed]
    drawn = grid([[cells[0], "", cells[1]]], [half, 6 * mm, half])
    boxes = [("BOX", (place, 0), (place, 0), 0.75, LINE) for place in (0, 2)]
    padding = [(f"{side}PADDING", (0, 0), (-1, -1), 10) for side in SIDES]
    drawn.setStyle(TableStyle([*boxes, *padding, ("VALIGN", (0, 0), (-1, -1), "TOP")]))
    heading = words(title, style(14, SERIF_BOLD, spaceBefore=28))
    note = words(closing, style(8.5, textColor=SOFT))
    return [KeepTogether([heading, beginning, Spacer(1, 4 * mm), drawn, Spacer(1, 4 * mm), note])]


def _signature(of: Signed) -> list[Any]:
    name = (
        words(of.name, style(16, leading=24))
        if of.name is not None
        else words("\u2014", style(16, textColor=SOFT, leading=24))
    )
    side = words(of.side, style(9.5, SERIF_BOLD, textColor=SOFT))
    facts = [words(fact, style(8.5 if of.name else 11, textColor=SOFT if of.name else WARNING)) for fact in of.facts]
    return [side, Spacer(1, 5 * mm), name, rule(WIDTH / 2 - 14 * mm, 0.75, INK), Spacer(1, 2 * mm), *facts]
