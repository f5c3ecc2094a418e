"""What is known of one lead at one instant, and how a criterion reads it. Nothing known is None, or empty text."""

import re
from collections.abc import Mapping, Sequence
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
    values: Mapping[str, Value]
    engagements: Sequence[Engagement]
    now: datetime
    recycled: Sequence[Recycling] = ()


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
        return max((at for _kind, at in facts.engagements if at <= facts.now), default=None)
    value = facts.values.get(field)
    return value if isinstance(value, datetime) else None


def value_of(facts: Facts, field: str) -> Value:
    """What was found, to be told."""
    if field == "email_domain":
        return text_of(facts, field) or None
    return instant_of(facts, field) if field == "last_engaged_at" else facts.values.get(field)


def engaged_count(facts: Facts, kind: str, within_days: int | None) -> int:
    """How often until now, after `within_days` times 24 hours ago; the same kind at the same instant counts once."""
    since = facts.now - timedelta(days=within_days) if within_days else None
    return len(
        {
            known
            for known in facts.engagements
            if (kind in (known[0], ANY_KIND)) and known[1] <= facts.now and (since is None or known[1] > since)
        }
    )


def _written(value: Value) -> str:
    return "" if value is None else str(value)


_WHOLE_NUMBER = re.compile(r"\s*[+-]?[0-9]{1,15}\s*")
