"""The facts of a lead as somebody types them: what is taken, and what cannot be."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Final

from smarketing.domain.countries import country_code
from smarketing.domain.errors import N_, InvalidInput
from smarketing.domain.importing import TEXT_LIMITS

_EMAIL: Final = re.compile(r"[^\s@]+@[^\s@.]+(\.[^\s@.]+)+")
_INVISIBLE: Final = frozenset({"Cc", "Cs"})
"""Control characters and halves of characters, which nobody types and no database likes."""


def read(typed: Mapping[str, str]) -> dict[str, str]:
    """The facts that are not empty. Raises InvalidInput naming the first that is too long, or is no e-mail address."""
    facts = {name: _read(name, text) for name, text in typed.items()}
    if (email := facts.get("email")) and not _EMAIL.fullmatch(email):
        raise InvalidInput("email", N_("“%(email)s” is not an e-mail address."), email=email[:60])
    if country := facts.get("country"):
        facts["country"] = country_code(country)
    return {name: text for name, text in facts.items() if text}


def _read(name: str, text: str) -> str:
    visible = "".join(" " if unicodedata.category(letter) in _INVISIBLE else letter for letter in text)
    written = " ".join(visible.split())
    if len(written) > TEXT_LIMITS[name]:
        raise InvalidInput(name, N_("This is too long: %(limit)s characters at most."), limit=TEXT_LIMITS[name])
    return written
