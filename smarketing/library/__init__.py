"""Agreements to start from, as texts in the format of an agreement's file."""

from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent


@cache
def names() -> tuple[str, ...]:
    return tuple(sorted(path.stem for path in FOLDER.glob("*.yaml")))


@cache
def text(name: str) -> str:
    """The text of one of `names()`."""
    return (FOLDER / f"{name}.yaml").read_text(encoding="utf-8")
