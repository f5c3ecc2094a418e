"""Charts as SVG documents, drawn as on paper."""

import re

from reportlab.graphics import renderSVG

from smarketing.reports.drawings import drawing
from smarketing.reports.look import Figure
from smarketing.reports.typefaces import BODY, BOLD, load

WIDTH = 600
HEIGHTS = {"s": 150, "m": 210, "l": 300}
_FONT = re.compile(r"font-family: [^;]+;")


def svg(figure: Figure, size: str) -> str:
    """WIDTH × HEIGHTS[size] pixels on white; in the plain letters of whatever draws it."""
    load(BODY, BOLD)
    drawn: str = renderSVG.drawToString(drawing(figure, WIDTH, HEIGHTS[size]))
    return _FONT.sub("font-family: sans-serif;", drawn[drawn.index("<svg") :])
