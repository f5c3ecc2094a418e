"""A score is a function of (terms, facts, instant). Its parts sum to it exactly and say why.

Engagements count as a set: neither their order nor a repetition matters, and one that is still to come does not count.
"""

from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from typing import Any

from smarketing.domain import changes
from smarketing.domain.criteria import AnyOf, Criterion, Not
from smarketing.domain.facts import Facts, settled
from smarketing.domain.points import PointRules
from smarketing.domain.scores import Points, Score
from smarketing.domain.second_models import SecondModel
from smarketing.domain.terms import Terms, parse
from smarketing.domain.terms_scoring import Grid, PersonaClause
from smarketing.domain.verdicts import Reason, Test, Verdict, compile_test, compile_verdict


class Scorer:
    """A version's scoring, persona and MQL rules, compiled once to judge many leads."""

    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self._personas = [(clause.id, compile_test(clause.when)) for clause in terms.personas if clause.when]
        self._fallback = terms.personas[-1].id
        self.rules = PointRules(terms.scoring)
        self._grid = terms.scoring.grid
        self._models = [SecondModel(clause) for clause in terms.scoring.models or ()]
        self._criteria = _Criteria(terms)
        self._watch = changes.Watch(terms)

    def score(self, facts: Facts) -> Score:
        """Raises nothing: what is not known gives no points."""
        score, _known = self._scored(facts)
        return score

    def tell(self, facts: Facts) -> tuple[Score, dict[str, Any]]:
        """The score and its explanation at once."""
        score, known = self._scored(facts)
        return score, self._explained(score, known)

    def _scored(self, facts: Facts) -> tuple[Score, Facts]:
        """With the facts that the criteria have judged."""
        facts = settled(facts)
        persona = next((key for key, test in self._personas if test(facts)), self._fallback)
        facts = facts._replace(values={**facts.values, "persona": persona})
        known = self.rules.since_reset(facts)
        points = self.rules.points(known)
        grade = grade_of(self._grid, points)
        known = _with_score(known, points, grade)
        threshold, is_mql = self._criteria.decide(known)
        models = tuple(score for model in self._models if (score := model.score(facts)) is not None)
        is_mql = not points.excluded_by and (is_mql or any(model.is_mql for model in models))
        groups = points.fit, points.engagement, is_mql, points.fit_parts, points.engagement_parts
        return Score(persona, *groups, grade, points.excluded_by, threshold, models), known

    def explain(self, score: Score, facts: Facts) -> dict[str, Any]:
        """The score's parts and the reasons of its verdict, as stored with the score and shown on the lead."""
        return self._explained(score, self.known(score, facts))

    def _explained(self, score: Score, known: Facts) -> dict[str, Any]:
        told: dict[str, Any] = {
            "fit": [part.stored() for part in score.fit_parts],
            "engagement": [part.stored() for part in score.engagement_parts],
            "reasons": [_told(reason) for reason in self._criteria.verdict(score, known).reasons],
        }
        named = {"grade": score.grade, "excluded": score.excluded_by, "threshold": score.threshold}
        told |= {name: value for name, value in named.items() if value is not None}
        if score.models:
            told["models"] = [
                [model.model, model.points.fit, model.points.engagement, model.is_mql, model.judged_at]
                for model in score.models
            ]
        return told

    def verdict(self, score: Score, facts: Facts) -> Verdict:
        """The criteria that decided on this score, judged line by line."""
        return self._criteria.verdict(score, self.known(score, facts))

    def known(self, score: Score, facts: Facts) -> Facts:
        """The facts that the criteria judge: without what a reset took, with the persona and the score."""
        known = settled(facts)
        known = self.rules.since_reset(known._replace(values={**known.values, "persona": score.persona}))
        points = Points(score.fit_points, score.engagement_points, (), ())
        return _with_score(known, points, score.grade)

    def judged(self, score: Score, known: Facts) -> Verdict:
        """As `verdict`, of facts that say themselves how many points there are."""
        threshold, _is_mql = self._criteria.decide(known)
        return self._criteria.verdict(score._replace(threshold=threshold), known)

    def next_change(self, facts: Facts) -> datetime | None:
        """The first instant after now at which the score or its verdict can be another although nothing new is known;
        None when only a new fact can change it."""
        return self._watch.next_change(facts)

    def persona_reasons(self, facts: Facts) -> list[tuple[PersonaClause, bool]]:
        """Each persona rule in priority order with whether it holds, up to the one that decides."""
        reasons = []
        for clause in self.terms.personas:
            held = clause.when is None or compile_test(clause.when)(facts)
            reasons.append((clause, held))
            if held:
                break
        return reasons


class _Criteria:
    """What an MQL is: for those whom a threshold takes, for all others, and whatever the score."""

    def __init__(self, terms: Terms) -> None:
        self._instant = tuple(rule.when for rule in terms.mql.instant or ())
        self._thresholds = [(clause.id, compile_test(clause.when)) for clause in terms.mql.thresholds or ()]
        self._tests: dict[str | None, Test] = {None: compile_test(self._whole(terms.mql.when))}
        self._verdicts: dict[str | None, Callable[[Facts], Verdict]] = {
            None: compile_verdict(self._whole(terms.mql.when))
        }
        for clause in terms.mql.thresholds or ():
            self._tests[clause.id] = compile_test(self._whole(clause.criteria))
            self._verdicts[clause.id] = compile_verdict(self._whole(clause.criteria))
        self._exclusions = {
            rule.id: compile_verdict(Not.model_construct(negated=rule.when)) for rule in terms.scoring.exclusions or ()
        }

    def decide(self, known: Facts) -> tuple[str | None, bool]:
        """Whose criteria they are, and whether they hold."""
        threshold = next((key for key, test in self._thresholds if test(known)), None)
        return threshold, self._tests[threshold](known)

    def verdict(self, score: Score, known: Facts) -> Verdict:
        if score.excluded_by:
            return self._exclusions[score.excluded_by](known)
        return self._verdicts[score.threshold](known)

    def _whole(self, criteria: Criterion) -> Criterion:
        return AnyOf.model_construct(any=(*self._instant, criteria)) if self._instant else criteria


def grade_of(grid: Grid | None, points: Points) -> str | None:
    """“A1” to “D4” under the agreed grid; None without one, and for those excluded."""
    if grid is None or points.excluded_by:
        return None
    row = sum(points.fit < bound for bound in grid.fit)
    column = sum(points.engagement < bound for bound in grid.engagement)
    return f"{'ABCD'[row]}{column + 1}"


def _with_score(facts: Facts, points: Points, grade: str | None) -> Facts:
    """The facts that MQL criteria may ask for."""
    values = {
        **facts.values,
        "points": points.fit + points.engagement,
        "fit_points": points.fit,
        "engagement_points": points.engagement,
        "engagement_count": len(facts.engagements),
        "grade": grade,
    }
    return facts._replace(values=values)


def _told(reason: Reason) -> list[Any]:
    """As it is stored: an instant as text."""
    found = reason.found
    return [*reason[:3], found.isoformat() if isinstance(found, datetime) else found, reason.depth]


@lru_cache(maxsize=16)
def scorer(canonical_terms: str) -> Scorer:
    return Scorer(parse(canonical_terms))
