"""The nearest changes that would make a lead an MQL: one more engagement, several, or a fact that is not known yet.

Each is tried on the lead as it stands, so that rests, limits, groups and thresholds have their say.
"""

from collections.abc import Iterator
from datetime import timedelta
from itertools import combinations
from typing import Final, NamedTuple

from smarketing.domain.criteria import Contains, Criterion, Engaged, OneOf, Present, walk
from smarketing.domain.criteria_fields import ANY_KIND, DERIVED_TEXTS, is_text
from smarketing.domain.facts import Facts, text_of, with_engagements
from smarketing.domain.scoring import Scorer
from smarketing.domain.terms import Terms

MOST: Final = 5
MOST_ALIKE: Final = 4
MOST_KINDS_PAIRED: Final = 25
_A_MOMENT: Final = timedelta(milliseconds=1)


class Change(NamedTuple):
    """`kinds` are engagements to come, today; `field` is a fact to learn, of which `option` is one that would do (None
    for any). `points` is the score it would lead to."""

    kinds: tuple[str, ...]
    field: str | None
    option: str | None
    points: int


def nearest(scorer: Scorer, facts: Facts) -> list[Change]:
    """Single steps where there are some, else two together, else several alike; at most MOST, with least points first.

    Nothing for a lead that meets the criteria, and where no such change is enough.
    """
    if scorer.score(facts).is_mql:
        return []
    for candidates in (_single(scorer.terms, facts), _pairs(scorer.terms), _alike(scorer.terms)):
        changes = [
            change for kinds, field, option in candidates if (change := _tried(scorer, facts, kinds, field, option))
        ]
        if changes:
            return sorted(changes, key=lambda change: (len(change.kinds), change.points, change.kinds))[:MOST]
    return []


_Candidate = tuple[tuple[str, ...], str | None, str | None]


def _single(terms: Terms, facts: Facts) -> Iterator[_Candidate]:
    for kind in _kinds(terms):
        yield (kind,), None, None
    for field, option in _unknown(terms, facts):
        yield (), field, option


def _pairs(terms: Terms) -> Iterator[_Candidate]:
    for pair in combinations(_kinds(terms)[:MOST_KINDS_PAIRED], 2):
        yield pair, None, None
    yield from (((kind, kind), None, None) for kind in _kinds(terms))


def _alike(terms: Terms) -> Iterator[_Candidate]:
    for kind in _kinds(terms):
        for count in range(3, MOST_ALIKE + 1):
            yield (kind,) * count, None, None


def _tried(
    scorer: Scorer, facts: Facts, kinds: tuple[str, ...], field: str | None, option: str | None
) -> Change | None:
    acts = [(kind, facts.now - place * _A_MOMENT) for place, kind in enumerate(kinds)]
    values = facts.values if field is None else {**facts.values, field: option or "?"}
    score = scorer.score(with_engagements(facts._replace(values=values), [*facts.engagements, *acts]))
    return Change(kinds, field, option, score.points) if score.is_mql else None


def _kinds(terms: Terms) -> list[str]:
    """The kinds that give points or that the criteria ask for, in the order of the document."""
    given = [rule.engagement for rule in terms.scoring.engagement if rule.points > 0]
    asked = [rule.engagement for rule in _rules(terms, "mql") if isinstance(rule, Engaged)]
    return [kind for kind in dict.fromkeys((*given, *asked)) if kind != ANY_KIND]


def _unknown(terms: Terms, facts: Facts) -> Iterator[tuple[str, str | None]]:
    """Facts that rules ask for and nobody knows of this lead, with a value that a rule looks for."""
    seen = set()
    for rule in (*_rules(terms, "scoring"), *_rules(terms, "mql"), *_rules(terms, "personas")):
        match rule:
            case OneOf(field=field, one_of=(option, *_)) | Contains(field=field, contains=(option, *_)):
                wanted: tuple[str, str | None] = field, option
            case Present(field=field, present=True):
                wanted = field, None
            case _:
                continue
        is_given = is_text(field) and field not in DERIVED_TEXTS and field != "persona"
        if is_given and wanted not in seen and not text_of(facts, field):
            seen.add(wanted)
            yield wanted


def _rules(terms: Terms, section: str) -> Iterator[Criterion]:
    for path, clause in terms.placed_clauses:
        if path[0] == section:
            for name in ("when", "criteria"):
                if (rule := getattr(clause, name, None)) is not None:
                    yield from walk(rule)
