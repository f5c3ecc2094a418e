"""What a rule answers: yes or no, or a verdict that says for each criterion what was asked, found and whether it held.

`compile_test` turns a criterion into a fast yes or no; `judge` gives the verdict. A missing value never holds.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from typing import Any, NamedTuple

from smarketing.domain.criteria import (
    All,
    AnyOf,
    AtLeast,
    AtMost,
    Between,
    Contains,
    Criterion,
    EndsWith,
    Engaged,
    Not,
    OlderThan,
    OneOf,
    OnField,
    Present,
    StartsWith,
    Within,
    parts,
)
from smarketing.domain.criteria_words import asked
from smarketing.domain.facts import Facts, Value, engaged_count, instant_of, number_of, text_of, value_of


class Reason(NamedTuple):
    """One line of a verdict: did it hold, what was asked (msgid and params), what was found."""

    held: bool
    asked: str
    params: dict[str, Any]
    found: Value
    depth: int


class Verdict(NamedTuple):
    held: bool
    reasons: tuple[Reason, ...]


Test = Callable[[Facts], bool]
_MOST_REMEMBERED = 5000


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
        case Engaged(engagement=kind, at_least=count, within_days=days):
            return lambda facts: bool(facts.engagements) and engaged_count(facts, kind, days) >= count
        case Within(field=field, within_days=days):
            return _within(field, timedelta(days=days))
        case OlderThan(field=field, older_than_days=days):
            span = timedelta(days=days)
            return lambda facts: (at := instant_of(facts, field)) is not None and at <= facts.now - span
        case Present(field=field, present=wanted):
            return lambda facts: (value_of(facts, field) not in (None, "")) is wanted
        case AtLeast() | AtMost() | Between():
            return _on_number(rule)
        case _:
            return _on_text(rule)


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


def _within(field: str, span: timedelta) -> Test:
    def within(facts: Facts) -> bool:
        at = instant_of(facts, field)
        return at is not None and facts.now - span < at <= facts.now

    return within


def _on_number(rule: AtLeast | AtMost | Between) -> Test:
    field = rule.field
    match rule:
        case AtLeast(at_least=low):
            return lambda facts: (number := number_of(facts, field)) is not None and number >= low
        case AtMost(at_most=high):
            return lambda facts: (number := number_of(facts, field)) is not None and number <= high
        case Between(between=(low, high)):
            return lambda facts: (number := number_of(facts, field)) is not None and low <= number <= high


def _on_text(rule: OneOf | Contains | StartsWith | EndsWith) -> Test:
    """Texts come again from lead to lead, so what was answered of one is remembered."""
    field, holds, remembered = rule.field, _holds(rule), dict[str, bool]()

    def test(facts: Facts) -> bool:
        text = text_of(facts, field)
        held = remembered.get(text)
        if held is None:
            if len(remembered) >= _MOST_REMEMBERED:
                remembered.clear()
            held = remembered[text] = holds(text.casefold())
        return held

    return test


def _holds(rule: OneOf | Contains | StartsWith | EndsWith) -> Callable[[str], bool]:
    match rule:
        case OneOf(one_of=options):
            folded = frozenset(option.casefold() for option in options)
            return lambda text: text in folded
        case Contains(contains=options):
            words = tuple(option.casefold() for option in options)
            return lambda text: any(word in text for word in words)
        case StartsWith(starts_with=options):
            beginnings = tuple(option.casefold() for option in options)
            return lambda text: text.startswith(beginnings)
        case EndsWith(ends_with=options):
            endings = tuple(option.casefold() for option in options)
            return lambda text: text.endswith(endings)


def compile_verdict(rule: Criterion) -> Callable[[Facts], Verdict]:
    """A function of the facts that gives one reason per criterion, in the order written, nested by depth."""
    lines = tuple(_lines(rule, depth=0))

    def verdict(facts: Facts) -> Verdict:
        reasons = tuple(Reason(test(facts), said, params, found(facts), at) for test, said, params, found, at in lines)
        return Verdict(reasons[0].held, reasons)

    return verdict


def judge(rule: Criterion, facts: Facts) -> Verdict:
    return compile_verdict(rule)(facts)


_Found = Callable[[Facts], Value]
_Line = tuple[Test, str, dict[str, Any], _Found, int]


def _lines(rule: Criterion, *, depth: int) -> Iterator[_Line]:
    said, params = asked(rule)
    yield compile_test(rule), said, params, _finder(rule), depth
    for part in parts(rule):
        yield from _lines(part, depth=depth + 1)


def _finder(rule: Criterion) -> _Found:
    if isinstance(rule, Engaged):
        return lambda facts: engaged_count(facts, rule.engagement, rule.within_days)
    if isinstance(rule, OnField):
        return lambda facts: value_of(facts, rule.field)
    return lambda _facts: None
