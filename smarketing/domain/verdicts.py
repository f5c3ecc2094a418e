"""What a rule answers: yes or no, or a verdict that says for each criterion what was asked, found and whether it held.

`compile_test` turns a criterion into a fast yes or no; `judge` gives the verdict. A missing value never holds.
"""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any, Final, NamedTuple

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
MOST_REMEMBERED: Final = 5000
"""Answers kept for each field or rule."""


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
            return lambda facts: engaged_count(facts, kind, days) >= count
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
            if len(remembered) >= MOST_REMEMBERED:
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
    judged = _judging(rule, depth=0)

    def verdict(facts: Facts) -> Verdict:
        reasons: list[Reason] = []
        held = judged(facts, reasons)
        return Verdict(held, tuple(reasons))

    return verdict


def judge(rule: Criterion, facts: Facts) -> Verdict:
    return compile_verdict(rule)(facts)


_Judging = Callable[[Facts, list[Reason]], bool]
"""Adds the lines of a rule to the reasons, its own before those of its parts, and says whether it holds."""


def _judging(rule: Criterion, *, depth: int) -> _Judging:
    said, params = asked(rule)
    match rule:
        case All():
            return _composed(rule, all, depth)
        case AnyOf():
            return _composed(rule, any, depth)
        case Not():
            return _composed(rule, lambda held: not held[0], depth)
        case Engaged(engagement=kind, at_least=least, within_days=days):

            def counted(facts: Facts, reasons: list[Reason]) -> bool:
                count = engaged_count(facts, kind, days)
                reasons.append(Reason(count >= least, said, params, count, depth))
                return count >= least

            return counted
        case OnField(field=field):
            test = compile_test(rule)

            def found(facts: Facts, reasons: list[Reason]) -> bool:
                held = test(facts)
                reasons.append(Reason(held, said, params, value_of(facts, field), depth))
                return held

            return found


def _composed(rule: Criterion, hold: Callable[[list[bool]], bool], depth: int) -> _Judging:
    said, params = asked(rule)
    within = [_judging(part, depth=depth + 1) for part in parts(rule)]

    def composed(facts: Facts, reasons: list[Reason]) -> bool:
        place = len(reasons)
        reasons.append(Reason(False, said, params, None, depth))
        if hold([judged(facts, reasons) for judged in within]):
            reasons[place] = Reason(True, said, params, None, depth)
            return True
        return False

    return composed
