"""How the agreement itself lives: renewal, end, amendment, review and reporting, as written in it."""

from datetime import date
from typing import Literal

from pydantic import Field, model_validator

from smarketing.domain.clauses import Clause, Value, Words, is_absent
from smarketing.domain.errors import N_
from smarketing.domain.roles import Department
from smarketing.domain.terms_allowances import Allowance, check_has_calendar
from smarketing.domain.terms_faults import broken_rule
from smarketing.domain.terms_references import CalendarKey, RoleKey

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Rhythm = Literal["week", "fortnight", "month", "quarter", "half_year", "year"]
Section = Literal["scoring", "criteria", "handoff", "clocks", "targets", "routing"]


class TermDates(Value):
    """The days of the term where they are fixed: first and last, both included."""

    starts_on: date
    ends_on: date

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> "TermDates":
        if self.ends_on < self.starts_on:
            message = N_("The term ends on %(end)s, before it starts on %(start)s.")
            raise broken_rule(message, at=("ends_on",), end=self.ends_on.isoformat(), start=self.starts_on.isoformat())
        return self


class RenewalClause(Clause):
    """What happens at the end of the term: it goes on by itself, is negotiated anew, or ends."""

    mode: Literal["tacit", "renegotiated", "none"]
    months: int | None = Field(default=None, ge=1, le=120, description="how long each renewal lasts")
    talks_begin_days: int | None = Field(default=None, ge=1, le=365, description="days before the end")

    @model_validator(mode="after")
    def _lasts(self) -> "RenewalClause":
        if self.mode == "tacit" and self.months is None:
            raise broken_rule(N_("Say how long a renewal lasts: add “months”."), at=("mode",))
        return self


class TerminationClause(Clause):
    """Why a side may end it before its term, and with how much notice; 0 is at once."""

    side: Department | None = Field(default=None, description="null is either side")
    cause: Words
    notice_days: int = Field(ge=0, le=730)


class AmendmentStep(Clause):
    """One step of an amendment and its time; `no_sooner_than` where haste is ruled out."""

    within: Allowance
    no_sooner_than: Allowance | None = None
    decided_by: tuple[RoleKey, ...] = Field(default=(), exclude_if=is_absent)


class AmendmentClause(Clause):
    """How `sections` change (all of the agreement, when empty): when, by which steps, and what a request must say.

    Outside the `months` (1 to 12; any, when empty) only what `outside_window` allows. `no_effect_on` are weekdays on
    which nothing new comes into force.
    """

    sections: tuple[Section, ...] = Field(default=(), exclude_if=is_absent)
    months: tuple[int, ...] = Field(default=(), exclude_if=is_absent)
    outside_window: Literal["corrections", "nothing"] | None = None
    steps: tuple[AmendmentStep, ...] = Field(default=(), exclude_if=is_absent)
    calendar: CalendarKey | None = None
    no_effect_on: tuple[Weekday, ...] = Field(default=(), exclude_if=is_absent)
    request_holds: tuple[Clause, ...] = Field(default=(), exclude_if=is_absent)

    @model_validator(mode="after")
    def _can_be_followed(self) -> "AmendmentClause":
        for index, month in enumerate(self.months):
            if not 1 <= month <= 12:
                raise broken_rule(N_("Months are 1 to 12."), at=("months", index))
        if self.outside_window and not self.months:
            raise broken_rule(N_("There is no window to be outside of: add “months”."), at=("outside_window",))
        for step in self.steps:
            check_has_calendar(step.within, self.calendar, "steps")
            check_has_calendar(step.no_sooner_than, self.calendar, "steps")
        return self


class ReviewClause(Clause):
    """A meeting of both sides: how often, how long, with whom and about what."""

    every: Rhythm
    minutes: int | None = Field(default=None, ge=5, le=480)
    attendees: tuple[RoleKey, ...] = Field(default=(), exclude_if=is_absent)
    agenda: Words | None = None


class ReportingClause(Clause):
    """A report that one side owes: how often, by which working day after the period, to whom and on what."""

    side: Department
    every: Rhythm
    by_working_day: int | None = Field(default=None, ge=1, le=23)
    weekday: Weekday | None = None
    readers: tuple[RoleKey, ...] = Field(default=(), exclude_if=is_absent)
    contents: Words
