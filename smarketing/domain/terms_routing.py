"""Who gets which lead, how newcomers are eased in and what happens to the leads of who leaves."""

from collections.abc import Iterable
from datetime import date
from typing import Literal

from pydantic import Field, model_validator

from smarketing.domain.clauses import Clause, Criteria, Key, Value, is_absent
from smarketing.domain.errors import N_
from smarketing.domain.lifecycle import Stage
from smarketing.domain.terms_allowances import Allowance
from smarketing.domain.terms_faults import broken_rule
from smarketing.domain.terms_references import StatusKey

Receiver = Literal["turn", "last_rep", "account_rep", "closing_rep", "manager", "marketing"]


class RouteClause(Clause):
    """Leads of these criteria go to `to`, the first rule that fits; whoever touched or closed `within` keeps them.

    Where there is no such person the next rule is tried; the last resort is the turn of the hand-off's team.
    """

    when: Criteria | None = None
    to: Receiver
    team: Key | None = None
    within: Allowance | None = None

    @model_validator(mode="after")
    def _is_possible(self) -> "RouteClause":
        if self.within is not None and self.to not in ("last_rep", "closing_rep"):
            raise broken_rule(N_("Only who touched or closed a lead keeps it for a time."), at=("within",))
        if self.within is not None and self.within.is_business:
            raise broken_rule(N_("Write this in calendar time, such as days."), at=("within",))
        return self


class CapacityClause(Clause):
    """How much one rep can work: no more open leads, or new ones in a week, are routed to them."""

    team: Key | None = None
    most_open: int | None = Field(default=None, ge=1, le=100000)
    most_a_week: int | None = Field(default=None, ge=1, le=100000)

    @model_validator(mode="after")
    def _limits(self) -> "CapacityClause":
        if self.most_open is None and self.most_a_week is None:
            raise broken_rule(N_("This limits nothing: add “most_open” or “most_a_week”."))
        return self


class RampStep(Value):
    """From the so-manieth month on (0 is the one of joining): shares of what is owed and of the leads routed."""

    from_month: int = Field(ge=0, le=36)
    quota_ratio: float = Field(ge=0, le=1)
    routing_ratio: float = Field(ge=0, le=1)


class RampClause(Clause):
    """How newcomers grow into their load. Who joins after `shift_after_day` of a month begins with the next."""

    shift_after_day: int | None = Field(default=None, ge=1, le=31)
    steps: tuple[RampStep, ...] = Field(min_length=1, max_length=24)

    def months(self, started_on: date, day: date) -> int:
        """In which month of theirs somebody is on a day; 0 is that of joining, and before."""
        months = (day.year - started_on.year) * 12 + day.month - started_on.month
        if self.shift_after_day and started_on.day > self.shift_after_day:
            months -= 1
        return max(0, months)

    def quota_ratio(self, started_on: date, days: Iterable[date]) -> float:
        """The share of what is owed that these days ask of them, on average."""
        shares = [self._step(self.months(started_on, day)).quota_ratio for day in days]
        return sum(shares) / len(shares) if shares else 1.0

    def _step(self, months: int) -> RampStep:
        return next(step for step in reversed(self.steps) if step.from_month <= months)

    @model_validator(mode="after")
    def _climbs(self) -> "RampClause":
        months = [step.from_month for step in self.steps]
        if months != sorted(set(months)) or months[0] != 0:
            raise broken_rule(N_("Write the steps in order, the first from month 0, no month twice."), at=("steps",))
        return self


class OffboardingClause(Clause):
    """Where the open leads of somebody who leaves go, by stage or status; the first rule that fits."""

    stages: tuple[Stage, ...] = Field(default=(), exclude_if=is_absent)
    statuses: tuple[StatusKey, ...] = Field(default=(), exclude_if=is_absent)
    when: Criteria | None = None
    to: Receiver
    within: Allowance | None = None
