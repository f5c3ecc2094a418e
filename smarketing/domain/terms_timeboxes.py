"""What happens by itself to a lead that stands still, as written in an agreement."""

from typing import Literal

from pydantic import Field, model_validator

from smarketing.domain.clauses import Clause, Criteria
from smarketing.domain.errors import N_
from smarketing.domain.lifecycle import Stage
from smarketing.domain.terms_allowances import Allowance, check_has_calendar
from smarketing.domain.terms_faults import broken_rule
from smarketing.domain.terms_references import CalendarKey, ReasonKey

BoxOutcome = Literal["accept", "recycle", "return", "disqualify", "reassign", "queue", "escalate"]


class TimeboxClause(Clause):
    """A lead that has been at `stage` for `after`, or untouched there when `since` says so, gets `outcome`.

    `reason` is the one that is written down; recycling and refusing by itself need one.
    """

    stage: Literal[Stage.MQL, Stage.SAL, Stage.SQL]
    when: Criteria | None = None
    since: Literal["last_touch"] | None = Field(default=None, description="since it came to the stage, when null")
    after: Allowance
    calendar: CalendarKey | None = None
    outcome: BoxOutcome
    reason: ReasonKey | None = None

    @model_validator(mode="after")
    def _can_happen(self) -> "TimeboxClause":
        check_has_calendar(self.after, self.calendar, "after")
        if self.outcome == "accept" and self.stage is not Stage.MQL:
            raise broken_rule(N_("Only an MQL can be accepted by silence."), at=("outcome",))
        if self.outcome in ("recycle", "return", "disqualify") and self.reason is None:
            raise broken_rule(N_("Name the reason that is written down: add “reason”."), at=("outcome",))
        return self
