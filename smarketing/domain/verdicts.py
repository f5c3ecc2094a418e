"""What a rule answers: yes or no, or a verdict that says for each criterion what was asked, found and whether it held.

`compile_test` turns a criterion into a fast yes or no; `judge` gives the verdict. A missing value never holds.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from smarketing.domain.criteria import (
    All,
    AnyOf,
    AtLeast,
    AtMost,
    Contains,
    Criterion,
    Engaged,
    Not,
    OneOf,
    OnField,
    Present,
    parts,
)
from smarketing.domain.errors import N_


class Facts(NamedTuple):
    """What is known of one lead at one instant."""

    values: Mapping[str, str | int | None]
    engagements: Sequence[tuple[str, datetime]]
    now: datetime


class Reason(NamedTuple):
    """One line of a verdict: did it hold, what was asked (msgid and params), what was found."""

    held: bool
    asked: str
    params: dict[str, Any]
    found: str | int | None
    depth: int


class Verdict(NamedTuple):
    held: bool
    reasons: tuple[Reason, ...]


Test = Callable[[Facts], bool]


def compile_test(rule: Criterion) -> Test:
    """A function of the facts that answers as `judge` does, without the reasons."""
    match rule:
        case All(all=all_of):
            return _every([compile_test(part) for part in all_of])
        case AnyOf(any=any_of):
            return _some([compile_test(part) for part in any_of])
        case Not(negated=part):
            negated = compile_test(part)
            return lambda facts: not negated(facts)
        case Engaged():
            return lambda facts: _engagement_count(rule, facts) >= rule.at_least
        case AtLeast(field=field, at_least=bound):
            return lambda facts: (number := _number(facts, field)) is not None and number >= bound
        case AtMost(field=field, at_most=bound):
            return lambda facts: (number := _number(facts, field)) is not None and number <= bound
        case OneOf(field=field, one_of=options):
            folded = frozenset(option.casefold() for option in options)
            return lambda facts: _text(facts, field).casefold() in folded
        case Contains(field=field, contains=words):
            parts_folded = tuple(word.casefold() for word in words)
            return lambda facts: _contains(_text(facts, field).casefold(), parts_folded)
        case Present(field=field, present=wanted):
            return lambda facts: bool(_text(facts, field)) is wanted


def _every(tests: Sequence[Test]) -> Test:
    def every(facts: Facts) -> bool:
        for test in tests:  # noqa: SIM110 - asked of every lead of an import: half the time of all()
            if not test(facts):
                return False
        return True

    return every


def _some(tests: Sequence[Test]) -> Test:
    def some(facts: Facts) -> bool:
        for test in tests:  # noqa: SIM110 - as above
            if test(facts):
                return True
        return False

    return some


def compile_verdict(rule: Criterion) -> Callable[[Facts], Verdict]:
    """A function of the facts that gives one reason per criterion, in the order written, nested by depth."""
    lines = tuple(_lines(rule, depth=0))

    def verdict(facts: Facts) -> Verdict:
        reasons = tuple(
            Reason(test(facts), asked, params, found(facts), at) for test, asked, params, found, at in lines
        )
        return Verdict(reasons[0].held, reasons)

    return verdict


def judge(rule: Criterion, facts: Facts) -> Verdict:
    return compile_verdict(rule)(facts)


class Asked(NamedTuple):
    """One criterion of a rule with its sentence: msgid and params."""

    rule: Criterion
    asked: str
    params: dict[str, Any]
    depth: int


def outline(rule: Criterion, *, depth: int = 0) -> Iterator[Asked]:
    """What a rule asks, criterion by criterion in the order written, before anybody has been judged by it."""
    yield Asked(rule, *_asked(rule), depth)
    for part in parts(rule):
        yield from outline(part, depth=depth + 1)


_Found = Callable[[Facts], str | int | None]
_Line = tuple[Test, str, dict[str, Any], _Found, int]


def _lines(rule: Criterion, *, depth: int) -> Iterator[_Line]:
    asked, params = _asked(rule)
    yield compile_test(rule), asked, params, _finder(rule), depth
    for part in parts(rule):
        yield from _lines(part, depth=depth + 1)


ALL_HOLD = N_("all of these hold")
ANY_HOLDS = N_("at least one of these holds")
HOLDS_NOT = N_("this does not hold")


def _asked(rule: Criterion) -> tuple[str, dict[str, Any]]:
    match rule:
        case All():
            return ALL_HOLD, {}
        case AnyOf():
            return ANY_HOLDS, {}
        case Not():
            return HOLDS_NOT, {}
        case Engaged(engagement=kind, at_least=count, within_days=None):
            return N_("at least %(count)s engagements of kind %(engagement)s"), {
                "count": count,
                "engagement": kind,
            }
        case Engaged(engagement=kind, at_least=count, within_days=days):
            params = {"count": count, "engagement": kind, "days": days}
            return N_("at least %(count)s engagements of kind %(engagement)s within %(days)s days"), params
        case AtLeast(field=field, at_least=bound):
            return N_("%(field)s is at least %(bound)s"), {"field": field, "bound": bound}
        case AtMost(field=field, at_most=bound):
            return N_("%(field)s is at most %(bound)s"), {"field": field, "bound": bound}
        case OneOf(field=field, one_of=options):
            return N_("%(field)s is one of: %(options)s"), {"field": field, "options": list(options)}
        case Contains(field=field, contains=words):
            return N_("%(field)s contains one of: %(options)s"), {"field": field, "options": list(words)}
        case Present(field=field, present=True):
            return N_("%(field)s is known"), {"field": field}
        case Present(field=field):
            return N_("%(field)s is not known"), {"field": field}


def _finder(rule: Criterion) -> _Found:
    if isinstance(rule, Engaged):
        return lambda facts: _engagement_count(rule, facts)
    if isinstance(rule, OnField):
        return lambda facts: facts.values.get(rule.field)
    return lambda _facts: None


def _number(facts: Facts, field: str) -> int | None:
    value = facts.values.get(field)
    if isinstance(value, str):
        return int(value) if _WHOLE_NUMBER.fullmatch(value) else None
    return value


_WHOLE_NUMBER = re.compile(r"\s*[+-]?[0-9]{1,15}\s*")


def _text(facts: Facts, field: str) -> str:
    value = facts.values.get(field)
    return "" if value is None else str(value)


def _contains(text: str, words: Sequence[str]) -> bool:
    for word in words:  # noqa: SIM110 - as above
        if word in text:
            return True
    return False


def _engagement_count(rule: Engaged, facts: Facts) -> int:
    since = facts.now - timedelta(days=rule.within_days) if rule.within_days else None
    return len(
        {
            occurred_at
            for kind, occurred_at in facts.engagements
            if kind == rule.engagement and occurred_at <= facts.now and (since is None or occurred_at > since)
        }
    )
