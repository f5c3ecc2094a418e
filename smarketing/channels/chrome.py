"""Pictures of drawings by a Chrome at hand, since mail readers show no SVG.

A drawing in an image fetches nothing and runs no script.
"""

import logging
import os
import shutil
import subprocess
from collections.abc import Sequence
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, NamedTuple

from PIL import Image

NAMES: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
NONE: Final = "none"
LONGEST: Final = 40.0
"""Seconds after which it is given up: an e-mail is sent without pictures rather than late."""
SCALE: Final = 2
SWITCHES: Final = (
    "--headless=new --disable-gpu --hide-scrollbars --no-first-run --disable-extensions --disable-sync"
    " --disable-background-networking --disable-component-update"
).split()

log = logging.getLogger(__name__)


class Drawing(NamedTuple):
    """An SVG document and its size in pixels."""

    svg: str
    width: int
    height: int


def at_hand(setting: str) -> str | None:
    """The path of the Chrome that is set, else of one that is installed; None where there is none, or `none` is set."""
    if setting == NONE:
        return None
    found = (shutil.which(name) for name in ([setting] if setting else NAMES))
    return next((path for path in found if path), None)


@lru_cache(maxsize=16)  # many recipients read the same report
def pictures(chrome: str, drawings: tuple[Drawing, ...]) -> tuple[bytes, ...]:
    """Each as a PNG, SCALE times as fine as its size; none at all when Chrome does not make them in time."""
    with TemporaryDirectory(prefix="smarketing-") as folder:
        try:
            return _cut(_photograph(chrome, drawings, Path(folder)), drawings)
        except (OSError, subprocess.SubprocessError) as error:
            log.warning("no pictures for an e-mail: %s", type(error).__name__)
            return ()


def _photograph(chrome: str, drawings: Sequence[Drawing], folder: Path) -> Path:
    """All of them below each other: to start Chrome takes longer than to draw."""
    images = []
    for number, (svg, width, height) in enumerate(drawings):
        (folder / f"{number}.svg").write_text(svg, encoding="utf-8")
        images.append(f'<img src="{number}.svg" width="{width}" height="{height}" style="display:block">')
    page, picture = folder / "page.html", folder / "page.png"
    page.write_text(f'<!doctype html><meta charset="utf-8"><body style="margin:0">{"".join(images)}', encoding="utf-8")
    size = f"{max(each.width for each in drawings)},{sum(each.height for each in drawings)}"
    asked = [f"--window-size={size}", f"--force-device-scale-factor={SCALE}", f"--user-data-dir={folder / 'profile'}"]
    if os.geteuid() == 0:
        asked.append("--no-sandbox")  # as root Chrome has none; what it is shown is our own drawing
    command = [chrome, *SWITCHES, *asked, f"--screenshot={picture}", page.as_uri()]
    subprocess.run(command, check=True, timeout=LONGEST, capture_output=True)  # noqa: S603 - nothing of it is typed by anybody
    return picture


def _cut(picture: Path, drawings: Sequence[Drawing]) -> tuple[bytes, ...]:
    found, top = [], 0
    with Image.open(picture) as whole:
        for drawing in drawings:
            height = drawing.height * SCALE
            part, file = whole.crop((0, top, drawing.width * SCALE, top + height)), BytesIO()
            part.convert("P", palette=Image.Palette.ADAPTIVE).save(file, "PNG", optimize=True)
            found.append(file.getvalue())
            top += height
    return tuple(found)
