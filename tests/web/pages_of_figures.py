"""Reading a page with figures as its reader does: tiles, tables and what the charts are drawn from."""

import json
import re
from html import unescape
from typing import Any

TAG = re.compile(r"<[^>]+>")
TOKEN = re.compile(r"var\(--[a-z0-9-]+\)")


def text(html: str) -> str:
    return " ".join(unescape(TAG.sub(" ", html)).split())


def tiles(page: str) -> dict[str, dict[str, str]]:
    """By label, each part of a tile: value, basis, verdict, trend."""
    found = {}
    for tile in re.findall(r'<article class="figure">(.*?)</article>', page, re.S):
        parts = re.findall(r'<(?:h2|p) class="figure-(\w+)[^>]*>(.*?)</(?:h2|p)>', tile, re.S)
        told = {name: text(inner) for name, inner in parts}
        found[told.pop("label")] = told
    return found


def charts(page: str) -> dict[str, dict[str, Any]]:
    """By the id of its section, what a chart is drawn from."""
    islands = re.findall(r'<script type="application/json" id="([\w-]+)-figure">(.*?)</script>', page, re.S)
    return {name: json.loads(island) for name, island in islands}


def in_plain_colours(figure: dict[str, Any]) -> dict[str, Any]:
    """As the browser gives it to Plotly, which knows no tokens."""
    resolved: dict[str, Any] = json.loads(TOKEN.sub("#123456", json.dumps(figure)))
    return resolved


def rows(page: str, caption: str) -> list[list[str]]:
    """The body and the foot of the table with this caption, cell by cell."""
    for table in re.findall(r"<table.*?</table>", page, re.S):
        if f">{caption}</caption>" in unescape(table):
            lines = re.findall(r"<tr>(.*?)</tr>", table.partition("</thead>")[2], re.S)
            return [[text(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", line, re.S)] for line in lines]
    raise AssertionError(f"no table is called {caption}")
