"""What a predictor is trained on: the earlier hand-offs, the later ones held out, and when it is better refused.

What came is whether sales confirmed the hand-off as an SQL. Which facts are used is decided by how common they are
and never by what came: ten hand-offs of the rarer outcome for each are needed, or chance would be learnt by heart.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from math import sqrt
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict

from smarketing.domain.accuracy import roc_auc
from smarketing.domain.predictor import FLAGS, NUMBERS, WORDS, YES, Column, Fact, Known, Spread

TRAINED_ON = 0.7
"""The earlier share of the hand-offs; the rest is held out."""
FEWEST, FEWEST_HELD_OUT = 50, 20
"""Hand-offs needed of either outcome."""
FOR_EACH_FACT = 10
MOST_FACTS = 40
FEWEST_ALIKE = 20
"""A value that fewer have, or lack, is not looked at."""
TOO_GOOD = 0.98
"""A fact that alone ranks better than this knows what came."""
MOST_LATE = 0.05
BINS = 5
_PLACES = {fact: place for place, fact in enumerate(Fact)}


class Case(NamedTuple):
    """A hand-off whose outcome is known; `points` are those of the score it was handed over with."""

    handoff_id: int
    offered_at: datetime
    known: Known
    points: int | None
    came: bool


class Split(NamedTuple):
    earlier: Sequence[Case]
    held_out: Sequence[Case]


class Cause(StrEnum):
    TOO_FEW = "too_few"
    TOO_FEW_HELD_OUT = "too_few_held_out"
    NOTHING_VARIES = "nothing_varies"
    KNOWS_TOO_MUCH = "knows_too_much"
    WRITTEN_LATER = "written_later"
    NOT_INSTALLED = "not_installed"


class Refusal(BaseModel):
    """Why nothing is trained; `fact` and `value` name what is suspected, the numbers say by how much."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    cause: Cause
    fact: Fact | None = None
    value: str | None = None
    came: int = 0
    total: int = 0
    area: float | None = None


def split(cases: Sequence[Case]) -> Split:
    """By time, since a predictor is asked about leads that come after those it knows."""
    ordered = sorted(cases, key=lambda case: (case.offered_at, case.handoff_id))
    count = int(len(ordered) * TRAINED_ON)
    return Split(ordered[:count], ordered[count:])


def refusals(parts: Split, columns: Sequence[Column], left_out: Iterable[Fact] = ()) -> list[Refusal]:
    """All there is against training on these; nothing when it can be done."""
    found = _too_few(parts)
    return found or [*_written_later(parts, set(left_out)), *_known_too_well(parts.earlier, columns)]


def _too_few(parts: Split) -> list[Refusal]:
    found = []
    for cause, cases, fewest in (
        (Cause.TOO_FEW, parts.earlier, FEWEST),
        (Cause.TOO_FEW_HELD_OUT, parts.held_out, FEWEST_HELD_OUT),
    ):
        came = sum(case.came for case in cases)
        if min(came, len(cases) - came) < fewest:
            found.append(Refusal(cause=cause, came=came, total=len(cases)))
    return found


def _written_later(parts: Split, left_out: set[Fact]) -> list[Refusal]:
    cases = [*parts.earlier, *parts.held_out]
    late = Counter(fact for case in cases for fact in case.known.late if fact not in left_out)
    return [
        Refusal(cause=Cause.WRITTEN_LATER, fact=fact, came=count, total=len(cases))
        for fact, count in sorted(late.items())
        if count > MOST_LATE * len(cases)
    ]


def _known_too_well(cases: Sequence[Case], columns: Sequence[Column]) -> list[Refusal]:
    if not columns:
        return [Refusal(cause=Cause.NOTHING_VARIES, total=len(cases))]
    came = [case.came for case in cases]
    found = []
    for column in columns:
        area = roc_auc([column.distance(case.known) for case in cases], came)
        if area is not None and max(area, 1 - area) > TOO_GOOD:
            told = {"fact": column.fact, "value": column.value, "area": max(area, 1 - area)}
            found.append(Refusal(cause=Cause.KNOWS_TOO_MUCH, total=len(cases), **told))
    return found


