"""How the sides settle what they disagree about, as written in an agreement. Durations are whole minutes."""

from typing import Annotated

from pydantic import Field, StringConstraints

from smarketing.domain.clauses import Clause, Key

Address = Annotated[str, StringConstraints(strip_whitespace=True, to_lower=True, pattern=r"^[^@\s]+@[^@\s]+$")]


class DisputesClause(Clause):
    """In which time the other side answers what is contested, and who rules when it objects."""

    answer_minutes: int = Field(ge=1, le=525600)
    calendar: Key
    arbiters: tuple[Annotated[Address, Field(max_length=254)], ...] = Field(
        default=(), description="e-mail addresses; a side that has none of them here is ruled for by its managers"
    )
