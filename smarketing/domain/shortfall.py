"""What keeps a verdict from holding: of its stored reasons those that would have to change, and by how much."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from smarketing.domain.criteria_words import ANY_HOLDS, HOLDS_NOT

Line = Sequence[Any]
"""held, asked, params, found, depth: a Reason as stored with a score."""


class Lack(NamedTuple):
    """One criterion at fault. `must_hold` is False for one that holds and must not.

    `is_choice` is one of several of which one suffices. `short_by` is None where there is nothing to count.
    """

    line: Line
    must_hold: bool
    is_choice: bool
    short_by: int | None


def lacks(lines: Sequence[Line]) -> list[Lack]:
    """In the order of the rule; empty for a verdict that holds."""
    return list(_lacks(lines, 0, must_hold=True, is_choice=False)) if lines else []


def _lacks(lines: Sequence[Line], index: int, *, must_hold: bool, is_choice: bool) -> Iterator[Lack]:
    line = lines[index]
    held, asked, params, found, _depth = line
    if held is must_hold:
        return
    parts = list(_parts(lines, index))
    if not parts:
        yield Lack(line, must_hold, is_choice, _short_by(params, found) if must_hold else None)
        return
    if asked == HOLDS_NOT:
        must_hold = not must_hold
    else:
        is_choice = is_choice or (len(parts) > 1 and (asked == ANY_HOLDS) is must_hold)
    for part in parts:
        yield from _lacks(lines, part, must_hold=must_hold, is_choice=is_choice)


def _parts(lines: Sequence[Line], index: int) -> Iterator[int]:
    """The lines directly under this one."""
    depth = lines[index][4]
    for below in range(index + 1, len(lines)):
        if lines[below][4] <= depth:
            return
        if lines[below][4] == depth + 1:
            yield below


def _short_by(params: Mapping[str, Any], found: Any) -> int | None:
    """How many points or engagements are missing to the bound."""
    bound = params.get("bound", params.get("count"))
    return bound - found if isinstance(bound, int) and isinstance(found, int) and bound > found else None
