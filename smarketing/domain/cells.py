"""What one cell of a file says: text, an e-mail address, a country, an amount, a kind of engagement.

Nothing is computed: a formula stays the text it is. Each reader raises a DomainError that says what is wrong.
"""

import re
import unicodedata
from collections.abc import Callable
from typing import Final

from smarketing.domain.countries import country_code
from smarketing.domain.dispositions import parse_amount
from smarketing.domain.errors import N_, DomainError
from smarketing.domain.importing import TEXT_LIMITS, folded
from smarketing.domain.terms_faults import KIND_PATTERN

Read = Callable[[str], str]

_EMAIL: Final = re.compile(r"""[^\s@,;:<>()\[\]"\\]+@[^\s@.,;:<>()\[\]"\\]+(?:\.[^\s@.,;:<>()\[\]"\\]+)+""")
_APART: Final = re.compile(r"[^a-z0-9-]+")
_KIND: Final = re.compile(KIND_PATTERN)
_CURRENCY: Final = re.compile(r"^(?:[A-Z]{3}|\W?[$€£¥])\s*|\s*(?:[A-Z]{3}|[$€£¥])$")
_NO_CENTS: Final = re.compile(r"[.,]0+$")


class Unfit(DomainError):
    """The cell cannot be taken as the field it is mapped to."""


def text_reader(limit: int) -> Read:
    """Reads text of at most so many characters."""

    def read(cell: str) -> str:
        text = cell.strip() if cell.isprintable() else _visible(cell)
        if len(text) > limit:
            message = N_("This is too long: %(count)s characters of at most %(limit)s.")
            raise Unfit(message, count=len(text), limit=limit)
        return text

    return read


def _visible(cell: str) -> str:
    """On one line. Raises Unfit for what nobody can see, such as NUL."""
    text = " ".join(cell.split())
    for letter in text:
        if unicodedata.category(letter) in ("Cc", "Cs"):
            message = N_("This holds the control character %(code)s. Remove it.")
            raise Unfit(message, code=f"U+{ord(letter):04X}")
    return text


def _email_reader() -> Read:
    text = text_reader(TEXT_LIMITS["email"])
    fits = _EMAIL.fullmatch

    def read(cell: str) -> str:
        email = text(cell).removeprefix("mailto:")
        if email and not fits(email):
            raise Unfit(N_("“%(email)s” is not an e-mail address."), email=email[:60])
        return email

    return read


def _phone_reader() -> Read:
    text = text_reader(TEXT_LIMITS["phone"])
    return lambda cell: text(cell).removeprefix("p:")  # as Meta's lead ads have it


def _country_reader() -> Read:
    text = text_reader(TEXT_LIMITS["country"])
    return lambda cell: country_code(text(cell))


READERS: Final[dict[str, Read]] = {name: text_reader(limit) for name, limit in TEXT_LIMITS.items()} | {
    "email": _email_reader(),
    "phone": _phone_reader(),
    "country": _country_reader(),
}
"""How each text fact of a lead is read."""


def amount_cents(cell: str) -> int:
    """With or without the sign of a currency."""
    return parse_amount(_NO_CENTS.sub("", _CURRENCY.sub("", " ".join(cell.split()))))


def engagement_kind(cell: str) -> str:
    """The kind as the agreement writes it: “Demo request” is demo_request."""
    kind = _APART.sub("_", folded(cell)).strip("_")
    if not _KIND.match(kind):
        message = N_(
            "“%(kind)s” is no kind of engagement: it starts with a letter and holds only letters, digits, - and _."
        )
        raise Unfit(message, kind=cell[:60])
    return kind
