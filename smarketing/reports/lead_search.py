"""Leads found by words: each word that is asked for begins one of the lead's, accents and case aside."""

import re
from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, false, func, or_, select

from smarketing.db import db, is_postgresql
from smarketing.domain.importing import words_of
from smarketing.domain.twins import phone_key
from smarketing.models.leads import Lead

MOST_WORDS = 8
_PHONE = re.compile(r"\+?[0-9][0-9 ().\-/]*[ ().\-/][0-9 ().\-/]*")
"""Digits with a space or a mark between them; digits alone may be an id."""
COMMON = 2_000
"""From so many matches on, walking the list in its order finds a page sooner than gathering all of them."""


def words(text: str) -> list[str]:
    """What is asked for, a telephone number as one; for a text of signs alone the text itself, which no lead has."""
    if _PHONE.fullmatch(text.strip()) and (phone := phone_key(text)):
        return [phone]
    return words_of(text)[:MOST_WORDS] or text.split()[:1]


def found_by(asked: Sequence[str]) -> ColumnElement[bool]:
    """True of leads that have all of these words."""
    if not all(word.isalnum() for word in asked):
        return false()
    if is_postgresql():
        return Lead.has_words_on_postgresql(asked)
    matching = Lead.has_words_on_sqlite(asked)
    some = matching.limit(COMMON + 1).subquery()
    if (db.session.scalar(select(func.count()).select_from(some)) or 0) <= COMMON:
        return Lead.id.in_(matching)
    return and_(*(_begins(word) for word in asked))


def _begins(word: str) -> ColumnElement[bool]:
    return or_(Lead.search_text.startswith(word), Lead.search_text.contains(f" {word}"))
