"""A predictor: how likely sales confirms a hand-off as an SQL, by plain numbers that were fitted to past hand-offs.

It is an aid and no part of the agreement: nothing else asks it. The log-odds are `slope * (intercept + sum of weight *
distance) + offset`, where the distance of a fact is how far it lies from its mean, in standard deviations.
"""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from math import exp, log1p
from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict


class Fact(StrEnum):
    """What is known of a lead when it is handed over."""

    FIT_POINTS = "fit_points"
    ENGAGEMENT_POINTS = "engagement_points"
    ENGAGEMENTS = "engagements"
    LAST_ENGAGED = "last_engaged"
    ARRIVED = "arrived"
    BY_HAND = "by_hand"
    AGAIN = "again"
    PERSONA = "persona"
    SOURCE = "source"
    COUNTRY = "country"
    RULE = "rule"


NUMBERS = (Fact.FIT_POINTS, Fact.ENGAGEMENT_POINTS, Fact.ENGAGEMENTS, Fact.LAST_ENGAGED, Fact.ARRIVED)
FLAGS = (Fact.BY_HAND, Fact.AGAIN)
WORDS = (Fact.PERSONA, Fact.SOURCE, Fact.COUNTRY)
_LONG_TAILED = frozenset({Fact.ENGAGEMENTS, Fact.LAST_ENGAGED, Fact.ARRIVED})
YES = "yes"


class Known(NamedTuple):
    """What was known of one lead at the moment it was handed over, and nothing that was written later.

    `numbers` are points, a count and days; None where there is none. `words` hold YES for a flag that is set and are
    empty where nothing was known; `rules` are those of the agreement that counted. `late` are facts that were written
    after the hand-over, so that what they were then is not known.
    """

    numbers: Mapping[Fact, float | None]
    words: Mapping[Fact, str]
    rules: frozenset[str] = frozenset()
    late: frozenset[Fact] = frozenset()

    def number(self, fact: Fact) -> float | None:
        number = self.numbers.get(fact)
        return log1p(max(0.0, number)) if number is not None and fact in _LONG_TAILED else number

    def has(self, fact: Fact, value: str) -> bool:
        return value in self.rules if fact is Fact.RULE else self.words.get(fact, "") == value


class Column(BaseModel):
    """A number, or, with a `value`, whether the fact is that: 1 or 0. `scale` is the standard deviation."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    fact: Fact
    value: str | None = None
    mean: float
    scale: float
    weight: float = 0.0

    def distance(self, known: Known) -> float:
        """0 where the number is not known."""
        number = known.number(self.fact) if self.value is None else float(known.has(self.fact, self.value))
        return 0.0 if number is None else (number - self.mean) / self.scale


class Spread(BaseModel):
    """How a fact was spread over the hand-offs of the training: `counts` of each bin.

    The bins of a number end at `edges`, those of words are `values` and all the others; the last is for the unknown.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    fact: Fact
    edges: tuple[float, ...] = ()
    values: tuple[str, ...] = ()
    counts: tuple[int, ...] = ()

    def bin(self, known: Known) -> int:
        if self.fact in NUMBERS:
            number = known.number(self.fact)
            return len(self.edges) + 1 if number is None else sum(number > edge for edge in self.edges)
        places = (place for place, value in enumerate(self.values) if known.has(self.fact, value))
        return next(places, len(self.values))

    def counted(self, knowns: Iterable[Known]) -> list[int]:
        counts = [0] * (len(self.edges) + 2 if self.fact in NUMBERS else len(self.values) + 1)
        for known in knowns:
            counts[self.bin(known)] += 1
        return counts


class Predictor(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    form: Literal[1] = 1
    columns: tuple[Column, ...]
    intercept: float
    slope: float
    offset: float
    spreads: tuple[Spread, ...] = ()

    def log_odds(self, known: Known) -> float:
        total = sum(column.weight * column.distance(known) for column in self.columns)
        return self.slope * (self.intercept + total) + self.offset

    def chance(self, known: Known) -> float:
        return probability(self.log_odds(known))

    @property
    def usual(self) -> float:
        """The chance of a lead whose every fact is the average one."""
        return probability(self.slope * self.intercept + self.offset)


class Reason(NamedTuple):
    """What one fact does to the chance; `rule` is the rule of the agreement that it is about, if any.

    `points` (0.12 is 12 points) is how much lower the chance would be with the average in its place.
    """

    fact: Fact
    rule: str | None
    log_odds: float
    points: float


def reasons(predictor: Predictor, known: Known) -> list[Reason]:
    """The facts by how much they matter; their log-odds add up to what parts the chance from the usual one."""
    parts: dict[tuple[Fact, str | None], float] = {}
    for column in predictor.columns:
        about = (column.fact, column.value if column.fact is Fact.RULE else None)
        part = predictor.slope * column.weight * column.distance(known)
        parts[about] = parts.get(about, 0.0) + part
    total = predictor.log_odds(known)
    found = [Reason(*about, part, probability(total) - probability(total - part)) for about, part in parts.items()]
    return sorted(found, key=lambda reason: -abs(reason.log_odds))


def probability(log_odds: float) -> float:
    if log_odds >= 0:
        return 1 / (1 + exp(-log_odds))
    odds = exp(log_odds)
    return odds / (1 + odds)


def matrix(columns: Sequence[Column], knowns: Iterable[Known]) -> list[list[float]]:
    """The distances of each, in the order of the columns."""
    return [[column.distance(known) for column in columns] for known in knowns]
