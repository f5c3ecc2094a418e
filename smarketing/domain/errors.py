"""Errors whose message may be shown to a user.

A message is an English msgid with named parameters, so that an edge can show it in the reader's language;
`str(error)` is the English sentence.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple


def N_(message: str) -> str:
    """Mark a msgid for the translation catalogue without translating it here."""
    return message


class Phrase(NamedTuple):
    """A part of a message that is itself a msgid with its parameters."""

    message: str
    params: Mapping[str, Any] = MappingProxyType({})

    def __str__(self) -> str:
        return self.message % dict(self.params) if self.params else self.message


class DomainError(Exception):
    """A rule said no. The edges show it as a message (pages) or as a problem document (API)."""

    def __init__(self, message: str, **params: Any) -> None:
        self.message = message
        self.params = params
        super().__init__(message % params if params else message)


class InvalidInput(DomainError):
    """A value that cannot be accepted; `field` names the form field or column at fault."""

    def __init__(self, field: str, message: str, **params: Any) -> None:
        self.field = field
        super().__init__(message, **params)


class NotAllowed(DomainError):
    """The actor may not do this to this thing."""


class Conflict(DomainError):
    """Somebody or something else was quicker, or the thing has moved on."""


class IllegalMove(Conflict):
    """The lead's stage does not allow this move."""


class Missing(DomainError):
    """Something that the operation needs does not exist, such as an agreement in force."""
