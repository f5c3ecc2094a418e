"""The letters of our papers: a face that comes with the PDF library, and what to do with letters it lacks."""

from functools import cache
from typing import Any, Final

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

BODY: Final = "Vera"
BOLD: Final = "VeraBd"
INSTEAD: Final = {"\u202f": "\u00a0", "′": "'", "\u2011": "-"}


@cache
def _face() -> Any:
    for name in (BODY, BOLD):
        pdfmetrics.registerFont(TTFont(name, f"{name}.ttf"))
    return pdfmetrics.getFont(BODY).face


def printable(text: str) -> str:
    """The same words with letters that the face has; those of other scripts become a question mark."""
    known = _face().charToGlyph
    told = "".join(INSTEAD.get(letter, letter) for letter in text)
    return "".join(letter if ord(letter) in known or letter == "\n" else "?" for letter in told)
