"""What has changed between two versions, provision by provision and word by word."""

import re
from collections.abc import Mapping
from difflib import SequenceMatcher
from typing import NamedTuple

from smarketing.domain.terms import Terms
from smarketing.web.contract import provisions
from smarketing.web.provisions import Provision

SAME, ADDED, REMOVED = "same", "added", "removed"
LONGEST_STRETCH, NEAR = 8, 2
"""In lines: what is cut in the middle, and what is kept on either side."""
WORD = re.compile(r"\s+|[\w’'-]+|[^\w\s]")


class Difference(NamedTuple):
    """`words` are pairs of "same", "added" or "removed" and text; `kind` is that of the provision as a whole."""

    id: str
    heading: str
    kind: str
    words: list[tuple[str, str]]


def differences(old: Terms, new: Terms, team_names: Mapping[str, str]) -> list[Difference]:
    """In the order of the new version; what it no longer has stands where it stood."""
    before, after = ({each.id: each for each in provisions(terms, team_names)} for terms in (old, new))
    found = (_difference(before.get(key), after.get(key)) for key in _merged(list(before), list(after)))
    return [difference for difference in found if difference is not None]


def word_diff(old: str, new: str) -> list[tuple[str, str]]:
    before, after = WORD.findall(old), WORD.findall(new)
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    pairs: list[tuple[str, str]] = []
    for kind, old_from, old_to, new_from, new_to in matcher.get_opcodes():
        if kind == "equal":
            pairs.append((SAME, "".join(before[old_from:old_to])))
            continue
        pairs.append((REMOVED, "".join(before[old_from:old_to])))
        pairs.append((ADDED, "".join(after[new_from:new_to])))
    return [(kind, text) for kind, text in pairs if text]


def _difference(old: Provision | None, new: Provision | None) -> Difference | None:
    if old is None and new is not None:
        return Difference(new.id, new.heading, ADDED, [(ADDED, new.plain)] if new.plain else [])
    if old is not None and new is None:
        return Difference(old.id, old.heading, REMOVED, [(REMOVED, old.plain)] if old.plain else [])
    if old is None or new is None or (old.heading, old.plain) == (new.heading, new.plain):
        return None
    words = word_diff(old.plain, new.plain)
    if old.heading != new.heading:
        words = [*word_diff(old.heading, new.heading), (SAME, "\n"), *words]
    return Difference(new.id, new.heading, "changed", [(kind, shortened(text, kind)) for kind, text in words])


def shortened(text: str, kind: str) -> str:
    """Long stretches that are the same keep the lines that stand next to a change."""
    lines = text.split("\n")
    if kind != SAME or len(lines) <= LONGEST_STRETCH:
        return text
    return "\n".join([*lines[:NEAR], "…", *lines[-NEAR:]])


def _merged(old: list[str], new: list[str]) -> list[str]:
    """Both orders in one: keys of the old that are gone stay behind the key they followed."""
    merged: list[str] = []
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for _kind, old_from, old_to, new_from, new_to in matcher.get_opcodes():
        merged += [key for key in old[old_from:old_to] if key not in new]
        merged += new[new_from:new_to]
    return merged
