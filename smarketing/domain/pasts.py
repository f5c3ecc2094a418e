"""A lead as it was known at each past instant, and when an agreement's criteria would first have made an MQL of it.

Nothing from later is seen: an engagement counts from when it was known here, and a fact that was written within the
time looked at is not known before it was last written, since the journal keeps no earlier text of it.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from smarketing.domain.facts import Facts, Recycling, Value
from smarketing.domain.scores import Score
from smarketing.domain.scoring import Scorer


class Act(NamedTuple):
    known_at: datetime
    kind: str
    occurred_at: datetime


class Past(NamedTuple):
    """`values` say where the lead stood at `free_at`, from when on the criteria may promote it.

    `written_at` is when a fact was last written, for those written within the time looked at. `acts` ascend.
    """

    lead_id: int
    free_at: datetime
    values: Mapping[str, Value]
    written_at: Mapping[str, datetime]
    acts: Sequence[Act]
    recycled: Sequence[Recycling] = ()

    def facts(self, at: datetime) -> Facts:
        values = self.values
        if unknown := {name for name, written_at in self.written_at.items() if written_at > at}:
            values = {name: value for name, value in values.items() if name not in unknown}
        return Facts(
            values, [(act.kind, act.occurred_at) for act in self.acts if act.known_at <= at], at, self.recycled
        )


class Made(NamedTuple):
    """A lead became an MQL. `is_stock` is one that met the criteria as the time began: it was known before."""

    at: datetime
    points: int
    persona: str
    is_stock: bool


class Span(NamedTuple):
    """Instants [starts_at, ends_at)."""

    starts_at: datetime
    ends_at: datetime


def first_mql(scorer: Scorer, past: Past, span: Span) -> Made | None:
    """When the criteria first held within the span while they could promote the lead; None when never."""
    at = max(span.starts_at, past.free_at)
    told = sorted({*(act.known_at for act in past.acts), *past.written_at.values()})
    while at < span.ends_at:
        facts = past.facts(at)
        score = scorer.score(facts)
        if score.is_mql:
            return Made(at, score.points, score.persona, is_stock=at == span.starts_at)
        following = next((instant for instant in told if instant > at), span.ends_at)
        by_time = scorer.next_change(facts)
        at = following if by_time is None else min(following, by_time)
    return None


def judged_at(scorer: Scorer, past: Past, at: datetime) -> tuple[Score, list[list[object]]]:
    """The score at an instant, and its reasons as they are stored; a text that was found is left out of them."""
    facts = past.facts(at)
    score = scorer.score(facts)
    reasons = scorer.explain(score, facts)["reasons"]
    return score, [
        [held, asked, params, found if isinstance(found, int) else None, depth]
        for held, asked, params, found, depth in reasons
    ]
