"""The charts on paper: the same plain data that the page gives to Plotly, drawn as vectors in colours for print."""

from collections.abc import Callable, Sequence
from datetime import datetime
from html import unescape
from typing import Any, Final, NamedTuple

from reportlab.graphics.shapes import Circle, Drawing, Line, Polygon, PolyLine, Rect, String
from reportlab.lib.colors import Color, HexColor
from reportlab.pdfbase.pdfmetrics import stringWidth

from smarketing.reports.look import Figure, Part, round_steps
from smarketing.reports.typefaces import BODY, printable

TOKENS: Final = {
    "--chart-1": "#1b5fdc",
    "--chart-2": "#9cc0f7",
    "--chart-3": "#136c43",
    "--chart-4": "#c77a1c",
    "--chart-5": "#7d8796",
    "--step-1": "#dde4ee",
    "--step-2": "#b3ccf6",
    "--step-3": "#6d9cf0",
    "--step-4": "#1b5fdc",
    "--step-5": "#136c43",
    "--ink": "#181d25",
    "--ink-soft": "#545e6d",
    "--surface": "#ffffff",
    "--sunken": "#f0f2f5",
    "--canvas": "#f6f7f9",
    "--state-overdue": "#b3181d",
}
GRID, SOFT = HexColor("#e4e7ec"), HexColor("#545e6d")
SIZE = 7.0
DASHES: Final[dict[str, list[float] | None]] = {"solid": None, "dash": [4, 3], "dot": [1.2, 2.2]}


class Axis(NamedTuple):
    """From the least to the most, in the units of `number`, onto points of the paper."""

    least: float
    most: float
    start: float
    end: float
    places: Sequence[str] | None
    ticks: Sequence[tuple[Any, str]]

    def number(self, value: Any) -> float:
        if self.places is not None:
            return float(self.places.index(str(value))) if str(value) in self.places else -1.0
        return _number(value)

    def at(self, value: Any) -> float:
        return self.start + (self.number(value) - self.least) / ((self.most - self.least) or 1) * (
            self.end - self.start
        )


def drawing(figure: Figure, width: float, height: float) -> Drawing:
    """The chart in a box of so many points."""
    layout, data = figure["layout"], figure["data"]
    names = [text for _at, text in _ticks(layout.get("yaxis", {}), data, "y")]
    left = 6 + max((_width(line) for name in names for line in name.split("\n")), default=16)
    notes = [each for each in layout.get("annotations", []) if each.get("xref") == "paper"]
    right = 8 + max((_width(line) for each in notes for line in _text(each["text"]).split("\n")), default=0)
    top = 22 if layout.get("showlegend") or _is_on_top(layout) or _words_above(layout) else 8
    x = _axis(layout.get("xaxis", {}), data, "x", left, width - right)
    y = _axis(layout.get("yaxis", {}), data, "y", 18.0 if not _is_on_top(layout) else 4.0, height - top)
    drawn = Drawing(width, height)
    _grid(drawn, layout, x, y, height)
    for shape in layout.get("shapes", []):
        _shape(drawn, shape, x, y)
    _traces(drawn, layout, data, x, y)
    for each in layout.get("annotations", []):
        _note(drawn, each, x, y)
    if layout.get("showlegend"):
        _legend(drawn, data, left, height - 9)
    return drawn


def _is_on_top(layout: Part) -> bool:
    return bool(layout.get("xaxis", {}).get("side") == "top")


def _words_above(layout: Part) -> bool:
    return any(each.get("yref") == "paper" for each in layout.get("annotations", []))


def _axis(axis: Part, data: Sequence[Part], name: str, start: float, end: float) -> Axis:
    ticks = _ticks(axis, data, name)
    if axis.get("type") == "category":
        places = [str(at) for at, _text in ticks]
        if axis.get("autorange") == "reversed":
            start, end = end, start
        return Axis(-0.5, len(places) - 0.5, start, end, places, ticks)
    least, most = (_number(each) for each in axis["range"])
    return Axis(least, most, start, end, None, ticks)


def _ticks(axis: Part, data: Sequence[Part], name: str) -> list[tuple[Any, str]]:
    if axis.get("showticklabels") is False:
        return []
    if "tickvals" in axis:
        return [(at, _text(text)) for at, text in zip(axis["tickvals"], axis["ticktext"], strict=True)]
    if axis.get("type") == "category":
        return [(each, str(each)) for each in data[0][name]]
    if "range" in axis and axis.get("type") != "date":
        steps = round_steps(float(axis["range"][1]) / 1.15)
        return [(step, f"{step:,.0f}".replace(",", " ")) for step in steps]
    return []


