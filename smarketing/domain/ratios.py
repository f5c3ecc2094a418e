"""Who owes which share in the periods that hold a day, as the ratio clauses of an agreement say, and how it stands."""

from collections.abc import Iterator, Sequence
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from smarketing.domain.attainment import TOO_FEW, Share
from smarketing.domain.debts import Debtor, Hand, debtors
from smarketing.domain.periods import OF_LENGTH, Period
from smarketing.domain.terms import Terms
from smarketing.domain.terms_ratios import RatioClause

_ROUNDING = 1e-9


class Duty(NamedTuple):
    """`ramp_ratio` is the part of the least share that the ramp leaves to this person; 1 for everybody else."""

    clause: RatioClause
    period: Period
    debtor: Debtor
    ramp_ratio: float


class Standing(StrEnum):
    KEPT = "kept"
    MISSED = "missed"
    TOO_FEW = "too_few"
    NO_DATA = "no_data"


def duties(terms: Terms, day: date, hands: Sequence[Hand]) -> Iterator[Duty]:
    """In the order of the document. What is counted elsewhere is not owed here."""
    for clause in terms.ratios:
        if clause.is_measured:
            period = OF_LENGTH[clause.period](day)
            for debtor, ramp_ratio in debtors(clause.each, period, terms, hands, is_ramped=clause.is_ramped):
                yield Duty(clause, period, debtor, ramp_ratio)


def fewest(clause: RatioClause) -> int:
    """How many cases decide anything."""
    return clause.minimum_count or TOO_FEW


def standing(clause: RatioClause, share: Share, *, ramp_ratio: float = 1.0) -> Standing:
    if not share.total:
        return Standing.NO_DATA
    if share.total < fewest(clause):
        return Standing.TOO_FEW
    ratio, least = share.part / share.total, clause.least(ramp_ratio)
    is_enough = least is None or ratio >= least - _ROUNDING
    is_little = clause.at_most is None or ratio <= clause.at_most + _ROUNDING
    return Standing.KEPT if is_enough and is_little else Standing.MISSED
