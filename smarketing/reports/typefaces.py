"""The letters of our papers: faces for figures and for contracts, and what to do with letters they lack."""

from functools import cache
from pathlib import Path
from typing import Any, Final

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

BODY: Final = "Vera"
BOLD: Final = "VeraBd"
SERIF: Final = "SourceSerifPro-Regular"
SERIF_BOLD: Final = "SourceSerifPro-Semibold"
SERIF_ITALIC: Final = "SourceSerifPro-It"
LETTERS: Final = Path(__file__).parent / "letters"
INSTEAD: Final = {"\u202f": "\u00a0", "′": "'", "\u2011": "-"}


@cache
def _face(name: str) -> Any:
    """Known to the PDF library from then on. Those of figures come with it, those of contracts with us."""
    ours = LETTERS / f"{name}.ttf"
    pdfmetrics.registerFont(TTFont(name, str(ours) if ours.exists() else f"{name}.ttf"))
    return pdfmetrics.getFont(name).face


def load(*names: str) -> None:
    """A style may name these faces from now on."""
    for name in names:
        _face(name)


def printable(text: str, face: str = BODY) -> str:
    """The same words with letters that the face has; those of other scripts become a question mark."""
    known = _face(face).charToGlyph
    told = "".join(letter if ord(letter) in known else INSTEAD.get(letter, letter) for letter in text)
    return "".join(letter if ord(letter) in known or letter == "\n" else "?" for letter in told)
