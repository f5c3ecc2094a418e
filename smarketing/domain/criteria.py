"""The rule language of the agreement: all / any / not over a lead's facts, answering with reasons.

A criterion is data (it lives in the signed terms). `compile_test` turns it into a fast yes/no; `judge` gives the
verdict with what was asked, what was found and whether it held. A missing value never holds.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any, NamedTuple

from pydantic import (
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    StringConstraints,
    Tag,
    field_validator,
)

from smarketing.domain.errors import N_
from smarketing.domain.terms_faults import KIND_PATTERN, broken_rule

TEXT_FIELDS = frozenset(
    "email first_name last_name phone company job_title country source campaign landing_page persona".split()
)
NUMBER_FIELDS = frozenset({"points", "fit_points", "engagement_points", "engagement_count"})
CUSTOM_PREFIX = "custom."
MAX_DEPTH = 8

EngagementKind = Annotated[str, StringConstraints(pattern=KIND_PATTERN)]


class Facts(NamedTuple):
    """What is known of one lead at one instant."""

    values: Mapping[str, str | int | None]
    engagements: Sequence[tuple[str, datetime]]
    now: datetime


class _Rule(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class All(_Rule):
    all: tuple["Criterion", ...] = Field(min_length=1, max_length=50)


class AnyOf(_Rule):
    any: tuple["Criterion", ...] = Field(min_length=1, max_length=50)


class Not(_Rule):
    negated: "Criterion" = Field(alias="not")


class _OnField(_Rule):
    field: str

    @field_validator("field")
    @classmethod
    def _is_known(cls, field: str) -> str:
        if field in TEXT_FIELDS or field in NUMBER_FIELDS or field.removeprefix(CUSTOM_PREFIX) not in ("", field):
            return field
        raise broken_rule(
            N_("There is no field “%(field)s”; use one of %(known)s, or custom.… for your own."),
            field=field[:60],
            known=", ".join(sorted(TEXT_FIELDS | NUMBER_FIELDS)),
        )


class _OnNumber(_OnField):
    """On a number of the score, or on a custom field whose text is a whole number."""

    @field_validator("field")
    @classmethod
    def _is_number(cls, field: str) -> str:
        if field in TEXT_FIELDS:
            raise broken_rule(N_("“%(field)s” is text and cannot be compared with a number."), field=field)
        return field


class AtLeast(_OnNumber):
    at_least: int


class AtMost(_OnNumber):
    at_most: int


Option = Annotated[str, StringConstraints(min_length=1)]


class OneOf(_OnField):
    """The text is one of these, whatever the case."""

    one_of: tuple[Option, ...] = Field(min_length=1, max_length=1000)


class Contains(_OnField):
    """Any of these stands somewhere in the text, within a word too, whatever the case."""

    contains: tuple[Option, ...] = Field(min_length=1, max_length=200)


class Present(_OnField):
    present: bool


class Engaged(_Rule):
    """At least so many engagements of a kind, within the last so many days (ever, when None)."""

    engagement: EngagementKind
    at_least: int = Field(default=1, ge=1)
    within_days: int | None = Field(default=None, ge=1, le=3660)


def _kind(value: Any) -> str:
    if not isinstance(value, (Mapping, _Rule)):
        return "unknown"
    keys = value if isinstance(value, Mapping) else type(value).model_fields
    for key, tag in _TAGS.items():
        if key in keys:
            return tag
    return "unknown"


_TAGS = {
    "all": "all",
    "any": "any",
    "not": "not",
    "negated": "not",
    "engagement": "engaged",
    "at_least": "at_least",
    "at_most": "at_most",
    "one_of": "one_of",
    "contains": "contains",
    "present": "present",
}

Criterion = Annotated[
    Annotated[All, Tag("all")]
    | Annotated[AnyOf, Tag("any")]
    | Annotated[Not, Tag("not")]
    | Annotated[Engaged, Tag("engaged")]
    | Annotated[AtLeast, Tag("at_least")]
    | Annotated[AtMost, Tag("at_most")]
    | Annotated[OneOf, Tag("one_of")]
    | Annotated[Contains, Tag("contains")]
    | Annotated[Present, Tag("present")],
    Discriminator(
        _kind,
        custom_error_type="unknown_criterion",
        custom_error_message=f"a criterion needs one of: {', '.join(key for key in _TAGS if key != 'negated')}",
    ),
]

for _model in (All, AnyOf, Not):
    _model.model_rebuild()


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
        case All(all=parts):
            return _every([compile_test(part) for part in parts])
        case AnyOf(any=parts):
            return _some([compile_test(part) for part in parts])
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
    for part in _parts(rule):
        yield from outline(part, depth=depth + 1)


_Found = Callable[[Facts], str | int | None]
_Line = tuple[Test, str, dict[str, Any], _Found, int]


def _lines(rule: Criterion, *, depth: int) -> Iterator[_Line]:
    asked, params = _asked(rule)
    yield compile_test(rule), asked, params, _finder(rule), depth
    for part in _parts(rule):
        yield from _lines(part, depth=depth + 1)


def _parts(rule: Criterion) -> tuple[Criterion, ...]:
    match rule:
        case All(all=parts) | AnyOf(any=parts):
            return parts
        case Not(negated=part):
            return (part,)
        case _:
            return ()


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
    if isinstance(rule, _OnField):
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


def depth(rule: Criterion) -> int:
    return 1 + max((depth(part) for part in _parts(rule)), default=0)


def personas_named(rule: Criterion) -> set[str]:
    """The persona ids that this rule asks for."""
    if isinstance(rule, OneOf) and rule.field == "persona":
        return set(rule.one_of)
    return set().union(*(personas_named(part) for part in _parts(rule)))
