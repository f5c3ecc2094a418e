"""What hand-offs brought: won amounts by source or persona, and what one of a kind has been worth so far."""

from typing import Any, NamedTuple

from sqlalchemy import and_, case, func

from smarketing.db import db
from smarketing.domain.dispositions import DispositionKind, HandoffState
from smarketing.models.handoffs import Disposition, Handoff
from smarketing.reports.cases import KEYS, By, Span, Wanted, among_handoffs

KIN = 20
"""How many cases of the whole are mixed into each kind: few cases say little by themselves."""


class Worth(NamedTuple):
    """`amount_cents` is the sum of the won ones that name an amount, `priced` how many these are."""

    offered: int
    won: int
    priced: int
    amount_cents: int

    @property
    def price_cents(self) -> float | None:
        """What a won one brings on average."""
        return self.amount_cents / self.priced if self.priced else None


def by(kind: By, span: Span, wanted: Wanted) -> dict[Any, Worth]:
    """Hand-offs offered within the span and what they brought so far."""
    key = KEYS[kind]
    is_won = Handoff.state == HandoffState.WON
    sums = (
        func.count(),
        func.count(case((is_won, 1))),
        func.count(case((is_won, Disposition.amount_cents))),
        func.coalesce(func.sum(case((is_won, Disposition.amount_cents))), 0),
    )
    won = and_(Disposition.handoff_id == Handoff.id, Disposition.kind == DispositionKind.WON)
    query = among_handoffs((key, *sums), span, wanted).outerjoin(Disposition, won)
    return {row[0]: Worth(*map(int, row[1:])) for row in db.session.execute(query.group_by(key))}


def total(parts: dict[Any, Worth]) -> Worth:
    return Worth(*(sum(each[place] for each in parts.values()) for place in range(4)))


def value_cents(part: Worth, whole: Worth) -> float | None:
    """The chance of being won times the average price, each drawn to that of the whole by KIN cases; None for no price.

    Empirical Bayes in its simplest form: a kind of three leads is not worth 0 because none of them is won yet.
    """
    if whole.price_cents is None or not whole.offered:
        return None
    chance = (part.won + KIN * whole.won / whole.offered) / (part.offered + KIN)
    price = (part.amount_cents + KIN * whole.price_cents) / (part.priced + KIN)
    return chance * price
