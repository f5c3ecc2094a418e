"""The rule language of the agreement: what a criterion can ask, as data that lives in the signed terms.

How it is answered stands in domain/verdicts.py, and as a question to the database in models/criteria.py.
"""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    StringConstraints,
    Tag,
    field_validator,
)

from smarketing.domain.criteria_fields import INSTANT_FIELDS, KNOWN_FIELDS, NUMBER_FIELDS, is_custom, is_text
from smarketing.domain.errors import N_
from smarketing.domain.terms_faults import KIND_PATTERN, broken_rule

MAX_DEPTH = 8
LARGEST = 10**15
"""Numbers of a rule lie within this on both sides of 0, as those that a custom field may hold."""

EngagementKind = Annotated[str, StringConstraints(pattern=KIND_PATTERN)]
Bound = Annotated[int, Field(gt=-LARGEST, lt=LARGEST)]
Days = Annotated[int, Field(ge=1, le=3660)]


class _Rule(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class All(_Rule):
    all: tuple["Criterion", ...] = Field(min_length=1, max_length=50)


class AnyOf(_Rule):
    any: tuple["Criterion", ...] = Field(min_length=1, max_length=50)


class Not(_Rule):
    negated: "Criterion" = Field(alias="not")


class OnField(_Rule):
    field: str

    @field_validator("field")
    @classmethod
    def _is_known(cls, field: str) -> str:
        if field in KNOWN_FIELDS or is_custom(field):
            return field
        raise broken_rule(
            N_("There is no field “%(field)s”; use one of %(known)s, or custom.… for your own."),
            field=field[:60],
            known=", ".join(sorted(KNOWN_FIELDS)),
        )


class _OnNumber(OnField):
    """On a number of the score, or on a custom field whose text is a whole number."""

    @field_validator("field")
    @classmethod
    def _is_number(cls, field: str) -> str:
        if is_custom(field) or field in NUMBER_FIELDS:
            return field
        if field in INSTANT_FIELDS:
            raise broken_rule(N_("“%(field)s” is an instant: ask within_days or older_than_days of it."), field=field)
        raise broken_rule(N_("“%(field)s” is text and cannot be compared with a number."), field=field)


class _OnText(OnField):
    @field_validator("field")
    @classmethod
    def _is_text(cls, field: str) -> str:
        if field in INSTANT_FIELDS:
            raise broken_rule(N_("“%(field)s” is an instant: ask within_days or older_than_days of it."), field=field)
        return field


class _OnWords(OnField):
    """On text alone: how a number begins or ends means nothing."""

    @field_validator("field")
    @classmethod
    def _is_words(cls, field: str) -> str:
        if is_text(field):
            return field
        raise broken_rule(N_("“%(field)s” is no text: it neither begins nor ends with letters."), field=field)


class _OnInstant(OnField):
    @field_validator("field")
    @classmethod
    def _is_instant(cls, field: str) -> str:
        if field in INSTANT_FIELDS:
            return field
        message = N_("“%(field)s” is no instant; days are asked of %(known)s.")
        raise broken_rule(message, field=field[:60], known=", ".join(sorted(INSTANT_FIELDS)))


class AtLeast(_OnNumber):
    at_least: Bound


class AtMost(_OnNumber):
    at_most: Bound


class Between(_OnNumber):
    """Both bounds included."""

    between: tuple[Bound, Bound]

    @field_validator("between")
    @classmethod
    def _is_range(cls, between: tuple[int, int]) -> tuple[int, int]:
        if between[0] <= between[1]:
            return between
        raise broken_rule(N_("A range begins with the smaller number: write %(low)s, %(high)s."),
                          low=between[1], high=between[0])  # fmt: skip


Option = Annotated[str, StringConstraints(min_length=1, max_length=500)]


class OneOf(_OnText):
    """The text is one of these, whatever the case."""

    one_of: tuple[Option, ...] = Field(min_length=1, max_length=1000)


class Contains(_OnText):
    """Any of these stands somewhere in the text, within a word too, whatever the case."""

    contains: tuple[Option, ...] = Field(min_length=1, max_length=200)


class StartsWith(_OnWords):
    """The text begins with any of these, whatever the case."""

    starts_with: tuple[Option, ...] = Field(min_length=1, max_length=200)


class EndsWith(_OnWords):
    """The text ends with any of these, whatever the case."""

    ends_with: tuple[Option, ...] = Field(min_length=1, max_length=200)


class Present(OnField):
    present: bool


class Within(_OnInstant):
    """It happened in the last so many days of 24 hours."""

    within_days: Days


class OlderThan(_OnInstant):
    """It happened so many days of 24 hours ago, or earlier."""

    older_than_days: Days


class Engaged(_Rule):
    """At least so many engagements of a kind, within the last so many days (ever, when None)."""

    engagement: EngagementKind
    at_least: int = Field(default=1, ge=1, le=1000)
    within_days: Days | None = None


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
    "between": "between",
    "one_of": "one_of",
    "contains": "contains",
    "starts_with": "starts_with",
    "ends_with": "ends_with",
    "present": "present",
    "within_days": "within_days",
    "older_than_days": "older_than_days",
}

Criterion = Annotated[
    Annotated[All, Tag("all")]
    | Annotated[AnyOf, Tag("any")]
    | Annotated[Not, Tag("not")]
    | Annotated[Engaged, Tag("engaged")]
    | Annotated[AtLeast, Tag("at_least")]
    | Annotated[AtMost, Tag("at_most")]
    | Annotated[Between, Tag("between")]
    | Annotated[OneOf, Tag("one_of")]
    | Annotated[Contains, Tag("contains")]
    | Annotated[StartsWith, Tag("starts_with")]
    | Annotated[EndsWith, Tag("ends_with")]
    | Annotated[Present, Tag("present")]
    | Annotated[Within, Tag("within_days")]
    | Annotated[OlderThan, Tag("older_than_days")],
    Discriminator(
        _kind,
        custom_error_type="unknown_criterion",
        custom_error_message=f"a criterion needs one of: {', '.join(key for key in _TAGS if key != 'negated')}",
    ),
]

for _model in (All, AnyOf, Not):
    _model.model_rebuild()


def parts(rule: Criterion) -> tuple[Criterion, ...]:
    """The criteria directly within this one."""
    match rule:
        case All(all=several) | AnyOf(any=several):
            return several
        case Not(negated=part):
            return (part,)
        case _:
            return ()


def depth(rule: Criterion) -> int:
    return 1 + max((depth(part) for part in parts(rule)), default=0)


def walk(rule: Criterion) -> Iterator[Criterion]:
    """This one and all within it."""
    yield rule
    for part in parts(rule):
        yield from walk(part)


def fields_named(rule: Criterion) -> set[str]:
    """The fields that this rule asks for."""
    return {part.field for part in walk(rule) if isinstance(part, OnField)}


def personas_named(rule: Criterion) -> set[str]:
    """The persona ids that this rule asks for."""
    return _named(rule, "persona")


def statuses_named(rule: Criterion) -> set[str]:
    """The status ids that this rule asks for."""
    return _named(rule, "status")


def _named(rule: Criterion, field: str) -> set[str]:
    asked = (part for part in walk(rule) if isinstance(part, OneOf) and part.field == field)
    return {key for part in asked for key in part.one_of}
