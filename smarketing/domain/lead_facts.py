"""The facts of a lead as somebody types them: read like the cells of a file, but for what nobody can see."""

import unicodedata
from collections.abc import Mapping
from typing import Final

from smarketing.domain.cells import READERS
from smarketing.domain.errors import DomainError, InvalidInput

_INVISIBLE: Final = frozenset({"Cc", "Cs"})
"""Control characters and halves of characters, which nobody types and no database likes."""


def read(typed: Mapping[str, str]) -> dict[str, str]:
    """The facts that are not empty. Raises InvalidInput naming the first that is too long, or is no e-mail address."""
    facts = {name: _read(name, text) for name, text in typed.items()}
    return {name: text for name, text in facts.items() if text}


def _read(name: str, text: str) -> str:
    visible = "".join(" " if unicodedata.category(letter) in _INVISIBLE else letter for letter in text)
    try:
        return READERS[name](" ".join(visible.split()))
    except DomainError as fault:
        raise InvalidInput(name, fault.message, **fault.params) from None
