"""What count clauses count, of all together and of each person, against a plain recount of the rows."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from smarketing.domain.clauses import Words
from smarketing.domain.dispositions import Channel, DispositionKind, HandoffState
from smarketing.domain.periods import Period, local_day
from smarketing.domain.terms_targets import CountClause
from smarketing.models.agreements import AgreementVersion
from smarketing.models.handoffs import Disposition, Handoff
from smarketing.models.leads import Lead
from smarketing.models.tallies import Cohort
from smarketing.models.touches import Touch
from smarketing.reports import counts
from smarketing.services import tallies
from tests.cast import Cast
from tests.reports import handed_off
from tests.reports.handed_off import NOW, ZONE

Db = scoped_session[Session]
SPRING = Period(date(2026, 4, 1), date(2026, 6, 20))
WORTH = [
    {"persona": "director", "value": 50_000},
    {"persona": "director", "source": "Webinar", "close_rate": 0.25, "price": 400_000},
    {"persona": "other", "value": 300},
]
FROM_WEBINAR = {"field": "source", "one_of": ["webinar"]}
KINDS = {"sals": DispositionKind.ACCEPTED, "sqls": DispositionKind.CONFIRMED, "wons": DispositionKind.WON}
Fact = tuple[datetime, int | None, Handoff, int]
"""When, by whom, on which hand-off, how many."""


def clause(metric: str, **others: object) -> CountClause:
    told = {"id": "x", "title": Words(en="So many", fr="Tant"), "side": "sales", "owed": 10, "calendar": "office"}
    return CountClause.model_validate(told | {"metric": metric} | others)


@pytest.fixture
def rows(session: Db, agreed: Cast) -> list[Handoff]:
    made = handed_off.handoffs(150, agreed, session.scalars(select(AgreementVersion.id)).one(), seed=77)
    for number, touch in enumerate(session.scalars(select(Touch))):
        touch.channel = list(Channel)[number % 4]
        touch.actor_id = [agreed.saul.id, agreed.sara.id][number % 3 == 0]
    session.flush()
    tallies.mark_stale(Cohort.MQL, session.scalars(select(Lead.mql_on)))
    tallies.mark_stale(Cohort.ARRIVED, session.scalars(select(Lead.arrived_on)))
    return made


def facts(session: Db, metric: str) -> Iterator[Fact]:
    if metric in ("leads", "mqls"):
        for handoff in session.scalars(select(Handoff)):
            if handoff.state is not HandoffState.WITHDRAWN:
                yield handoff.offered_at, handoff.owner_id, handoff, 1
    elif metric in ("touches", "calls", "meetings"):
        channel = {"calls": Channel.CALL, "meetings": Channel.MEETING}.get(metric)
        seen = set()
        for touch in session.scalars(select(Touch).order_by(Touch.id)):
            once = (touch.handoff_id, touch.channel, touch.occurred_at.replace(second=0, microsecond=0))
            if channel in (None, touch.channel) and (once, touch.actor_id) not in seen:
                seen.add((once, touch.actor_id))
                yield touch.occurred_at, touch.actor_id, session.get_one(Handoff, touch.handoff_id), 1
    else:
        kind = KINDS.get(metric, DispositionKind.WON)
        for answer in session.scalars(select(Disposition).where(Disposition.kind == kind)):
            count = (answer.amount_cents or 0) if metric == "revenue" else 1
            yield answer.occurred_at, answer.handoff.owner_id, answer.handoff, count


def worth(handoff: Handoff) -> int:
    persona = handoff.persona.key if handoff.persona else ""
    if persona == "director":
        return 100_000 if handoff.lead.source == "Webinar" else 50_000
    return 300 if persona == "other" else 0


def recount(
    session: Db, metric: str, *, value: Callable[[Handoff], int] = lambda _handoff: 1, is_webinar: bool = False
) -> dict[int | None, Counter[date]]:
    found: dict[int | None, Counter[date]] = {}
    for at, who, handoff, count in facts(session, metric):
        day = local_day(at, ZONE)
        if SPRING.starts_on <= day < SPRING.ends_on and (not is_webinar or handoff.lead.source == "Webinar"):
            found.setdefault(who, Counter())[day] += count * value(handoff)
    return found


def without_zeros(days: Any) -> dict[date, int]:
    return {day: count for day, count in days.items() if count}


METRICS = ("sals", "sqls", "wons", "revenue", "touches", "calls", "meetings")


@pytest.mark.parametrize(
    ("others", "told"),
    [({}, {}), ({"when": FROM_WEBINAR}, {"is_webinar": True}), ({"worth": WORTH}, {"value": worth})],
    ids=["plain", "criteria", "value"],
)
@pytest.mark.usefixtures("rows")
def test_what_happened_is_counted_by_day_and_by_person(
    session: Db, others: dict[str, object], told: dict[str, Any]
) -> None:
    for metric in METRICS:
        expected = recount(session, metric, **told)
        by_person = counts.by_person(clause(metric, each="person", **others), SPRING, ZONE, now=NOW)
        assert told_of_people(by_person) == told_of_people(expected)
        total: Counter[date] = sum(expected.values(), Counter())
        assert total
        if metric in KINDS:
            whole = counts.by_day(clause(metric, **others), SPRING, ZONE, now=NOW)
            assert without_zeros(whole) == without_zeros(total)


def told_of_people(found: Any) -> dict[int, dict[date, int]]:
    told = {who: without_zeros(days) for who, days in found.items() if who is not None}
    return {who: days for who, days in told.items() if days}


def test_of_each_person_leads_are_the_hand_offs_given_to_them(session: Db, rows: list[Handoff]) -> None:
    found = counts.by_person(clause("mqls", each="person"), SPRING, ZONE, now=NOW)
    assert told_of_people(found) == told_of_people(recount(session, "mqls"))


@pytest.mark.parametrize("is_rolled_up", [False, True])
def test_mqls_are_counted_by_their_day_and_weighed_as_they_were_handed_off(
    rows: list[Handoff], is_rolled_up: bool
) -> None:
    while is_rolled_up and tallies.recount_stale(limit=500):
        pass
    cases: list[tuple[dict[str, object], Any]] = [({}, None), ({"worth": WORTH}, worth), ({"when": FROM_WEBINAR}, None)]
    for others, value in cases:
        expected: Counter[date] = Counter()
        for handoff in rows:
            day = handoff.lead.mql_on
            is_meant = "when" not in others or handoff.lead.source == "Webinar"
            if is_meant and day and SPRING.starts_on <= day < SPRING.ends_on:
                expected[day] += value(handoff) if value else 1
        found = counts.by_day(clause("mqls", **others), SPRING, ZONE, now=NOW)
        assert without_zeros(found) == without_zeros(expected)
        assert sum(expected.values()) > 10
