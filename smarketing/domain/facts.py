"""What is known of one lead at one instant, and how a criterion reads it. Nothing known is None, or empty text."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from smarketing.domain.criteria_fields import ANY_KIND, email_domain

Value = str | int | datetime | None
Engagement = tuple[str, datetime]
"""Its kind, and when."""


class Recycling(NamedTuple):
    """A lead was sent back to nurture. `mql_at` is when it had become an MQL, `by_hand` whether a marketer said so."""

    at: datetime
    mql_at: datetime
    by_hand: bool


class Facts(NamedTuple):
    """`by_kind` is None until the engagements are `settled`; whoever gives others takes `with_engagements`."""

    values: Mapping[str, Value]
    engagements: Sequence[Engagement]
    now: datetime
    recycled: Sequence[Recycling] = ()
    by_kind: Mapping[str, Sequence[datetime]] | None = None


def settled(facts: Facts) -> Facts:
    """With the engagements that have happened, each once, and the instants of each kind and of any, ascending."""
    return facts if facts.by_kind is not None else with_engagements(facts, facts.engagements)


def with_engagements(facts: Facts, engagements: Iterable[Engagement]) -> Facts:
    """With these of which the facts' own instant knows, settled."""
    now = facts.now
    known = sorted({act for act in engagements if act[1] <= now})
    by_kind: dict[str, list[datetime]] = {}
    for kind, at in known:
        if kind in by_kind:
            by_kind[kind].append(at)
        else:
            by_kind[kind] = [at]
    if known:
        by_kind[ANY_KIND] = sorted([at for _kind, at in known])
    return Facts(facts.values, known, now, facts.recycled, by_kind)


def text_of(facts: Facts, field: str) -> str:
    if field == "email_domain":
        return email_domain(_written(facts.values.get("email")))
    return _written(facts.values.get(field))


def number_of(facts: Facts, field: str) -> int | None:
    """A number, or a text that is a whole one of at most 15 digits."""
    value = facts.values.get(field)
    if isinstance(value, str):
        return whole_number(value)
    return None if isinstance(value, datetime) else value


def whole_number(text: str | None) -> int | None:
    """None for what is no whole number of at most 15 digits."""
    return int(text) if text is not None and _WHOLE_NUMBER.fullmatch(text) else None


def instant_of(facts: Facts, field: str) -> datetime | None:
    if field == "last_engaged_at":
        instants = _instants(facts, ANY_KIND)
        return instants[-1] if instants else None
    value = facts.values.get(field)
    return value if isinstance(value, datetime) else None


def value_of(facts: Facts, field: str) -> Value:
    """What was found, to be told."""
    if field == "email_domain":
        return text_of(facts, field) or None
    return instant_of(facts, field) if field == "last_engaged_at" else facts.values.get(field)


def engaged_count(facts: Facts, kind: str, within_days: int | None) -> int:
    """How often until now, after `within_days` times 24 hours ago; the same kind at the same instant counts once."""
    if not facts.engagements:
        return 0
    instants = _instants(facts, kind)
    if not within_days:
        return len(instants)
    return len(instants) - bisect_right(instants, facts.now - timedelta(days=within_days))


def _instants(facts: Facts, kind: str) -> Sequence[datetime]:
    return (settled(facts).by_kind or {}).get(kind, ())


def _written(value: Value) -> str:
    return "" if value is None else str(value)


_WHOLE_NUMBER = re.compile(r"\s*[+-]?[0-9]{1,15}\s*")
