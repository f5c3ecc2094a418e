"""A score is a function of (terms, facts, instant). Its parts sum to it exactly and say why.

Engagements count as a set: neither their order nor a repetition matters, and one that is still to come does not count.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from smarketing.domain.terms import Terms, parse
from smarketing.domain.terms_scoring import PersonaClause
from smarketing.domain.verdicts import Facts, Test, compile_test, compile_verdict

FIT_LIMIT = "fit-limit"
ENGAGEMENT_LIMIT = "engagement-limit"


class Part(NamedTuple):
    """Points that one rule gave. `times` is how often it counted (1 for fit); a limit takes points away."""

    rule: str
    points: int
    times: int
    last_at: str | None = None


class Score(NamedTuple):
    """`fit_points + engagement_points == points`, and the parts of each group sum to the group."""

    persona: str
    fit_points: int
    engagement_points: int
    is_mql: bool
    fit_parts: tuple[Part, ...]
    engagement_parts: tuple[Part, ...]

    @property
    def points(self) -> int:
        return self.fit_points + self.engagement_points


class Scorer:
    """A version's scoring, persona and MQL rules, compiled once to judge many leads."""

    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self._personas = [(clause.id, compile_test(clause.when)) for clause in terms.personas if clause.when]
        self._fallback = terms.personas[-1].id
        self._fit = [(rule.id, rule.points, compile_test(rule.when)) for rule in terms.scoring.fit]
        self._engagement = terms.scoring.engagement
        self._mql: Test = compile_test(terms.mql.when)
        self._verdict = compile_verdict(terms.mql.when)

    def score(self, facts: Facts) -> Score:
        facts = _by_now(facts)
        persona = next((key for key, test in self._personas if test(facts)), self._fallback)
        with_persona = Facts({**facts.values, "persona": persona}, facts.engagements, facts.now)
        fit_parts = tuple(Part(key, points, 1) for key, points, test in self._fit if test(with_persona))
        fit_points, fit_parts = _limited(fit_parts, self.terms.scoring.fit_limit, FIT_LIMIT)
        engagement_parts = tuple(self._engagement_parts(facts)) if facts.engagements else ()
        engagement_points, engagement_parts = _limited(
            engagement_parts, self.terms.scoring.engagement_limit, ENGAGEMENT_LIMIT
        )
        is_mql = self._mql(_with_score(facts, persona, fit_points, engagement_points))
        return Score(persona, fit_points, engagement_points, is_mql, fit_parts, engagement_parts)

    def explain(self, score: Score, facts: Facts) -> dict[str, Any]:
        """The score's parts and the reasons of its verdict, as stored with the score and shown on the lead."""
        known = _with_score(_by_now(facts), score.persona, score.fit_points, score.engagement_points)
        return {
            "fit": [list(part) for part in score.fit_parts],
            "engagement": [list(part) for part in score.engagement_parts],
            "reasons": [list(reason) for reason in self._verdict(known).reasons],
        }

    def persona_reasons(self, facts: Facts) -> list[tuple[PersonaClause, bool]]:
        """Each persona rule in priority order with whether it holds, up to the one that decides."""
        reasons = []
        for clause in self.terms.personas:
            held = clause.when is None or compile_test(clause.when)(facts)
            reasons.append((clause, held))
            if held:
                break
        return reasons

    def _engagement_parts(self, facts: Facts) -> Iterable[Part]:
        """In the order of the document."""
        by_kind: dict[str, list[datetime]] = {}
        for kind, occurred_at in facts.engagements:
            by_kind.setdefault(kind, []).append(occurred_at)
        for rule in self._engagement:
            if instants := by_kind.get(rule.engagement):
                times = _times(instants, rule.once_per)
                yield Part(rule.id, rule.points * times, times, instants[-1].isoformat())


def _by_now(facts: Facts) -> Facts:
    """The facts with the engagements that have happened, each once, by kind and time."""
    if not facts.engagements:
        return facts
    return facts._replace(engagements=sorted({known for known in facts.engagements if known[1] <= facts.now}))


def _with_score(facts: Facts, persona: str, fit_points: int, engagement_points: int) -> Facts:
    """The facts that MQL criteria may ask for."""
    values = {
        **facts.values,
        "persona": persona,
        "points": fit_points + engagement_points,
        "fit_points": fit_points,
        "engagement_points": engagement_points,
        "engagement_count": len(facts.engagements),
    }
    return Facts(values, facts.engagements, facts.now)


@lru_cache(maxsize=16)
def scorer(canonical_terms: str) -> Scorer:
    return Scorer(parse(canonical_terms))


_PERIODS = {"day": timedelta(days=1), "week": timedelta(weeks=1)}


def _times(instants: list[datetime], once_per: str | None) -> int:
    """How often a rule counts: after each counted engagement it rests for its period, in real time."""
    if once_per is None:
        return len(instants)
    if once_per == "ever":
        return 1
    count, rests_until = 0, None
    for instant in instants:
        if rests_until is None or instant >= rests_until:
            count, rests_until = count + 1, instant + _PERIODS[once_per]
    return count


def _limited(parts: tuple[Part, ...], limit: int | None, name: str) -> tuple[int, tuple[Part, ...]]:
    points = sum(part.points for part in parts)
    if limit is None or points <= limit:
        return points, parts
    return limit, (*parts, Part(name, limit - points, 1))
