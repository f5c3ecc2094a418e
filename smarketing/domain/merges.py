"""Two records of one person become one lead: what each brings along, and what a later look at the journal makes of it.

Dates, cycles, amounts and stages come out the same in whatever order several leads are merged; only which fact stays,
where two say something else, is for people to choose.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple

from smarketing.domain.errors import N_, Conflict
from smarketing.domain.event_names import EventName
from smarketing.domain.lifecycle import Milestones, Stage, stage_of

SEPARABLE_FOR: Final = timedelta(days=30)
"""How long after a merge the two can be made two again, as they were."""


class KeyKind(StrEnum):
    """What a lead is known by to other systems."""

    EMAIL = "email"
    EXTERNAL_ID = "external_id"


class Status(NamedTuple):
    """The company's own name for where a lead stands, since an instant, and the reason it came there with."""

    id: str
    reason: str | None
    at: datetime


class Side(NamedTuple):
    """How a lead stands, as far as a merge brings it along.

    `latest` is the instant and the id of its latest hand-off, None before the first; `is_open` whether one is open that
    stays so. `stated_cents` is the won amount that a file stated, `won_cents` what was won by hand-offs.
    """

    stage: Stage
    status: Status | None
    cycle: int
    is_held: bool
    recycled_until: date | None
    owner_id: int | None
    persona_id: int | None
    arrived_at: datetime
    arrived_on: date
    mql_on: date | None
    recorded_at: datetime
    import_id: int | None
    milestones: Milestones
    stated_cents: int | None
    won_cents: int
    latest: tuple[datetime, int] | None
    is_open: bool

    @property
    def amount_cents(self) -> int | None:
        return (self.won_cents + (self.stated_cents or 0)) or self.stated_cents


def union(one: Side, other: Side) -> Side:
    """How the one lead stands that both become.

    It stands where its open or else its latest hand-off left it, and without any where its earliest dates do, or else
    where it is nearest to becoming an MQL. Of two amounts that files stated the larger counts, since both may tell of
    one deal; what was won here adds up.
    """
    later = max(one, other, key=lambda side: (side.is_open, side.latest is not None, side.latest or ()))
    latest = [side.latest for side in (one, other) if side.latest]
    first = min(one, other, key=lambda side: side.recorded_at)
    milestones = Milestones(*(earliest(pair) for pair in zip(one.milestones, other.milestones, strict=True)))
    is_worked = later.latest is not None
    stage = later.stage if is_worked else _unworked(one.stage, other.stage, milestones)
    statuses = [
        side.status for side in ((later,) if is_worked else (one, other)) if side.stage is stage and side.status
    ]
    days = [side.recycled_until for side in (one, other) if side.recycled_until and side.stage is Stage.RECYCLED]
    stated = [side.stated_cents for side in (one, other) if side.stated_cents is not None]
    return Side(
        stage,
        max(statuses, key=lambda status: (status.at, status.id), default=None),
        one.cycle + other.cycle,
        later.is_held if is_worked else one.is_held or other.is_held,
        later.recycled_until if is_worked else min(days, default=None) if stage is Stage.RECYCLED else None,
        later.owner_id if is_worked else None,
        later.persona_id or one.persona_id or other.persona_id,
        min(one.arrived_at, other.arrived_at),
        min(one.arrived_on, other.arrived_on),
        min((side.mql_on for side in (one, other) if side.mql_on), default=None),
        first.recorded_at,
        first.import_id,
        milestones,
        max(stated, default=None),
        one.won_cents + other.won_cents,
        max(latest, default=None),
        one.is_open or other.is_open,
    )


def _unworked(one: Stage, other: Stage, milestones: Milestones) -> Stage:
    """Of leads that were never handed over: by the dates they brought, or as people put them."""
    by_dates = stage_of(milestones)
    return by_dates if by_dates is not Stage.INQUIRY else min(one, other, key=_NEAREST.index)


_AWAY: Final = (Stage.RECYCLED, Stage.DISQUALIFIED)
_NEAREST: Final = (*(stage for stage in Stage if stage not in _AWAY), *_AWAY)


def earliest(instants: Iterable[datetime | None]) -> datetime | None:
    return min((at for at in instants if at is not None), default=None)


# facts


def differing(one: Mapping[str, str], other: Mapping[str, str]) -> list[str]:
    """The names of the facts that both state, each otherwise, in the order of the first."""
    return [name for name, text in one.items() if text and other.get(name) and other[name] != text]


def joined(one: Mapping[str, str], other: Mapping[str, str], *, from_other: Collection[str]) -> dict[str, str]:
    """The facts of both: where they differ those of the first, but for the names in `from_other`."""
    facts = {name: text for name, text in other.items() if text}
    facts |= {name: text for name, text in one.items() if text and not (name in from_other and other.get(name))}
    return facts


def changed(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    return sorted(name for name in {*before, *after} if before.get(name) != after.get(name))


# hand-offs


class Open(NamedTuple):
    """A hand-off that is not closed yet; `holder` is the name of whoever has it, None for the team's queue."""

    handoff_id: int
    offered_at: datetime
    is_answered: bool
    holder: str | None


def to_end(handoffs: Sequence[Open]) -> int | None:
    """Which of two open hand-offs ends, because sales has the person already; None where at most one is open.

    The one that nobody has answered; of two the later. Raises Conflict when sales works on both.
    """
    if len(handoffs) < 2:
        return None
    waiting = [each for each in handoffs if not each.is_answered]
    if not waiting:
        message = N_(
            "Sales is at work on both: %(one)s and %(other)s. One of them has to close theirs first; then merge them."
        )
        raise Conflict(message, one=handoffs[0].holder or "–", other=handoffs[1].holder or "–")
    return max(waiting, key=lambda each: (each.offered_at, each.handoff_id)).handoff_id


# the journal


HARMLESS: Final = frozenset(
    {
        EventName.LEAD_SCORED,
        EventName.LEAD_ENGAGED,
        EventName.LEAD_MERGED,
        EventName.LEAD_SEPARATED,
        EventName.REMARK_WRITTEN,
        EventName.REMARK_REMOVED,
        EventName.TOUCH_LOGGED,
        EventName.TOUCH_VOIDED,
        *(name for name in EventName if name.startswith("clock.")),
    }
)
"""What may have happened since a merge without keeping it from being undone; all else was built upon it.

Later merges have to be undone first; those that were leave nothing behind.
"""


JOININGS: Final = frozenset({EventName.LEAD_MERGED, EventName.LEAD_SEPARATED})


class Joining(NamedTuple):
    """A line of the journal that says that a lead took another in, or that they are two again."""

    place: int
    lead_id: int
    absorbed_id: int
    is_merge: bool


def heard(origin: int, joinings: Iterable[Joining]) -> dict[int, int]:
    """The leads whose lines count for a hand-off that was made for `origin`, each from which place of the journal on.

    What the other record did before they were merged was nobody's to know, and moves no clock.
    """
    leads = {origin: 0}
    for each in joinings:
        if each.absorbed_id not in leads or each.lead_id == origin:
            continue
        if each.is_merge:
            leads[each.lead_id] = each.place
        else:
            leads.pop(each.lead_id, None)
    return leads
