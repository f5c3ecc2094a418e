"""What one side need not answer for because the other missed a promise in this very case, as the agreement says."""

from collections.abc import Callable, Collection, Iterator, Mapping

from smarketing.domain.criteria import Criterion
from smarketing.domain.facts import Value
from smarketing.domain.terms import Terms
from smarketing.domain.terms_consequences import ConsequenceClause

Applies = Callable[[Criterion], bool]
AT_THE_OFFER = "handoff.offered"


def of_case(terms: Terms, missed: Collection[str]) -> list[ConsequenceClause]:
    """The clauses whose relief follows in each case, where one of their promises is among those missed in it."""
    return [
        clause
        for clause in terms.consequences
        if clause.per == "case" and clause.relief and not set(missed).isdisjoint(clause.promises)
    ]


def incomplete(terms: Terms, values: Mapping[str, Value], applies: Applies) -> Iterator[str]:
    """The clauses on what is known of a lead as it is handed over that these values do not keep."""
    for clause in terms.completeness:
        is_about = clause.at == AT_THE_OFFER and (clause.when is None or applies(clause.when))
        if is_about and not all(values.get(field) for field in clause.fields):
            yield clause.id
