"""A version of the agreement as a PDF file: cover, contents, numbered clauses and signatures.

At the foot of every page stand the version, its digest and which page of how many it is; what has not been signed says
so across every page. The same version always gives the same bytes.
"""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any, Final, NamedTuple

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth as measure
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, PageBreak, PageTemplate

from smarketing.reports import contract_clauses, contract_cover
from smarketing.reports.contract_clauses import Chapter
from smarketing.reports.contract_cover import Cover, Signed
from smarketing.reports.contract_style import GUTTER, LINE, SOFT, STAMP, WIDTH
from smarketing.reports.typefaces import SERIF, SERIF_BOLD, printable

MARGIN: Final = 25 * mm
TOP: Final = 22 * mm
BOTTOM: Final = 23 * mm
FOOT: Final = 12 * mm
FOOT_SIZE: Final = 8
MOST_PASSES: Final = 4


class Contract(NamedTuple):
    """`stamp` is a word to print across what binds nobody, `foot` stands on every page before its number."""

    cover: Cover
    contents: str
    chapters: Sequence[Chapter]
    signatures: str
    signed: Sequence[Signed]
    closing: str
    foot: str
    stamp: str
    page_of: Callable[[int, int], str]
    language: str


@dataclass
class Placed:
    """On which page each chapter begins, and how many pages there are: known once it has been laid out."""

    pages: dict[str, int] = field(default_factory=dict)
    total: int = 0


def as_pdf(contract: Contract) -> bytes:
    """Laid out until the page numbers it prints are those it has."""
    known = Placed()
    for _pass in range(MOST_PASSES):
        printed, found = _laid_out(contract, known)
        if found == known:
            break
        known = found
    return printed


def _laid_out(contract: Contract, known: Placed) -> tuple[bytes, Placed]:
    file, found = BytesIO(), Placed()
    about = {"title": contract.cover.title, "subject": contract.foot, "lang": contract.language}
    document = BaseDocTemplate(file, pagesize=A4, invariant=True, **about)

    def dressed(canvas: Any, page: Any) -> None:
        _stamp(canvas, contract.stamp)
        _foot(canvas, contract, page.page, known.total)

    room = Frame(MARGIN, BOTTOM, A4[0] - 2 * MARGIN, A4[1] - TOP - BOTTOM, 0, 0, 0, 0)
    document.addPageTemplates(PageTemplate(frames=[room], onPage=dressed))
    document.build(_story(contract, known, found))
    found.total = document.page
    return file.getvalue(), found


def _story(contract: Contract, known: Placed, found: Placed) -> list[Any]:
    headings = [(chapter.id, chapter.number, chapter.heading) for chapter in contract.chapters]
    headings.append(("signatures", "", contract.signatures))
    story = [*contract_cover.cover(contract.cover), PageBreak()]
    story += [*contract_cover.contents(contract.contents, headings, known.pages), PageBreak()]
    for chapter in contract.chapters:
        beginning = _Beginning(chapter.id, f"{chapter.number}. {chapter.heading}", found)
        story += contract_clauses.chapter(chapter, beginning)
    end = _Beginning("signatures", contract.signatures, found)
    return [*story, *contract_cover.signatures(contract.signatures, contract.signed, contract.closing, end)]


class _Beginning(Flowable):  # type: ignore[misc] # the library has no types
    """Takes no room: where links to a chapter lead, its line of the outline, and what notes its page."""

    def __init__(self, key: str, heading: str, found: Placed) -> None:
        super().__init__()
        self.key, self.heading, self.found = key, heading, found
        self.keepWithNext = True

    def wrap(self, _width: float, _height: float) -> tuple[float, float]:
        return 0, 0

    def draw(self) -> None:
        self.found.pages[self.key] = self.canv.getPageNumber()
        self.canv.bookmarkHorizontal(self.key, 0, 12 * mm)
        self.canv.addOutlineEntry(self.heading, self.key)


def _foot(canvas: Any, contract: Contract, page: int, total: int) -> None:
    width = A4[0]
    canvas.saveState()
    canvas.setStrokeColor(LINE)
    canvas.setLineWidth(0.5)
    canvas.line(MARGIN, FOOT + 5 * mm, width - MARGIN, FOOT + 5 * mm)
    canvas.setFont(SERIF, FOOT_SIZE)
    canvas.setFillColor(SOFT)
    canvas.drawString(MARGIN, FOOT, _shortened(printable(contract.foot, SERIF), WIDTH - 2 * GUTTER))
    canvas.drawRightString(width - MARGIN, FOOT, printable(contract.page_of(page, total), SERIF))
    canvas.restoreState()


def _shortened(text: str, width: float) -> str:
    """Cut where a long title would run into the number of the page."""
    if measure(text, SERIF, FOOT_SIZE) <= width:
        return text
    kept = bisect_right(range(1, len(text)), width, key=lambda end: measure(f"{text[:end]}…", SERIF, FOOT_SIZE))
    return f"{text[:kept].rstrip()}…"


def _stamp(canvas: Any, word: str) -> None:
    """Across the page, behind its words."""
    if not word:
        return
    told, size = printable(word, SERIF_BOLD), 96.0
    canvas.saveState()
    canvas.translate(A4[0] / 2, A4[1] / 2)
    canvas.rotate(52)
    size = min(size, size * (A4[1] - 4 * GUTTER) * 0.9 / canvas.stringWidth(told, SERIF_BOLD, size))
    canvas.setFont(SERIF_BOLD, size)
    canvas.setFillColor(STAMP)
    canvas.drawCentredString(0, -size / 3, told)
    canvas.restoreState()
