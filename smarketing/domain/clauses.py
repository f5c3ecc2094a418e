"""What every clause of an agreement has: an id unique in the document, and a title in French and English."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from smarketing.domain.criteria import MAX_DEPTH, Criterion, depth
from smarketing.domain.errors import N_
from smarketing.domain.terms_faults import KEY_PATTERN, broken_rule

Key = Annotated[str, StringConstraints(pattern=KEY_PATTERN)]


class Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def _shallow(rule: Criterion) -> Criterion:
    if depth(rule) > MAX_DEPTH:
        raise broken_rule(N_("Criteria may be nested %(limit)s levels deep."), limit=MAX_DEPTH)
    return rule


Criteria = Annotated[Criterion, AfterValidator(_shallow)]


class Words(Value):
    """The same words in both languages."""

    en: str = Field(min_length=1, max_length=4000)
    fr: str = Field(min_length=1, max_length=4000)

    def __str__(self) -> str:
        return self.en

    def in_locale(self, locale: str) -> str:
        return self.fr if locale.startswith("fr") else self.en


class Clause(Value):
    id: Key
    title: Words


def is_absent(value: object) -> bool:
    """What a later schema added and a document does not use: left out, so that older digests stay what they were."""
    return value is None or value is False or value == ()
