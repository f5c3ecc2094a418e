"""Which leads the earlier rows of a file have spoken of: a bit per lead, and a file beside it to begin again from.

The first row of a file that states a fact wins, however far down the next one is.
"""

from array import array
from collections.abc import Iterable
from pathlib import Path
from typing import Final

_INTEGER: Final = "q"


class Spoken:
    """`before` is the place in the file where reading goes on; what was noted from there on does not count."""

    def __init__(self, path: Path, *, before: int) -> None:
        self._bits = bytearray()
        self._file = path.open("r+b" if before and path.exists() else "w+b")
        self._restore(before)

    def close(self) -> None:
        self._file.close()

    def __contains__(self, lead_id: object) -> bool:
        if not isinstance(lead_id, int):
            return False
        byte = lead_id >> 3
        return byte < len(self._bits) and bool(self._bits[byte] >> (lead_id & 7) & 1)

    def note(self, lead_ids: Iterable[int], *, place: int) -> None:
        """The rows that begin at this place spoke of these leads; to be called before they are committed."""
        ids = array(_INTEGER, lead_ids)
        self._file.write(array(_INTEGER, (place, len(ids))).tobytes() + ids.tobytes())
        self._file.flush()
        self._set(ids)

    def _restore(self, before: int) -> None:
        while (end := self._file.tell()) >= 0:
            head = array(_INTEGER, self._file.read(16)[:16]) if self._has(16) else None
            if head is None or head[0] >= before or not self._has(head[1] * 8):
                break
            self._set(array(_INTEGER, self._file.read(head[1] * 8)))
        self._file.seek(end)
        self._file.truncate()

    def _has(self, count: int) -> bool:
        here = self._file.tell()
        size = self._file.seek(0, 2)
        self._file.seek(here)
        return size - here >= count

    def _set(self, lead_ids: Iterable[int]) -> None:
        bits = self._bits
        for lead_id in lead_ids:
            byte = lead_id >> 3
            if byte >= len(bits):
                bits.extend(bytes(byte - len(bits) + 1))
            bits[byte] |= 1 << (lead_id & 7)
