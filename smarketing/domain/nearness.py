"""Which inquiries are near the threshold of an MQL, so that a marketer should look at them."""

from collections.abc import Iterator
from typing import Final

from smarketing.domain.criteria import AtLeast, Criterion, Not, parts

NEAR: Final = 15
"""So many points below the threshold is near."""


def near_from(rule: Criterion) -> int | None:
    """The points from which on an inquiry is near; None for criteria that ask for no number of points."""
    bounds = list(_bounds(rule))
    return min(bounds) - NEAR if bounds else None


def _bounds(rule: Criterion) -> Iterator[int]:
    if isinstance(rule, AtLeast) and rule.field == "points":
        yield rule.at_least
    if not isinstance(rule, Not):
        for part in parts(rule):
            yield from _bounds(part)
