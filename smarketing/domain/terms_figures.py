"""The numbers of an agreement that people adjust without touching the words around them, each with its place."""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any, NamedTuple

from smarketing.domain.criteria_fields import NUMBER_FIELDS
from smarketing.domain.terms import Terms, read_terms
from smarketing.domain.terms_faults import Path


class Unit(StrEnum):
    """What a number counts, and so how it is written: a share of 0.9 as 90 %, 240 minutes as 4 hours."""

    MINUTES = "minutes"
    SHARE = "share"
    POINTS = "points"
    COUNT = "count"
    MONTHS = "months"
    DAYS = "days"


class Figure(NamedTuple):
    """`path` leads to it from the document; `clause` is the id of the clause it belongs to, None for the whole.

    `value` is None for a limit that is not set, which only an `is_optional` one may be. `about` is the field or the
    kind of number that tells it from others of its clause.
    """

    path: Path
    clause: str | None
    unit: Unit
    value: float | None
    about: str
    is_optional: bool = False


def figures(terms: Terms) -> Iterator[Figure]:
    """In the order in which people look for them: promises first."""
    for index, clock in enumerate(terms.clocks):
        place = ("clocks", index)
        if clock.allowance_minutes is not None:
            yield Figure((*place, "allowance_minutes"), clock.id, Unit.MINUTES, clock.allowance_minutes, "allowance")
        yield Figure((*place, "objective"), clock.id, Unit.SHARE, clock.objective, "objective")
        yield Figure((*place, "at_risk_ratio"), clock.id, Unit.SHARE, clock.at_risk_ratio, "at_risk")
    for index, target in enumerate(terms.targets):
        yield Figure(("targets", index, "owed"), target.id, Unit.COUNT, target.owed, "owed")
    yield from _thresholds(terms.mql.when.model_dump(by_alias=True), ("mql", "when"), terms.mql.id)
    yield from _scoring(terms)
    yield Figure(("term_months",), None, Unit.MONTHS, terms.term_months, "term")
    yield Figure(("notice_days",), None, Unit.DAYS, terms.notice_days, "notice")


def with_figures(terms: Terms, changes: Mapping[Path, float | None]) -> Terms:
    """The same agreement with other numbers. Raises InvalidTerms for those it cannot hold."""
    document = terms.model_dump(mode="json", by_alias=True, exclude_none=True)
    for path, value in changes.items():
        place: Any = document
        for step in path[:-1]:
            place = place[step]
        if value is None:
            place.pop(path[-1], None)
        else:
            place[path[-1]] = value
    return read_terms(document)


def threshold(terms: Terms) -> Figure | None:
    """The least score that an MQL needs, the first that its criteria name; None where they ask for none."""
    named = _thresholds(terms.mql.when.model_dump(by_alias=True), ("mql", "when"), terms.mql.id)
    return next((each for each in named if each.about == "points" and each.path[-1] == "at_least"), None)


def _scoring(terms: Terms) -> Iterator[Figure]:
    scoring = terms.scoring
    yield Figure(("scoring", "fit_limit"), scoring.id, Unit.POINTS, scoring.fit_limit, "fit_limit", True)
    yield Figure(
        ("scoring", "engagement_limit"), scoring.id, Unit.POINTS, scoring.engagement_limit, "engagement_limit", True
    )
    for index, fit in enumerate(scoring.fit):
        yield Figure(("scoring", "fit", index, "points"), fit.id, Unit.POINTS, fit.points, "points")
    for index, rule in enumerate(scoring.engagement):
        yield Figure(("scoring", "engagement", index, "points"), rule.id, Unit.POINTS, rule.points, "points")


def _thresholds(rule: Any, place: Path, clause: str) -> Iterator[Figure]:
    """The scores that criteria ask for, wherever they stand in the rule."""
    if isinstance(rule, (list, tuple)):
        for index, part in enumerate(rule):
            yield from _thresholds(part, (*place, index), clause)
    elif isinstance(rule, Mapping):
        for bound in ("at_least", "at_most"):
            if rule.get("field") in NUMBER_FIELDS and bound in rule:
                yield Figure((*place, bound), clause, Unit.POINTS, rule[bound], str(rule["field"]))
        for key in ("all", "any", "not"):
            if key in rule:
                yield from _thresholds(rule[key], (*place, key), clause)
