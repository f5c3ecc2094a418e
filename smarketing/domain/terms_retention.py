"""How long data is kept, how it is backed up and how soon it is back, as written in an agreement."""

from typing import Literal

from pydantic import Field

from smarketing.domain.clauses import Clause, is_absent
from smarketing.domain.lifecycle import Stage


class RetentionClause(Clause):
    """Leads at these stages (all, when empty) are erased or anonymised so many months after their last engagement."""

    stages: tuple[Stage, ...] = Field(default=(), exclude_if=is_absent)
    keep_months: int = Field(ge=1, le=240)
    then: Literal["erase", "anonymise"]


class BackupClause(Clause):
    """How often a copy is made, how long it is kept, what may be lost and how soon all works again, at most."""

    every_hours: int = Field(ge=1, le=744)
    keep_days: int = Field(ge=1, le=3660)
    lost_hours: int | None = Field(default=None, ge=0, le=744, description="what may be lost, at most (RPO)")
    back_within_hours: int | None = Field(default=None, ge=1, le=744, description="back in operation, at most (RTO)")
    tested_every_months: int | None = Field(default=None, ge=1, le=36)
