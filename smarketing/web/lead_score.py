"""A score as its waterfall, and its verdict in words: why a lead is an MQL, or what is missing."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from flask_babel import gettext, ngettext

from smarketing.domain import shortfall
from smarketing.domain.errors import N_
from smarketing.domain.facts import Facts
from smarketing.domain.lifecycle import Move, Stage, is_allowed
from smarketing.domain.nearest import Change, nearest
from smarketing.domain.scores import (
    ENGAGEMENT_FLOOR,
    ENGAGEMENT_LIMIT,
    FIT_FLOOR,
    FIT_LIMIT,
    TOTAL_FLOOR,
    TOTAL_LIMIT,
    Part,
)
from smarketing.domain.scoring import Scorer
from smarketing.domain.shortfall import Lack, Line
from smarketing.domain.terms import Terms
from smarketing.domain.verdicts import compile_verdict
from smarketing.models.leads import Lead, Score
from smarketing.reports.lead_history import Version
from smarketing.web.clause_words import in_turn, listed, signed_points
from smarketing.web.engagement_words import engagement_name
from smarketing.web.filters import local_date, local_datetime, number
from smarketing.web.words import field_name, in_language, reason_sentence

Group = Sequence[Sequence[Any]]


class Bar(NamedTuple):
    """As the waterfall macro takes it; `left` and `width` are points on its axis."""

    label: str
    detail: str | None
    points: str
    is_less: bool
    left: int
    width: int


class Axis(NamedTuple):
    left: int
    width: int


class Waterfall(NamedTuple):
    bars: Sequence[Bar]
    total: Bar
    axis: Axis


class Missing(NamedTuple):
    sentence: str
    found: str | None
    by: str | None
    is_choice: bool


class Verdict(NamedTuple):
    """`sentence` says how it stands, `missing` what would have to change, `reasons` are all that were looked at."""

    sentence: str
    missing: Sequence[Missing]
    reasons: Sequence[Line]
    notes: Sequence[str] = ()


class Way(NamedTuple):
    """A change that would make the lead an MQL, and the score it would lead to."""

    change: str
    points: str


def waterfall(score: Score, version: Version) -> Waterfall:
    titles = {clause.id: in_language(clause.title) for clause in version.terms.clauses()}
    bars, reached, edges = [], 0, [0]
    for label, detail, points in _steps(score.explanation, titles):
        low = min(reached, reached + points)
        bars.append(Bar(label, detail, signed_points(points), points < 0, low, abs(points)))
        reached += points
        edges.append(reached)
    total = Bar(gettext("Score"), None, number(score.points), False, min(0, reached), abs(reached))
    axis = Axis(min(edges), max(1, max(edges) - min(edges)))
    return Waterfall(bars, total, axis)


def _steps(explanation: Mapping[str, Group], titles: Mapping[str, str]) -> Iterator[tuple[str, str | None, int]]:
    for stored in (*explanation["fit"], *explanation["engagement"]):
        part = Part(*stored)
        label = gettext(BOUNDS[part.rule]) if part.rule in BOUNDS else titles.get(part.rule, part.rule)
        yield label, _evidence(part), part.points


BOUNDS = {
    FIT_LIMIT: N_("Limit for fit"),
    FIT_FLOOR: N_("Floor of fit"),
    ENGAGEMENT_LIMIT: N_("Limit for engagement"),
    ENGAGEMENT_FLOOR: N_("Floor of engagement"),
    TOTAL_LIMIT: N_("Limit of the score"),
    TOTAL_FLOOR: N_("Floor of the score"),
}


def _evidence(part: Part) -> str | None:
    """When it counted, how often it did not, and what has faded."""
    if part.last_at is None:
        return None
    day = local_date(datetime.fromisoformat(part.last_at))
    said = [ngettext("once, on %(day)s", "%(num)s times, last on %(day)s", part.times, day=day)]
    if part.uncounted:
        said.append(
            ngettext("%(num)s more came too soon to count", "%(num)s more came too soon to count", part.uncounted)
        )
    if part.faded:
        said.append(gettext("%(points)s faded since", points=signed_points(-part.faded)))
    return in_turn(said)


def verdict(lead: Lead, score: Score, today: date, version: Version | None = None) -> Verdict:
    """Clauses go by their titles in the version, by their ids without one."""
    clauses = version.terms.clauses() if version else ()
    told, titles = score.explanation, {clause.id: in_language(clause.title) for clause in clauses}
    excluded = told.get("excluded")
    missing = [] if score.is_mql or excluded else [missing_of(lack) for lack in shortfall.lacks(told["reasons"])]
    sentence = (
        gettext("It is not scored: the agreement leaves out “%(exclusion)s”.", exclusion=titles.get(excluded, excluded))
        if excluded
        else _sentence(lead, score, today)
    )
    return Verdict(sentence, missing, told["reasons"], list(_notes(told, titles)))


def _notes(told: Mapping[str, Any], titles: Mapping[str, str]) -> Iterator[str]:
    """What else the agreement says of it: whose criteria decided, its place in the grid, and second models."""
    if threshold := told.get("threshold"):
        yield gettext("Judged by the criteria for “%(threshold)s”.", threshold=titles.get(threshold, threshold))
    for model, fit, engagement, is_mql, judged_at in told.get("models", ()):
        at = local_datetime(datetime.fromisoformat(judged_at))
        words = (
            N_("“%(model)s”: %(points)s points as of %(at)s, which makes it an MQL.")
            if is_mql
            else N_("“%(model)s”: %(points)s points as of %(at)s, not enough for an MQL.")
        )
        yield gettext(words, model=titles.get(model, model), points=number(fit + engagement), at=at)


def ways(lead: Lead, score: Score, scorer: Scorer, facts: Facts) -> list[Way]:
    """What would make it an MQL, the nearest first; nothing for one that cannot become one, or is one."""
    if score.is_mql or lead.is_held or not is_allowed(lead.stage, Move.QUALIFY):
        return []
    return [_way(change, scorer.terms) for change in nearest(scorer, facts)]


def _way(change: Change, terms: Terms) -> Way:
    points = gettext("then %(points)s points", points=number(change.points))
    if change.field:
        field = field_name(change.field)
        if change.option is None:
            return Way(gettext("Learn this fact: %(field)s", field=field), points)
        example = gettext(
            "Learn this fact: %(field)s (it would do if it holds “%(option)s”)", field=field, option=change.option
        )
        return Way(example, points)
    counts = {kind: change.kinds.count(kind) for kind in change.kinds}
    acts = [
        gettext("%(count)s × %(engagement)s", count=count, engagement=_act(kind, terms))
        for kind, count in counts.items()
    ]
    return Way(listed(acts, style="standard"), points)


def _act(kind: str, terms: Terms) -> str:
    """As the agreement calls it, where it gives points for it."""
    title = next((rule.title for rule in terms.scoring.engagement if rule.engagement == kind), None)
    return in_language(title) if title else engagement_name(kind)


def _sentence(lead: Lead, score: Score, today: date) -> str:
    if not is_allowed(lead.stage, Move.QUALIFY):
        if lead.stage is Stage.DISQUALIFIED:
            return gettext("It was disqualified, so it is not handed over again whatever its score.")
        if score.is_mql:
            return gettext("It meets the criteria of an MQL.")
        return gettext("It does not meet the criteria of an MQL now, but has become one already.")
    if not score.is_mql:
        return gettext("It is not an MQL: this is missing.")
    if lead.is_held:
        return gettext(
            "It meets the criteria, but was taken back or came back from sales: it becomes an MQL again only when a "
            "marketer marks it."
        )
    if lead.recycled_until and today < lead.recycled_until:
        day = local_date(lead.recycled_until)
        return gettext("It meets the criteria, but is recycled: it can become an MQL again from %(day)s.", day=day)
    return gettext("It meets the criteria and becomes an MQL when it is next judged.")


def missing_of(lack: Lack) -> Missing:
    sentence = reason_sentence(lack.line)
    if not lack.must_hold:
        sentence = gettext("This must not be so: %(criterion)s", criterion=sentence)
    sentence, found = sentence[:1].upper() + sentence[1:], lack.line[3]
    by = gettext("%(count)s short", count=number(lack.short_by)) if lack.short_by else None
    return Missing(sentence, None if found is None else str(found), by, lack.is_choice)


def persona_reasons(lead: Lead, terms: Terms, facts: Facts) -> list[Line]:
    """Why the lead belongs to its persona by these terms; nothing for the fallback, or where it is another by now."""
    clause = next((each for each in terms.personas if lead.persona and each.id == lead.persona.key), None)
    if clause is None or clause.when is None:
        return []
    judged = compile_verdict(clause.when)(facts)
    return [list(reason) for reason in judged.reasons] if judged.held else []


def engagement_kinds(terms: Terms) -> list[tuple[str, str]]:
    """The kinds of engagement that the scoring knows, as choices."""
    kinds = dict.fromkeys(rule.engagement for rule in terms.scoring.engagement)
    return [(kind, engagement_name(kind)) for kind in kinds]