def _grid(drawn: Drawing, layout: Part, x: Axis, y: Axis, height: float) -> None:
    if y.places is None:
        for at, _text in y.ticks:
            drawn.add(Line(x.start, y.at(at), x.end, y.at(at), strokeColor=GRID, strokeWidth=0.5))
    for at, text in x.ticks:
        base = height - 9 if _is_on_top(layout) else 8
        for number, words in enumerate(text.split("\n")):
            _write(drawn, x.at(at), base - number * 7, words, anchor="middle")
    for at, text in y.ticks:
        lines = text.split("\n")
        for number, words in enumerate(lines):
            _write(
                drawn, min(x.start, x.end) - 4, y.at(at) - 2.5 + (len(lines) - 1) * 4 - number * 8, words, anchor="end"
            )


def _traces(drawn: Drawing, layout: Part, data: Sequence[Part], x: Axis, y: Axis) -> None:
    ends: dict[Any, float] = {}
    before: list[tuple[float, float]] = []
    for trace in data:
        if trace["type"] == "bar":
            _bars(drawn, trace, x, y, ends if layout.get("barmode") == "stack" else {})
        elif trace["type"] == "heatmap":
            _heat(drawn, trace, x, y)
        else:
            before = _line(drawn, trace, x, y, before)


def _bars(drawn: Drawing, trace: Part, x: Axis, y: Axis, ends: dict[Any, float]) -> None:
    """`ends` is where each place's bars have got to so far, in a stack."""
    is_across = trace.get("orientation") == "h"
    along, across = (x, y) if is_across else (y, x)
    values, places = (trace["x"], trace["y"]) if is_across else (trace["y"], trace["x"])
    thick = abs(across.end - across.start) / max(1, len(places)) * 0.62
    colours = trace["marker"]["color"]
    for number, (value, place) in enumerate(zip(values, places, strict=True)):
        base = ends.get(place, 0.0)
        start, end = along.at(base), along.at(base + (value or 0))
        ends[place] = base + (value or 0)
        middle = across.at(place) - thick / 2
        colour = _colour(colours if isinstance(colours, str) else colours[number])
        box = (start, middle, end - start, thick) if is_across else (middle, start, thick, end - start)
        drawn.add(Rect(*box, fillColor=colour, strokeColor=None, strokeWidth=0))
        if trace.get("text"):
            _write(drawn, end + 3, across.at(place) - 2.5, _text(trace["text"][number]))
    _whiskers(drawn, trace, x, y)


def _line(
    drawn: Drawing, trace: Part, x: Axis, y: Axis, before: list[tuple[float, float]]
) -> list[tuple[float, float]]:
    """The points it went through; a fill reaches back to those of the trace before."""
    points = [
        (x.at(at), y.at(value)) for at, value in zip(trace["x"], trace["y"], strict=True) if None not in (at, value)
    ]
    pen = trace.get("line", {})
    path = _stepped(points) if str(pen.get("shape", "")).startswith("hv") else points
    if trace.get("fill") == "tonexty" and before and path:
        outline = [coordinate for point in [*before, *reversed(path)] for coordinate in point]
        drawn.add(Polygon(outline, fillColor=_colour(trace["fillcolor"]), strokeColor=None, strokeWidth=0))
    if "lines" in trace.get("mode", "") and pen.get("width", 2) and len(path) > 1:
        dash = DASHES.get(pen.get("dash", "solid"))
        flat = [coordinate for point in path for coordinate in point]
        stroke = {"strokeColor": _colour(pen["color"]), "strokeWidth": pen.get("width", 2) * 0.7}
        drawn.add(PolyLine(flat, strokeDashArray=dash, **stroke))
    _whiskers(drawn, trace, x, y)
    if "markers" in trace.get("mode", ""):
        _markers(drawn, trace, points)
    return path


