"""What there was in periods that volumes were owed in, all at once: each clause is counted in one question."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from smarketing.domain.periods import Period, local_day
from smarketing.reports import agreed, counts, pacing, volume
from smarketing.reports.pacing import Owed

RESTATED_FOR: Final = timedelta(days=45)
"""How long after its end a period is counted again for what came late."""


def due(*, now: datetime) -> dict[int, int]:
    """What there was, by the id of the target: of periods that have ended of late."""
    today = local_day(now, agreed.zone_of(agreed.latest()))
    ended = pacing.ended_within(Period(today - RESTATED_FOR, today))
    pairs = zip(ended, actuals(ended, now=now), strict=True)
    return {owed.written.id: actual for owed, actual in pairs if owed.written}


def actuals(owed: Sequence[Owed], *, now: datetime) -> list[int]:
    """In their order."""
    teams = volume.members() if any(each.debtor.team for each in owed) else {}
    counted = {key: _counted([owed[place] for place in places], now=now) for key, places in _alike(owed).items()}
    found = []
    for each in owed:
        by_person, whole = counted[_key(each)]
        days = whole if each.clause.each is None else volume.of_debtor(each.debtor, by_person, teams)
        found.append(sum(days.get(day, 0) for day in each.period.days()))
    return found


def _counted(owed: Sequence[Owed], *, now: datetime) -> tuple[dict[int, counts.Days], counts.Days]:
    """By person where each owes it, else of all together."""
    first = owed[0]
    reach = Period(min(each.period.starts_on for each in owed), max(each.period.ends_on for each in owed))
    if first.clause.each:
        return counts.by_person(first.clause, reach, first.terms.zone, now=now), {}
    return {}, counts.by_day(first.clause, reach, first.terms.zone, now=now)


def _alike(owed: Iterable[Owed]) -> dict[tuple[str, int], list[int]]:
    groups: dict[tuple[str, int], list[int]] = {}
    for place, each in enumerate(owed):
        groups.setdefault(_key(each), []).append(place)
    return groups


def _key(owed: Owed) -> tuple[str, int]:
    return owed.clause.id, owed.written.agreement_version_id if owed.written else 0
