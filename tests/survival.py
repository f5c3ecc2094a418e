"""Kaplan and Meier's product, instant by instant, in exact fractions: what the quick one of the domain must equal."""

from collections.abc import Iterable
from fractions import Fraction
from itertools import groupby


def by_product(answered: Iterable[int], waiting: Iterable[int], level: Fraction) -> int | None:
    """The first instant at which no more than 1 - `level` are left; None when that is not reached."""
    cases = sorted([*((at, "answered") for at in answered), *((at, "waiting") for at in waiting)])
    surviving, at_risk = Fraction(1), len(cases)
    for instant, together in groupby(cases, lambda case: case[0]):
        kinds = [kind for _at, kind in together]
        surviving *= 1 - Fraction(kinds.count("answered"), at_risk)
        if surviving <= 1 - level and "answered" in kinds:
            return instant
        at_risk -= len(kinds)
    return None
