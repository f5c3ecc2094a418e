"""A score as its waterfall, and its verdict in words: why a lead is an MQL, or what is missing."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from flask_babel import gettext, ngettext

from smarketing.domain import shortfall
from smarketing.domain.facts import Facts
from smarketing.domain.lifecycle import Move, Stage, is_allowed
from smarketing.domain.scores import ENGAGEMENT_LIMIT, FIT_LIMIT
from smarketing.domain.shortfall import Lack, Line
from smarketing.domain.terms import Terms
from smarketing.domain.verdicts import compile_verdict
from smarketing.models.leads import Lead, Score
from smarketing.reports.lead_history import Version
from smarketing.web.clause_words import engagement_name, signed_points
from smarketing.web.filters import local_date, number
from smarketing.web.words import in_language, reason_sentence

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
    limits = {FIT_LIMIT: gettext("Limit for fit"), ENGAGEMENT_LIMIT: gettext("Limit for engagement")}
    for rule, points, times, last_at in (*explanation["fit"], *explanation["engagement"]):
        yield limits.get(rule) or titles.get(rule, rule), _evidence(times, last_at), points


def _evidence(times: int, last_at: str | None) -> str | None:
    if last_at is None:
        return None
    day = local_date(datetime.fromisoformat(last_at))
    return ngettext("once, on %(day)s", "%(num)s times, last on %(day)s", times, day=day)


def verdict(lead: Lead, score: Score, today: date) -> Verdict:
    reasons = score.explanation["reasons"]
    missing = [] if score.is_mql else [_missing(lack) for lack in shortfall.lacks(reasons)]
    return Verdict(_sentence(lead, score, today), missing, reasons)


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


def _missing(lack: Lack) -> Missing:
    sentence = reason_sentence(lack.line)
    if not lack.must_hold:
        sentence = gettext("This must not be so: %(criterion)s", criterion=sentence)
    sentence, found = sentence[:1].upper() + sentence[1:], lack.line[3]
    by = gettext("%(count)s short", count=number(lack.short_by)) if lack.short_by else None
    return Missing(sentence, None if found is None else str(found), by, lack.is_choice)


def persona_reasons(lead: Lead, terms: Terms, values: Mapping[str, Any], now: datetime) -> list[Line]:
    """Why the lead belongs to its persona by these terms; nothing for the fallback, or where it is another by now."""
    clause = next((each for each in terms.personas if lead.persona and each.id == lead.persona.key), None)
    if clause is None or clause.when is None:
        return []
    judged = compile_verdict(clause.when)(Facts(values, [], now))
    return [list(reason) for reason in judged.reasons] if judged.held else []


def engagement_kinds(terms: Terms) -> list[tuple[str, str]]:
    """The kinds of engagement that the scoring knows, as choices."""
    kinds = dict.fromkeys(rule.engagement for rule in terms.scoring.engagement)
    return [(kind, engagement_name(kind)) for kind in kinds]
