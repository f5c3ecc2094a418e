"""The company's own names for where a lead stands, as written in an agreement."""

from typing import Literal

from pydantic import Field

from smarketing.domain.clauses import Clause, Words, is_absent
from smarketing.domain.lifecycle import Stage
from smarketing.domain.terms_references import ReasonKey, StatusKey


class StatusClause(Clause):
    """A status of the company: the stage it means, who holds leads in it, and what it can become.

    `reasons` are those of which one must be given to enter it.
    """

    stage: Stage
    meaning: Words
    held_by: Literal["marketing", "sales", "nobody"]
    next: tuple[StatusKey, ...] = Field(default=(), exclude_if=is_absent)
    reasons: tuple[ReasonKey, ...] = Field(default=(), exclude_if=is_absent)
