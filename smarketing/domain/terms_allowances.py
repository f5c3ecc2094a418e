"""A length of time as an agreement writes it, for promises that are not measured to the minute."""

from typing import Final, Literal

from pydantic import Field, model_validator

from smarketing.domain.clauses import Value
from smarketing.domain.errors import N_
from smarketing.domain.terms_faults import broken_rule

AllowanceUnit = Literal[
    "minutes", "hours", "days", "weeks", "months", "business_minutes", "business_hours", "business_days"
]
UNITS: Final[tuple[AllowanceUnit, ...]] = (
    "minutes",
    "hours",
    "days",
    "weeks",
    "months",
    "business_minutes",
    "business_hours",
    "business_days",
)


class Allowance(Value):
    """Exactly one of these. Business units count only what the calendar of the clause is open."""

    minutes: int | None = Field(default=None, ge=1, le=525600)
    hours: int | None = Field(default=None, ge=1, le=8760)
    days: int | None = Field(default=None, ge=1, le=3660)
    weeks: int | None = Field(default=None, ge=1, le=520)
    months: int | None = Field(default=None, ge=1, le=120)
    business_minutes: int | None = Field(default=None, ge=1, le=525600)
    business_hours: int | None = Field(default=None, ge=1, le=8760)
    business_days: int | None = Field(default=None, ge=1, le=1000)

    @property
    def unit(self) -> AllowanceUnit:
        return next(unit for unit in UNITS if getattr(self, unit) is not None)

    @property
    def amount(self) -> int:
        amount: int = getattr(self, self.unit)
        return amount

    @property
    def is_business(self) -> bool:
        return self.unit.startswith("business_")

    @model_validator(mode="after")
    def _has_one_unit(self) -> "Allowance":
        if sum(getattr(self, unit) is not None for unit in UNITS) != 1:
            raise broken_rule(N_("Write a time with exactly one unit: %(units)s."), units=", ".join(UNITS))
        return self


def check_has_calendar(allowance: Allowance | None, calendar: str | None, field: str = "within") -> None:
    """Raises when business time is granted without the calendar that says when business is open."""
    if allowance is not None and allowance.is_business and calendar is None:
        raise broken_rule(N_("Business time needs a calendar: add “calendar”."), at=(field,))
