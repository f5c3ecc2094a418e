"""The rule language of the agreement: what a criterion can ask, as data that lives in the signed terms.

How it is answered stands in domain/verdicts.py.
"""

from collections.abc import Mapping
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

from smarketing.domain.errors import N_
from smarketing.domain.terms_faults import KIND_PATTERN, broken_rule

TEXT_FIELDS = frozenset(
    "email first_name last_name phone company job_title country source campaign landing_page persona".split()
)
NUMBER_FIELDS = frozenset({"points", "fit_points", "engagement_points", "engagement_count"})
CUSTOM_PREFIX = "custom."
MAX_DEPTH = 8

EngagementKind = Annotated[str, StringConstraints(pattern=KIND_PATTERN)]


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
        if field in TEXT_FIELDS or field in NUMBER_FIELDS or field.removeprefix(CUSTOM_PREFIX) not in ("", field):
            return field
        raise broken_rule(
            N_("There is no field “%(field)s”; use one of %(known)s, or custom.… for your own."),
            field=field[:60],
            known=", ".join(sorted(TEXT_FIELDS | NUMBER_FIELDS)),
        )


class _OnNumber(OnField):
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


class OneOf(OnField):
    """The text is one of these, whatever the case."""

    one_of: tuple[Option, ...] = Field(min_length=1, max_length=1000)


class Contains(OnField):
    """Any of these stands somewhere in the text, within a word too, whatever the case."""

    contains: tuple[Option, ...] = Field(min_length=1, max_length=200)


class Present(OnField):
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


def personas_named(rule: Criterion) -> set[str]:
    """The persona ids that this rule asks for."""
    if isinstance(rule, OneOf) and rule.field == "persona":
        return set(rule.one_of)
    return set().union(*(personas_named(part) for part in parts(rule)))
