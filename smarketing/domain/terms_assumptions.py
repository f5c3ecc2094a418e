"""What both sides take for granted when they sign, for lack of a history that would say it."""

from pydantic import Field, model_validator

from smarketing.domain.clauses import Clause
from smarketing.domain.errors import N_
from smarketing.domain.terms_faults import broken_rule


class AssumptionsClause(Clause):
    """From step to step, what share goes on; what a won deal brings; what a rep can work.

    Nobody owes these: whether the promises fit each other is reckoned with them where too little has happened yet.
    """

    accepted_ratio: float | None = Field(default=None, gt=0, le=1, description="of MQLs, accepted by sales")
    confirmed_ratio: float | None = Field(default=None, gt=0, le=1, description="of those accepted, confirmed as SQL")
    won_ratio: float | None = Field(default=None, gt=0, le=1, description="of SQLs, won")
    average_sale: int | None = Field(default=None, ge=1, le=10**12, description="in 1/100 of the currency")
    sourced_ratio: float | None = Field(
        default=None,
        gt=0,
        le=1,
        description="of the revenue owed, from leads that marketing hands over; all, when null",
    )
    rep_count: int | None = Field(default=None, ge=1, le=10000, description="reps; those there are, when null")
    leads_a_week: int | None = Field(default=None, ge=1, le=10000, description="new leads that one rep can work")

    @model_validator(mode="after")
    def _says_something(self) -> "AssumptionsClause":
        if not any(value is not None for name, value in self if name not in ("id", "title")):
            raise broken_rule(N_("This assumes nothing: say at least one share, amount or number."))
        return self
