"""What each side owes in numbers, as written in an agreement."""

from typing import Literal

from pydantic import Field

from smarketing.domain.calendars import Key
from smarketing.domain.clauses import Clause
from smarketing.domain.roles import Department


class CountClause(Clause):
    """One side owes a volume per period."""

    side: Department
    metric: Literal["mqls", "sals", "sqls", "wons"]
    period: Literal["month"] = "month"
    owed: int = Field(ge=1, le=10**9)
    calendar: Key