def _stepped(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    path = list(points[:1])
    for at, value in points[1:]:
        path += [(at, path[-1][1]), (at, value)]
    return path


def _markers(drawn: Drawing, trace: Part, points: Sequence[tuple[float, float]]) -> None:
    marker = trace.get("marker", {})
    symbol = marker.get("symbol", "circle")
    told = [number for number, value in enumerate(trace["y"]) if value is not None and trace["x"][number] is not None]
    for number, (at, value) in zip(told, points, strict=True):
        if symbol in ("line-ns", "line-ew"):
            ends = (at, value - 8, at, value + 8) if symbol == "line-ns" else (at - 8, value, at + 8, value)
            drawn.add(Line(*ends, strokeColor=_colour("var(--ink)"), strokeWidth=1.8))
            continue
        fill = _of(marker.get("color", "var(--chart-1)"), number)
        edge = _of(marker.get("line", {}).get("color", "var(--chart-1)"), number)
        radius = float(_of(marker.get("size", 7), number)) * 0.32
        drawn.add(Circle(at, value, radius, fillColor=_colour(fill), strokeColor=_colour(edge), strokeWidth=1))


def _whiskers(drawn: Drawing, trace: Part, x: Axis, y: Axis) -> None:
    for name in ("error_x", "error_y"):
        if name not in trace:
            continue
        error = trace[name]
        for number, (at, value) in enumerate(zip(trace["x"], trace["y"], strict=True)):
            if at is None or value is None:
                continue
            low, high = error["arrayminus"][number], error["array"][number]
            if name == "error_x":
                ends = (x.at(at - low), y.at(value), x.at(at + high), y.at(value))
            else:
                ends = (x.at(at), y.at(value - low), x.at(at), y.at(value + high))
            drawn.add(Line(*ends, strokeColor=_colour(error["color"]), strokeWidth=1.4))


def _heat(drawn: Drawing, trace: Part, x: Axis, y: Axis) -> None:
    wide, tall = abs(x.end - x.start) / len(trace["x"]), abs(y.end - y.start) / len(trace["y"])
    low, high = HexColor(TOKENS["--surface"]), HexColor(TOKENS["--step-3"])
    for row, cells in enumerate(trace["z"]):
        for column, value in enumerate(cells):
            middle, level = x.at(trace["x"][column]), y.at(trace["y"][row])
            part = min(1.0, (value or 0) / trace["zmax"])
            mixed = Color(*(a + (b - a) * part for a, b in zip(low.rgb(), high.rgb(), strict=True)))
            fill = _colour("var(--sunken)") if value is None else mixed
            box = (middle - wide / 2 + 1, level - tall / 2 + 1, wide - 2, tall - 2)
            drawn.add(Rect(*box, fillColor=fill, strokeColor=None, strokeWidth=0))
            _write(drawn, middle, level - 2.5, _text(trace["text"][row][column]), anchor="middle")


def _place(shape: Part, name: str, axis: Axis) -> float:
    value = shape[name]
    if shape.get(f"{name[0]}ref") == "paper":
        return axis.start + float(value) * (axis.end - axis.start)
    return axis.at(value)


def _shape(drawn: Drawing, shape: Part, x: Axis, y: Axis) -> None:
    x0, x1, y0, y1 = _place(shape, "x0", x), _place(shape, "x1", x), _place(shape, "y0", y), _place(shape, "y1", y)
    if shape["type"] == "rect":
        drawn.add(Rect(x0, y0, x1 - x0, y1 - y0, fillColor=_colour(shape["fillcolor"]), strokeColor=None))
        return
    dash = DASHES.get(shape["line"].get("dash", "solid"))
    drawn.add(Line(x0, y0, x1, y1, strokeColor=SOFT, strokeWidth=0.7, strokeDashArray=dash))


def _note(drawn: Drawing, note: Part, x: Axis, y: Axis) -> None:
    at, level = _place(note, "x", x) + note.get("xshift", 0), _place(note, "y", y)
    if note.get("yref") == "paper" and note.get("yanchor") == "bottom":
        level += 4
    anchor = {"right": "end", "left": "start"}.get(note.get("xanchor", ""), "middle")
    for number, words in enumerate(_text(note["text"]).split("\n")):
        _write(drawn, at, level - 2.5 + note.get("yshift", 0) * 0.6 - number * 8, words, anchor=anchor)


def _legend(drawn: Drawing, data: Sequence[Part], left: float, level: float) -> None:
    at = left
    for trace in data:
        if not trace.get("name"):
            continue
        colour = _of(trace["marker"].get("color", "var(--ink)"), 0)
        drawn.add(Rect(at, level, 6, 6, fillColor=_colour(colour), strokeColor=None, strokeWidth=0))
        words = _text(trace["name"])
        _write(drawn, at + 9, level + 0.5, words)
        at += 21 + _width(words)


def _write(drawn: Drawing, x: float, y: float, words: str, *, anchor: str = "start") -> None:
    drawn.add(String(x, y, printable(words), fontName=BODY, fontSize=SIZE, fillColor=SOFT, textAnchor=anchor))


def _width(words: str) -> float:
    measure: Callable[[str, str, float], float] = stringWidth
    return measure(printable(words), BODY, SIZE)


def _text(plain: str) -> str:
    return unescape(str(plain).replace("<br>", "\n"))


def _of(value: Any, number: int) -> Any:
    return value if isinstance(value, (str, int, float)) else value[number]


def _colour(token: str) -> Color:
    return HexColor(TOKENS.get(token.removeprefix("var(").removesuffix(")"), "#7d8796"))


def _number(value: Any) -> float:
    """An instant or a day as days; a number as it is."""
    if not isinstance(value, str):
        return float(value)
    at = datetime.fromisoformat(value)
    return at.toordinal() + at.hour / 24
