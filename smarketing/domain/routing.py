"""Which rep is next, by agreed rules and in a weighted turn. Pure: given how everybody stands, it deals leads out.

The turn is smooth: before each lead whoever could take it comes nearer by their weight, the nearest takes it and goes
back by all of these weights together. So shares follow the weights, nobody gains while away, and nobody who comes back
is given a burst.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, NamedTuple

from smarketing.domain.facts import Facts, text_of
from smarketing.domain.terms_routing import Receiver

FULL_WEIGHT: Final = 100
MOST_WEIGHT: Final = 1000


class Absent(StrEnum):
    """Why somebody is passed over for a lead."""

    AWAY = "away"
    FULL = "full"
    ELSEWHERE = "elsewhere"
    OTHER_LANGUAGE = "other_language"
    NO_SHARE = "no_share"


@dataclass
class Candidate:
    """A rep as the deal goes on: `turn` is the place in the round robin, the lowest goes next.

    `room` is how many more leads they may be given now, None without limit. Empty `countries` or `languages` take all.
    """

    user_id: int
    turn: int
    team: str = ""
    weight: int = FULL_WEIGHT
    room: int | None = None
    is_away: bool = False
    countries: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()


class Rule(NamedTuple):
    """An agreed route, ready to be asked."""

    clause_id: str
    holds: Callable[[Facts], bool]
    to: Receiver
    team: str | None


class Asking(NamedTuple):
    """A lead that needs an owner. `known` are the reps that a receiver such as `last_rep` means for it."""

    lead_id: int
    facts: Facts
    known: Mapping[str, int] = {}


class Dealt(NamedTuple):
    """Who has the lead, None for the team's queue, and the route that said so, None where it was the plain turn."""

    user_id: int | None
    clause_id: str | None = None


@dataclass
class Table:
    """Everybody who may be dealt a lead, and the rules in their order."""

    candidates: Sequence[Candidate]
    rules: Sequence[Rule]
    team: str
    touched: set[int] = field(default_factory=set)

    def deal(self, asking: Asking) -> Dealt:
        """Give one lead out; the table remembers it."""
        for rule in self.rules:
            if not rule.holds(asking.facts):
                continue
            taken = self._by_rule(rule, asking)
            if taken is not None:
                return Dealt(taken.user_id, rule.clause_id)
            if rule.to in ("manager", "marketing"):
                return Dealt(None, rule.clause_id)
        taken = self._in_turn(self.team, asking.facts)
        return Dealt(taken.user_id if taken else None)

    def passed_over(self, candidate: Candidate, facts: Facts) -> Absent | None:
        """Why this lead cannot go to them; None where it can."""
        country, language = text_of(facts, "country").casefold(), text_of(facts, "custom.language").casefold()
        if candidate.is_away:
            return Absent.AWAY
        if candidate.weight <= 0:
            return Absent.NO_SHARE
        if candidate.room is not None and candidate.room <= 0:
            return Absent.FULL
        if candidate.countries and country not in candidate.countries:
            return Absent.ELSEWHERE
        return Absent.OTHER_LANGUAGE if candidate.languages and language not in candidate.languages else None

    def _by_rule(self, rule: Rule, asking: Asking) -> Candidate | None:
        if rule.to == "turn":
            return self._in_turn(rule.team or self.team, asking.facts)
        wanted = asking.known.get(rule.to)
        found = next((each for each in self.candidates if each.user_id == wanted), None)
        if found is None or self.passed_over(found, asking.facts) in (Absent.AWAY, Absent.FULL):
            return None
        self._take(found)
        return found

    def _in_turn(self, team: str, facts: Facts) -> Candidate | None:
        able = [each for each in self.candidates if each.team == team and self.passed_over(each, facts) is None]
        if not able:
            return None
        for each in able:
            each.turn -= each.weight
        chosen = min(able, key=lambda each: (each.turn, each.user_id))
        chosen.turn += sum(each.weight for each in able)
        self.touched.update(each.user_id for each in able)
        self._take(chosen)
        return chosen

    def _take(self, candidate: Candidate) -> None:
        if candidate.room is not None:
            candidate.room -= 1


def ramped(weight: int, steps: Sequence[tuple[int, float]], months: int) -> int:
    """A weight as the ramp leaves it in the so-manieth month; `steps` are months with shares, the first from 0."""
    shares = [share for from_month, share in steps if from_month <= months]
    return round(weight * shares[-1]) if shares else weight
