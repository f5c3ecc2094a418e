"""Agreements to start from, as texts in the format of an agreement's file.

`simple` is ours; the others say what companies and advisers have published, each with its source in two lines.
"""

from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent
ORDER = ("simple", "pme")
"""Those that most people will want, before the published ones by name."""


@cache
def names() -> tuple[str, ...]:
    found = sorted(path.stem for path in FOLDER.glob("*.yaml"))
    return (*(name for name in ORDER if name in found), *(name for name in found if name not in ORDER))


@cache
def text(name: str) -> str:
    """The text of one of `names()`."""
    return (FOLDER / f"{name}.yaml").read_text(encoding="utf-8")


def source(name: str) -> tuple[str, str]:
    """Who published what it says, in English and in French: its first two lines. Empty for our own."""
    if name == "simple":
        return "", ""
    english, french = (line.removeprefix("# ") for line in text(name).splitlines()[:2])
    return english, french
