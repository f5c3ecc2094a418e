"""Who owes which volume in the periods that hold a day, as the count clauses of an agreement say."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final, NamedTuple

from smarketing.domain.calendars import compiled
from smarketing.domain.periods import OF_LENGTH, Period
from smarketing.domain.terms import Terms
from smarketing.domain.terms_targets import CountClause


class Debtor(NamedTuple):
    """Who owes a volume: a person, all of a team (by its key), or with neither the side as a whole."""

    user_id: int | None = None
    team: str | None = None


WHOLE: Final = Debtor()


class Hand(NamedTuple):
    """Somebody who works hand-offs: their team by its key, and the day they began."""

    user_id: int
    team: str
    started_on: date


class Debt(NamedTuple):
    """`ramp_ratio` is the share of the clause's volume that the ramp leaves to this person; 1 for everybody else."""

    clause: CountClause
    period: Period
    debtor: Debtor
    ramp_ratio: float
    owed: int


def debts(terms: Terms, day: date, hands: Sequence[Hand]) -> Iterator[Debt]:
    """In the order of the document. What is counted elsewhere is not owed here, nor is a day off."""
    for clause in terms.targets:
        period = OF_LENGTH[clause.period](day)
        if clause.is_measured and not _is_day_off(clause, period, terms):
            yield from _of_clause(clause, period, terms, hands)


def teams_at_work(terms: Terms) -> frozenset[str]:
    """The teams that hand-offs go to."""
    return frozenset({terms.handoff.team, *(route.team for route in terms.routes if route.team)})


def debtors(
    each: str | None, period: Period, terms: Terms, hands: Sequence[Hand], *, is_ramped: bool
) -> Iterator[tuple[Debtor, float]]:
    """Who owes what each person or team owes, else the side as a whole, with the share that the ramp leaves."""
    match each:
        case None:
            yield WHOLE, 1.0
        case "team":
            yield from ((Debtor(team=team), 1.0) for team in sorted({hand.team for hand in hands}))
        case "person":
            for hand in hands:
                ramp = terms.ramp if is_ramped else None
                yield Debtor(user_id=hand.user_id), ramp.quota_ratio(hand.started_on, period.days()) if ramp else 1.0


def _of_clause(clause: CountClause, period: Period, terms: Terms, hands: Sequence[Hand]) -> Iterator[Debt]:
    for debtor, ratio in debtors(clause.each, period, terms, hands, is_ramped=clause.is_ramped):
        yield Debt(clause, period, debtor, ratio, int(clause.owed * ratio + 0.5))


def _is_day_off(clause: CountClause, period: Period, terms: Terms) -> bool:
    if clause.period != "day":
        return False
    return not compiled(terms.calendar(clause.calendar)).elapsed(
        period.starts_at(terms.zone), period.ends_at(terms.zone)
    )
