"""How the sides contest an answer or a count, and what excuses a missed promise, as written in an agreement."""

from typing import Literal

from pydantic import Field, model_validator

from smarketing.domain.clauses import Clause, Words, is_absent
from smarketing.domain.errors import N_
from smarketing.domain.roles import Department
from smarketing.domain.terms_allowances import Allowance, check_has_calendar
from smarketing.domain.terms_faults import broken_rule
from smarketing.domain.terms_references import CalendarKey, PromiseKey, ReasonKey, RoleKey


class ContestClause(Clause):
    """`side` may contest `subject` within a time; the other replies, somebody rules.

    With `replies_by_day` and `rules_by_day` (days of the month after) contested cases are gathered and settled once a
    month, `sample_count` of them at most, in a meeting of `meeting_minutes`. Silence means that the claim holds or
    falls.
    """

    side: Department
    subject: Literal["refusal", "breach", "count", "score"]
    reasons: tuple[ReasonKey, ...] = Field(default=(), exclude_if=is_absent)
    within: Allowance
    reply_within: Allowance | None = None
    rule_within: Allowance | None = None
    calendar: CalendarKey | None = None
    replies_by_day: int | None = Field(default=None, ge=1, le=28)
    rules_by_day: int | None = Field(default=None, ge=1, le=28)
    sample_count: int | None = Field(default=None, ge=1, le=1000)
    meeting_minutes: int | None = Field(default=None, ge=5, le=480)
    ruled_by: tuple[RoleKey, ...] = Field(default=(), exclude_if=is_absent)
    silence: Literal["upholds", "dismisses"] | None = None

    @model_validator(mode="after")
    def _ends(self) -> "ContestClause":
        for field in ("within", "reply_within", "rule_within"):
            check_has_calendar(getattr(self, field), self.calendar, field)
        if self.replies_by_day and self.rules_by_day and self.rules_by_day < self.replies_by_day:
            raise broken_rule(N_("The ruling cannot come before the replies."), at=("rules_by_day",))
        return self


class ExcuseClause(Clause):
    """What excuses a missed promise when it is shown; the case then counts neither as met nor as breached."""

    side: Department
    promises: tuple[PromiseKey, ...] = Field(default=(), exclude_if=is_absent)
    evidence: Words | None = None
    granted_by: Literal["marketing_manager", "sales_manager", "other_side", "both"] = "other_side"
    claim_within: Allowance | None = None
    calendar: CalendarKey | None = None

    @model_validator(mode="after")
    def _can_be_claimed(self) -> "ExcuseClause":
        check_has_calendar(self.claim_within, self.calendar, "claim_within")
        return self
