"""Try the examples of an agreement: what was expected of a lead or a situation, what came of it, and why.

Leads are judged at one instant, `NOW`: days ago are counted back from it, so that an example comes out alike whenever
it is tried. Points and a grade that an example states as facts stand instead of those it would be given.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from smarketing.domain.clauses import Clause
from smarketing.domain.criteria_fields import SCORE_FIELDS
from smarketing.domain.errors import N_, Conflict, DomainError, Phrase
from smarketing.domain.facts import Facts, Value, whole_number
from smarketing.domain.local_time import local_instant
from smarketing.domain.pauses import Pause
from smarketing.domain.scores import Parts, Score
from smarketing.domain.scoring import Scorer
from smarketing.domain.sla_clock import counting, outcome, schedule
from smarketing.domain.terms import Terms
from smarketing.domain.terms_clocks import ClockClause
from smarketing.domain.terms_examples import ExampleClause, Moment, SituationClause
from smarketing.domain.terms_handoff import ChecklistClause
from smarketing.domain.terms_scoring import CriteriaClause, ModelClause, PersonaClause, ScoringClause
from smarketing.domain.verdicts import Reason, judge

NOW: Final = datetime(2026, 1, 14, 12, tzinfo=UTC)
"""A Wednesday noon."""
TOLD: Final[Mapping[bool, str]] = {True: N_("it holds"), False: N_("it does not hold")}
OUTCOMES: Final = {"met": N_("kept"), "breached": N_("missed")}


class Tried(NamedTuple):
    """An example as it came out, with the reasons of the verdict and the parts of the score, where there are any."""

    example: ExampleClause | SituationClause
    clause: Clause
    held: bool
    expected: Phrase
    found: Phrase
    reasons: tuple[Reason, ...] = ()
    parts: Parts = ()

    @property
    def piece(self) -> str:
        """Where it is edited: see domain/sections.py."""
        section = "examples" if isinstance(self.example, ExampleClause) else "situations"
        return f"{section}/{self.example.id}"


class FailedExample(Conflict):
    """What stands in the way of a signature: an example that does not hold. `piece` is where it is mended."""

    def __init__(self, tried: Tried) -> None:
        self.tried, self.piece = tried, tried.piece
        super().__init__(
            N_("“%(clause)s”: the example “%(example)s” does not hold. Expected: %(expected)s. It came to: %(found)s."),
            clause=tried.clause.title,
            example=tried.example.title,
            expected=tried.expected,
            found=tried.found,
        )


def tried(terms: Terms) -> tuple[Tried, ...]:
    """Every example in the order of the document, tried under these terms."""
    if not terms.examples and not terms.situations:
        return ()
    clauses = {clause.id: clause for clause in terms.clauses()}
    leads = _Leads(terms) if terms.examples else None
    found = [leads.tried(example, clauses[example.about]) for example in terms.examples] if leads else []
    return (*found, *(_clocked(each, terms.clock(each.about), terms) for each in terms.situations))


def failures(terms: Terms) -> Iterator[FailedExample]:
    return (FailedExample(each) for each in tried(terms) if not each.held)


class _Leads:
    """Judges the leads of examples; the rules are compiled once."""

    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self.scorer = Scorer(terms)

    def tried(self, example: ExampleClause, clause: Clause) -> Tried:
        facts = _facts(example)
        score = self.scorer.score(facts)
        if isinstance(clause, ScoringClause):
            return _counted(example, clause, (score.fit_points, score.engagement_points), _parts(score), score.grade)
        held, reasons = self._holds(example, clause, score, facts)
        if isinstance(clause, ModelClause) and example.holds is None:
            points = next((each.points for each in score.models if each.model == clause.id), None)
            counted = (points.fit, points.engagement) if points else (0, 0)
            return _counted(example, clause, counted, (*points.fit_parts, *points.engagement_parts) if points else ())
        expected = example.holds == "yes"
        return Tried(example, clause, held is expected, Phrase(TOLD[expected]), Phrase(TOLD[held]), reasons)

    def _holds(
        self, example: ExampleClause, clause: Clause, score: Score, facts: Facts
    ) -> tuple[bool, tuple[Reason, ...]]:
        match clause:
            case PersonaClause():
                reasons = judge(clause.when, facts).reasons if clause.when else ()
                return score.persona == clause.id, reasons
            case CriteriaClause():
                return self._is_mql(example, score, facts)
            case ModelClause():
                return any(each.model == clause.id and each.is_mql for each in score.models), ()
            case ChecklistClause():
                return _suffices(clause, example), ()
        verdict = judge(_rule(clause), self._known(example, score, facts))
        return verdict.held, verdict.reasons

    def _is_mql(self, example: ExampleClause, score: Score, facts: Facts) -> tuple[bool, tuple[Reason, ...]]:
        if not _stated(example):
            return score.is_mql, self.scorer.verdict(score, facts).reasons
        verdict = self.scorer.judged(score, self._known(example, score, facts))
        return verdict.held and not score.excluded_by, verdict.reasons

    def _known(self, example: ExampleClause, score: Score, facts: Facts) -> Facts:
        known = self.scorer.known(score, facts)
        return known._replace(values={**known.values, **_stated(example)})


def _rule(clause: Clause) -> Any:
    """The rule of a clause that has one: see `Terms.judging`."""
    return getattr(clause, "when")  # noqa: B009 - clauses of many kinds have it


def _facts(example: ExampleClause) -> Facts:
    values: dict[str, Value] = {
        fact.field: fact.value if fact.days_ago is None else NOW - timedelta(days=fact.days_ago)
        for fact in example.facts
    }
    engagements = [
        (act.engagement, NOW - timedelta(days=act.days_ago or 0, minutes=time))
        for act in example.engagements
        for time in range(act.times or 1)
    ]
    return Facts(values, engagements, NOW)


def _stated(example: ExampleClause) -> dict[str, Value]:
    """What the example says itself of the score."""
    stated = {fact.field: fact.value for fact in example.facts if fact.field in SCORE_FIELDS}
    return {field: text if field == "grade" else whole_number(text) for field, text in stated.items()}


def _parts(score: Score) -> Parts:
    return (*score.fit_parts, *score.engagement_parts)


def _counted(
    example: ExampleClause, clause: Clause, points: tuple[int, int], parts: Parts, grade: str | None = None
) -> Tried:
    count = sum(points)
    checks = (
        (example.points, count == example.points, N_("%(points)s points")),
        (example.at_least, count >= (example.at_least or 0), N_("at least %(points)s points")),
        (example.at_most, count <= (example.at_most or 0), N_("at most %(points)s points")),
        (example.grade, grade == example.grade, N_("grade %(points)s")),
    )
    asked = [(told, value, held) for value, held, told in checks if value is not None]
    expected = _joined([Phrase(told, {"points": value}) for told, value, _held in asked])
    told: dict[str, Any] = {"points": count, "fit": points[0], "engagement": points[1], "grade": grade}
    message = N_("%(points)s points: %(fit)s for fit, %(engagement)s for engagement")
    if grade is not None:
        message = N_("%(points)s points: %(fit)s for fit, %(engagement)s for engagement; grade %(grade)s")
    return Tried(example, clause, all(held for *_, held in asked), expected, Phrase(message, told), (), parts)


def _joined(phrases: list[Phrase]) -> Phrase:
    if len(phrases) == 1:
        return phrases[0]
    return Phrase(N_("%(first)s and %(rest)s"), {"first": phrases[0], "rest": _joined(phrases[1:])})


def _suffices(clause: ChecklistClause, example: ExampleClause) -> bool:
    answered = set(example.answered)
    has_required = all(item.id in answered for item in clause.items if item.is_required)
    return has_required and len(answered) >= (clause.at_least or 0)


def _clocked(situation: SituationClause, clause: ClockClause, terms: Terms) -> Tried:
    calendar = terms.calendar(clause.calendar)
    at = _reader(calendar.zone)
    expected = _expected(situation)
    pauses = tuple(Pause(at(each.paused_at), at(each.resumed_at)) for each in situation.pauses)
    try:
        due_at = schedule(clause, counting(clause, calendar), at(situation.started_at), pauses).due_at
    except DomainError as error:
        return Tried(situation, clause, False, expected, Phrase(error.message, error.params))
    due = due_at.astimezone(ZoneInfo(calendar.zone)).replace(tzinfo=None)
    came = outcome(due_at, at(situation.stopped_at)).value if situation.stopped_at else "breached"
    is_due = situation.due_at is None or due == datetime.fromisoformat(situation.due_at)
    held = is_due and situation.outcome in (None, came)
    found = Phrase(N_("due %(moment)s"), {"moment": due})
    if situation.outcome is not None:
        found = _joined([found, Phrase(OUTCOMES[came])])
    return Tried(situation, clause, held, expected, found)


def _expected(situation: SituationClause) -> Phrase:
    due_at = datetime.fromisoformat(situation.due_at) if situation.due_at else None
    asked = [Phrase(N_("due %(moment)s"), {"moment": due_at})] if due_at else []
    return _joined(asked + ([Phrase(OUTCOMES[situation.outcome])] if situation.outcome else []))


def _reader(zone: str) -> Callable[[Moment], datetime]:
    """Moments are wall times of the calendar."""
    return lambda written: local_instant(zone, datetime.fromisoformat(written)).astimezone(UTC)