def candidates(cases: Sequence[Case], left_out: Iterable[Fact] = ()) -> list[Column]:
    """Numbers first, then whatever parts the hand-offs most evenly; without weights as yet."""
    without, knowns = set(left_out), [case.known for case in cases]
    numbers = [_of_number(fact, knowns) for fact in NUMBERS if fact not in without]
    shares = [_of_share(fact, value, count, len(knowns)) for fact, value, count in _values(knowns, without)]
    even = sorted((column for column in shares if column), key=lambda column: (-column.scale, _PLACES[column.fact]))
    return [column for column in numbers if column] + _distinct(even, knowns)


def _distinct(shares: Sequence[Column], knowns: Sequence[Known]) -> list[Column]:
    """Without those that part the hand-offs as one before them does, such as a persona and the rule for it."""
    seen: dict[tuple[bool, ...], Column] = {}
    for column in shares:
        parted = tuple(column.distance(known) > 0 for known in knowns)
        if parted not in seen and tuple(not is_so for is_so in parted) not in seen:
            seen[parted] = column
    return list(seen.values())


def affordable(found: Sequence[Column], cases: Sequence[Case]) -> list[Column]:
    """As many as there are outcomes for."""
    came = sum(case.came for case in cases)
    return list(found[: min(MOST_FACTS, min(came, len(cases) - came) // FOR_EACH_FACT)])


def _of_number(fact: Fact, knowns: Sequence[Known]) -> Column | None:
    numbers = [number for known in knowns if (number := known.number(fact)) is not None]
    if not numbers:
        return None
    mean = sum(numbers) / len(numbers)
    scale = sqrt(sum((number - mean) ** 2 for number in numbers) / len(numbers))
    return Column(fact=fact, mean=mean, scale=scale) if scale > 1e-9 else None


def _values(knowns: Sequence[Known], without: set[Fact]) -> list[tuple[Fact, str, int]]:
    counts: Counter[tuple[Fact, str]] = Counter()
    for known in knowns:
        counts.update((fact, value) for fact in FLAGS if (value := known.words.get(fact, "")))
        counts.update((fact, known.words.get(fact, "")) for fact in WORDS)
        counts.update((Fact.RULE, rule) for rule in known.rules)
    return [(fact, value, count) for (fact, value), count in sorted(counts.items()) if fact not in without]


def _of_share(fact: Fact, value: str, count: int, total: int) -> Column | None:
    if min(count, total - count) < FEWEST_ALIKE:
        return None
    mean = count / total
    return Column(fact=fact, value=value, mean=mean, scale=sqrt(mean * (1 - mean)))


def spreads(chosen: Sequence[Column], cases: Sequence[Case]) -> tuple[Spread, ...]:
    """How the facts of these columns were spread, to see later whether they still are."""
    knowns = [case.known for case in cases]
    rules = [Spread(fact=Fact.RULE, values=(column.value,)) for column in chosen if _is_rule(column) and column.value]
    facts = dict.fromkeys(column.fact for column in chosen if not _is_rule(column))
    blank = [_blank(fact, chosen, knowns) for fact in facts] + rules
    return tuple(each.model_copy(update={"counts": tuple(each.counted(knowns))}) for each in blank)


def _blank(fact: Fact, chosen: Sequence[Column], knowns: Sequence[Known]) -> Spread:
    if fact in NUMBERS:
        numbers = sorted(number for known in knowns if (number := known.number(fact)) is not None)
        edges = {numbers[len(numbers) * place // BINS] for place in range(1, BINS)} - {numbers[-1]}
        return Spread(fact=fact, edges=tuple(sorted(edges)))
    if fact in FLAGS:
        return Spread(fact=fact, values=(YES,))
    values = dict.fromkeys(column.value for column in chosen if column.fact is fact and column.value is not None)
    return Spread(fact=fact, values=tuple(values))


def _is_rule(column: Column) -> bool:
    return column.fact is Fact.RULE
