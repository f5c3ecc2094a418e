"""An e-mail of which a copy came in: to whom it went, when, and whether a person wrote it."""

from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import getaddresses
from typing import Final, NamedTuple

LONGEST_ID: Final = 250
LONGEST_SUBJECT: Final = 200
_BULK: Final = frozenset({"bulk", "list", "junk", "auto_reply"})


class Mail(NamedTuple):
    """`recipients` are lower-case; `sent_at` is None where the mail does not say it in a way that can be read."""

    message_id: str
    subject: str
    recipients: frozenset[str]
    sent_at: datetime | None
    is_automatic: bool
    """An answering machine or a mailing sent it (RFC 3834), so nobody was in touch."""


def read(raw: bytes) -> Mail:
    """Whatever has come: what cannot be read is empty."""
    message = BytesParser(policy=policy.default).parsebytes(raw, headersonly=True)
    assert isinstance(message, EmailMessage)  # noqa: S101 - the default policy makes no other
    return Mail(
        _header(message, "message-id")[:LONGEST_ID],
        _header(message, "subject")[:LONGEST_SUBJECT],
        _recipients(message),
        _sent_at(message),
        _is_automatic(message),
    )


def _header(message: EmailMessage, name: str) -> str:
    """On one line, without what nobody can see."""
    try:
        text = str(message.get(name, ""))
    except (ValueError, IndexError, AttributeError, TypeError):  # the parser breaks on some that are malformed
        return ""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def _recipients(message: EmailMessage) -> frozenset[str]:
    written = [_header(message, name) for name in ("to", "cc")]
    return frozenset(address.lower() for _name, address in getaddresses(written) if "@" in address)


def _sent_at(message: EmailMessage) -> datetime | None:
    try:
        at: datetime | None = message["date"].datetime
        return None if at is None or at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, AttributeError, OverflowError, TypeError, IndexError):
        return None


def _is_automatic(message: EmailMessage) -> bool:
    submitted = _header(message, "auto-submitted").partition(";")[0].strip().lower()
    if submitted not in ("", "no"):
        return True
    return _header(message, "precedence").lower() in _BULK or bool(_header(message, "list-id"))
