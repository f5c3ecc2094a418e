"""How the examples of an agreement came out, for the pages that show them."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from flask_babel import gettext

from smarketing.domain.clause_tests import Tried, tried
from smarketing.domain.errors import N_, Phrase
from smarketing.domain.scores import (
    ENGAGEMENT_FLOOR,
    ENGAGEMENT_LIMIT,
    FIT_FLOOR,
    FIT_LIMIT,
    TOTAL_FLOOR,
    TOTAL_LIMIT,
)
from smarketing.domain.terms import Terms
from smarketing.domain.verdicts import Reason
from smarketing.web.words import in_language, sentence

BOUNDS = {
    FIT_LIMIT: N_("Limit for fit"),
    FIT_FLOOR: N_("Floor for fit"),
    ENGAGEMENT_LIMIT: N_("Limit for engagement"),
    ENGAGEMENT_FLOOR: N_("Floor for engagement"),
    TOTAL_LIMIT: N_("Limit of all points"),
    TOTAL_FLOOR: N_("Floor of all points"),
}


class Trial(NamedTuple):
    """One example: what was expected and what came, in words, and why. `piece` is where it is edited."""

    id: str
    piece: str
    about: str
    title: str
    held: bool
    expected: str
    found: str
    reasons: Sequence[Reason]
    parts: Sequence[tuple[str, int]]


def of(terms: Terms) -> Mapping[str, Trial]:
    """By the id of the example."""
    titles = {clause.id: in_language(clause.title) for clause in terms.clauses()}
    titles |= {key: gettext(words) for key, words in BOUNDS.items()}
    return {each.example.id: _trial(each, titles) for each in tried(terms)}


def _trial(came: Tried, titles: Mapping[str, str]) -> Trial:
    return Trial(
        came.example.id,
        came.piece,
        came.clause.id,
        in_language(came.example.title),
        came.held,
        _said(came.expected),
        _said(came.found),
        came.reasons,
        [(titles.get(part.rule, part.rule), part.points) for part in came.parts if part.points],
    )


def _said(phrase: Phrase) -> str:
    return sentence(phrase.message, phrase.params)
