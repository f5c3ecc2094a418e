"""Volumes as they are said: heads as numbers, values and revenue as money."""

from smarketing.reports.pacing import Owed
from smarketing.reports.tables import Cell
from smarketing.web.filters import money, number


def amount(owed: Owed, volume: float, digits: int = 0) -> str:
    """`digits` are those of heads; money is told in whole units once there is enough of it."""
    if not owed.clause.is_money:
        return number(volume, digits)
    cents = round(volume)
    return money(cents if abs(cents) < 10_000 else round(cents / 100) * 100, owed.terms.currency)


def amount_cell(owed: Owed, volume: float, digits: int = 0) -> Cell:
    """In the file money is in units of the currency."""
    value = axis_value(owed, volume)
    return Cell(round(value, 2 if owed.clause.is_money else digits), amount(owed, volume, digits))


def axis_value(owed: Owed, volume: float) -> float:
    """As a chart draws it."""
    return volume / 100 if owed.clause.is_money else volume
