"""A result as its page shows it, and what its figures have in common."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from flask import url_for
from flask_babel import gettext

from smarketing.domain.backtest import Comparison, Fate, Load, Tally
from smarketing.domain.periods import Period


class Shown(NamedTuple):
    """A result and what to call its two sides; `names` are those of the reps."""

    id: int
    comparison: Comparison
    period: Period
    base_number: int
    number: int
    names: Mapping[int, str]

    @property
    def weeks(self) -> float:
        return (self.period.ends_on - self.period.starts_on).days / 7

    def base_name(self) -> str:
        return gettext("Version %(number)s", number=self.base_number)

    def draft_name(self) -> str:
        return gettext("Version %(number)s", number=self.number)

    def leads_url(self, fate: Fate) -> str:
        return url_for("backtests.leads", backtest_id=self.id, fate=fate.value)


def in_weeks(tally: Tally, stock: int) -> int:
    return tally.mqls - stock


def team_limit(loads: Sequence[Load]) -> float | None:
    """What all reps together can take in a week; None unless each has a limit."""
    limits = [load.most_a_week for load in loads]
    known = [limit for limit in limits if limit is not None]
    return sum(known) if known and len(known) == len(limits) else None
