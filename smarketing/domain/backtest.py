"""The same leads judged over past days by two versions, compared: the version in force, and a draft of another.

Each lead counts once, at its first MQL in the time looked at. What sales made of it is known only where it was handed
over in fact, under whichever agreement; nobody knows what would have become of the others.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from enum import StrEnum
from math import ceil
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict

from smarketing.domain.attainment import Share
from smarketing.domain.pasts import Made
from smarketing.domain.periods import Period, local_day, week_of

MOST_BANDS = 8
BAND_WIDTHS = (5, 10, 20, 25, 50, 100, 250, 500, 1000)


class Fate(StrEnum):
    """Whom the draft gains and loses against the version in force."""

    GAINED = "gained"
    LOST = "lost"
    BOTH = "both"


class Outcome(NamedTuple):
    """What sales made of a lead that was handed over."""

    is_answered: bool
    is_accepted: bool
    is_won: bool


class Case(NamedTuple):
    """One lead that is an MQL under the version in force (`base`), the draft, or both; `outcome` None: not handed
    over."""

    base: Made | None
    draft: Made | None
    outcome: Outcome | None

    @property
    def fate(self) -> Fate:
        if self.base is None:
            return Fate.GAINED
        return Fate.BOTH if self.draft else Fate.LOST


class Value(BaseModel):
    model_config = ConfigDict(frozen=True)


class Tally(Value):
    """MQLs, and how many of them were handed over, answered, accepted and won in fact."""

    mqls: int = 0
    handed: int = 0
    answered: int = 0
    accepted: int = 0
    won: int = 0

    @property
    def acceptance(self) -> Share:
        return Share(self.accepted, self.answered)

    @property
    def winning(self) -> Share:
        """Won so far of those handed over."""
        return Share(self.won, self.handed)


class Week(Value):
    starts_on: date
    base: int
    draft: int


class Band(Value):
    """MQLs by their points when they became one, `low` to `high` inclusive."""

    low: int
    high: int
    base: Tally
    draft: Tally


class Load(Value):
    """One rep's part of the MQLs by today's shares; `most_a_week` is None without an agreed limit."""

    user_id: int
    share: float
    most_a_week: float | None


class Comparison(Value):
    """`base_stock` and `draft_stock` are MQLs on the first day, of leads known before: no week counts them."""

    weeks: tuple[Week, ...]
    base_stock: int
    draft_stock: int
    base: Tally
    draft: Tally
    gained: Tally
    lost: Tally
    both: Tally
    sooner: int
    """Of both, those the draft makes an MQL earlier."""
    later: int
    bands: tuple[Band, ...]
    loads: tuple[Load, ...]

    def of(self, fate: Fate) -> Tally:
        return {Fate.GAINED: self.gained, Fate.LOST: self.lost, Fate.BOTH: self.both}[fate]

    @property
    def working_weeks(self) -> int:
        return len(self.weeks)


class _Counter:
    def __init__(self) -> None:
        self.mqls = self.handed = self.answered = self.accepted = self.won = 0

    def add(self, outcome: Outcome | None) -> None:
        self.mqls += 1
        if outcome:
            self.handed += 1
            self.answered += outcome.is_answered
            self.accepted += outcome.is_accepted
            self.won += outcome.is_won

    def tally(self) -> Tally:
        return Tally.model_construct(**vars(self))


def compare(
    cases: Iterable[Case], period: Period, points: tuple[int, int] | None, loads: Sequence[Load], *, zone: str
) -> Comparison:
    """Count the cases in one pass. `points` are the fewest and the most that any of them had, None without cases."""
    weeks = {week.starts_on: [0, 0] for week in period.weeks()}
    bounds = list(bands(*points)) if points else []
    low, width = (bounds[0][0], bounds[0][1] - bounds[0][0] + 1) if bounds else (0, 1)
    by_band = [(_Counter(), _Counter()) for _bound in bounds]
    sides, fates = (_Counter(), _Counter()), {fate: _Counter() for fate in Fate}
    stock, shifted = [0, 0], [0, 0]
    for case in cases:
        fates[case.fate].add(case.outcome)
        for side, made in enumerate((case.base, case.draft)):
            if made is None:
                continue
            sides[side].add(case.outcome)
            by_band[(made.points - low) // width][side].add(case.outcome)
            if made.is_stock:
                stock[side] += 1
            else:
                weeks[week_of(local_day(made.at, zone)).starts_on][side] += 1
        if case.base and case.draft and case.base.at != case.draft.at:
            shifted[case.draft.at > case.base.at] += 1
    return Comparison(
        weeks=tuple(Week(starts_on=day, base=base, draft=draft) for day, (base, draft) in weeks.items()),
        base_stock=stock[0],
        draft_stock=stock[1],
        base=sides[0].tally(),
        draft=sides[1].tally(),
        gained=fates[Fate.GAINED].tally(),
        lost=fates[Fate.LOST].tally(),
        both=fates[Fate.BOTH].tally(),
        sooner=shifted[0],
        later=shifted[1],
        bands=tuple(
            Band(low=bound[0], high=bound[1], base=base.tally(), draft=draft.tally())
            for bound, (base, draft) in zip(bounds, by_band, strict=True)
        ),
        loads=tuple(loads),
    )


def bands(fewest: int, most: int) -> Iterator[tuple[int, int]]:
    """Equally wide ranges in which people count, at most eight, that hold all points between the two."""
    width = next((each for each in BAND_WIDTHS if most // each - fewest // each < MOST_BANDS), None)
    width = width or ceil((most - fewest + 1) / MOST_BANDS)
    first = fewest - fewest % width
    for low in range(first, most + 1, width):
        yield low, low + width - 1
