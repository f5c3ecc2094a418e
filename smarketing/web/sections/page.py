"""What a theme of the report shows."""

from collections.abc import Sequence
from typing import NamedTuple

from smarketing.web.sections.section import Section
from smarketing.web.tiles import Tile


class Page(NamedTuple):
    tiles: Sequence[Tile]
    sections: Sequence[Section]
