"""Keep a file that was brought in, as UTF-8 with plain line ends, without ever holding more than a piece of it."""

import codecs
import io
import secrets
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple

from smarketing.domain import csv_format
from smarketing.domain.csv_format import HEAD_BYTES, Records, Unreadable
from smarketing.domain.errors import N_

PIECE: Final = 256 * 1024


class Stored(NamedTuple):
    """`stored_as` is its name within the folder; `size_bytes` that of what is kept, not of what came."""

    stored_as: str
    size_bytes: int
    encoding: str
    delimiter: str
    headers: list[str]


def store(
    stream: BinaryIO, folder: Path, *, limit: int, encoding: str | None = None, delimiter: str | None = None
) -> Stored:
    """Keep what can be read, and nothing of what cannot. Raises Unreadable.

    `limit` is in bytes; encoding and delimiter are found out where they are not given.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{secrets.token_hex(16)}.csv"
    try:
        encoding = _keep(stream, path, limit, encoding)
        delimiter = delimiter or _delimiter(path)
        return Stored(path.name, path.stat().st_size, encoding, delimiter, _headers(path, delimiter))
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def remove(stored_as: str, folder: Path) -> None:
    """The file, and what was noted beside it while it was read."""
    for path in folder.glob(f"{stored_as}*"):
        path.unlink(missing_ok=True)


def sample(stored_as: str, delimiter: str, folder: Path, *, count: int) -> list[list[str]]:
    """The first rows under the header, as far as they can be read."""
    rows: list[list[str]] = []
    with (folder / stored_as).open("rb") as file, suppress(Unreadable):
        records = iter(Records(file, delimiter))
        next(records)
        for record in islice(records, count):
            rows.append(record.cells)
    return rows


def _keep(stream: BinaryIO, path: Path, limit: int, encoding: str | None) -> str:
    """The encoding that it turned out to be in."""
    head = stream.read(HEAD_BYTES)
    csv_format.check_is_text(head)
    named = encoding or csv_format.marked_encoding(head)
    try:
        _rewrite(stream, path, limit, named or "utf-8")
    except UnicodeDecodeError as fault:
        if named:
            raise Unreadable(N_("The file is not in the encoding %(encoding)s."), encoding=named) from None
        with path.open("rb") as written:
            was_ascii = all(piece.isascii() for piece in iter(lambda: written.read(PIECE), b""))
        before = fault.object[: fault.start] if was_ascii else b"\xff"
        return _keep_otherwise(stream, path, limit, before)
    except LookupError:
        raise Unreadable(N_("There is no encoding called %(encoding)s."), encoding=named) from None
    return named or "utf-8"


def _keep_otherwise(stream: BinaryIO, path: Path, limit: int, before: bytes) -> str:
    encoding, errors = csv_format.fallback_encoding(before)
    try:
        _rewrite(stream, path, limit, encoding, errors)
    except UnicodeDecodeError:
        message = N_("The encoding of the file cannot be told. Save it as “CSV UTF-8” and bring that in.")
        raise Unreadable(message) from None
    return encoding


def _rewrite(stream: BinaryIO, path: Path, limit: int, encoding: str, errors: str = "strict") -> None:
    stream.seek(0)
    decoder = io.IncrementalNewlineDecoder(codecs.getincrementaldecoder(encoding)(errors), translate=True)
    with path.open("wb") as kept:
        for piece in _pieces(stream, limit):
            text = decoder.decode(piece, final=not piece)
            csv_format.check_has_no_nul(text)
            kept.write(text.encode())


def _pieces(stream: BinaryIO, limit: int) -> Iterator[bytes]:
    """Ends with an empty piece. Raises Unreadable as soon as there is more than allowed."""
    size = 0
    while piece := stream.read(PIECE):
        size += len(piece)
        if size > limit:
            message = N_(
                "The file is larger than %(limit)s MB. Split it, or leave out the columns that are not needed."
            )
            raise Unreadable(message, limit=limit // 1024 // 1024)
        yield piece
    yield b""


def _delimiter(path: Path) -> str:
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    if len(head) == HEAD_BYTES:
        head = head[: head.rfind(b"\n") + 1] or head
    return csv_format.delimiter_of(head.decode(errors="ignore"))


def _headers(path: Path, delimiter: str) -> list[str]:
    with path.open("rb") as file:
        records = iter(Records(file, delimiter))
        header = next(records, None)
        if header is None:
            raise Unreadable(N_("The file is empty."))
        headers = csv_format.headers_of(header.cells)
        if next(records, None) is None:
            raise Unreadable(N_("The file has a row of column names, but no leads under it."))
        return headers
