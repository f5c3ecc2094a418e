"""What a theme of the report shows."""

from collections.abc import Sequence
from typing import NamedTuple

from smarketing.web.sections.section import Section
from smarketing.web.tiles import Tile


class Page(NamedTuple):
    """`threshold` is the agreed one where the page speaks of others."""

    tiles: Sequence[Tile]
    sections: Sequence[Section]
    threshold: int | None = None
