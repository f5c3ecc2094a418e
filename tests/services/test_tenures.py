"""The agreement ends with its term unless it renews itself, or sooner when one side gives notice."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from smarketing.domain.errors import Conflict, InvalidInput, NotAllowed
from smarketing.domain.sla_clock import Outcome
from smarketing.models.agreements import AgreementVersion
from smarketing.models.clocks import Clock
from smarketing.models.events import Event
from smarketing.models.notices import Notice
from smarketing.services import agreements, clocks, tenures
from tests.cast import Cast, agree, clause, words
from tests.conftest import Hands
from tests.services.desk import Db, hand_off

TACIT = {"renewal": clause("renewal", "Renewal", "Reconduction") | {"mode": "tacit", "months": 6}}
CAUSES: dict[str, Any] = {
    "terminations": [
        clause("no-leads", "No leads", "Pas de leads") | {"side": "sales", "cause": words("…", "…"), "notice_days": 0}
    ]
}


def begun(cast: Cast, hands: Hands, **changes: Any) -> AgreementVersion:
    """In force from 31 January 2026, 9 in the morning in Paris, for a year and with 30 days' notice."""
    hands.set(datetime(2026, 1, 31, 8, tzinfo=UTC))
    return agree(cast, hands.now, **changes)


def told(session: Db) -> list[str]:
    names = session.scalars(select(Event.name).where(Event.name.like("version.%")).order_by(Event.id)).all()
    return [name.removeprefix("version.") for name in names][5:]


def test_the_term_ends_and_what_runs_goes_on(session: Db, cast: Cast, hands: Hands) -> None:
    version = begun(cast, hands)
    assert version.ends_at == datetime(2027, 1, 31, 8, tzinfo=UTC)
    hands.set(datetime(2027, 1, 29, 8, tzinfo=UTC))
    handoff = hand_off(session, hands)
    hands.set(datetime(2027, 1, 31, 8, tzinfo=UTC))
    assert (tenures.keep_term(now=hands.now), tenures.keep_term(now=hands.now)) == (1, 0)
    assert (version.status, version.superseded_at) == ("expired", hands.now)
    assert agreements.in_force() is None
    assert told(session) == ["expired"]
    clocks.breach_overdue(now=hands.turn(days=3))
    clock = session.scalars(select(Clock).where(Clock.handoff_id == handoff.id)).one()
    session.refresh(clock)
    assert clock.outcome is Outcome.BREACHED


def test_it_renews_itself_as_often_as_was_missed(session: Db, cast: Cast, hands: Hands) -> None:
    version = begun(cast, hands, **TACIT)
    hands.set(datetime(2028, 2, 10, tzinfo=UTC))
    assert tenures.keep_term(now=hands.now) == 3
    assert (version.status, version.ends_at) == ("in_force", datetime(2028, 7, 31, 7, tzinfo=UTC))
    events = session.scalars(select(Event).where(Event.name == "version.renewed").order_by(Event.id))
    assert [f"{event.occurred_at:%Y-%m-%d}" for event in events] == ["2027-01-31", "2027-07-31", "2028-01-31"]


def test_both_sides_are_reminded_once(session: Db, cast: Cast, hands: Hands) -> None:
    begun(cast, hands)
    hands.set(datetime(2026, 12, 31, 8, tzinfo=UTC))
    tenures.keep_term(now=hands.now)
    assert session.scalars(select(Notice.id)).all() == []
    for _day in range(3):
        tenures.keep_term(now=hands.turn(days=1))
    kinds = session.execute(select(Notice.kind, Notice.recipient_id)).all()
    assert {tuple(row) for row in kinds} == {("version.ending", cast.manny.id), ("version.ending", cast.sasha.id)}
    assert len(kinds) == 2


def test_one_side_gives_notice_and_may_take_it_back(session: Db, cast: Cast, hands: Hands) -> None:
    version = begun(cast, hands, **TACIT)
    given_at = hands.turn(days=10)
    tenures.give_notice(version, clause_id=None, actor=cast.sasha, now=given_at)
    assert version.ends_at == given_at + timedelta(days=30)
    with pytest.raises(Conflict, match="Notice was given already"):
        tenures.give_notice(version, clause_id=None, actor=cast.manny, now=hands.now)
    with pytest.raises(NotAllowed, match="Only the side that gave notice"):
        tenures.take_back_notice(version, actor=cast.manny, now=hands.now)
    tenures.take_back_notice(version, actor=cast.sasha, now=hands.now)
    assert version.ends_at == datetime(2027, 1, 31, 8, tzinfo=UTC)
    tenures.give_notice(version, clause_id=None, actor=cast.manny, now=hands.now)
    assert tenures.keep_term(now=hands.turn(days=31)) == 1
    assert (version.status, version.superseded_at) == ("terminated", given_at + timedelta(days=30))
    assert told(session) == ["notice_given", "notice_taken_back", "notice_given", "terminated"]


def test_a_cause_ends_it_at_once_for_the_side_it_is_meant_for(session: Db, cast: Cast, hands: Hands) -> None:
    version = begun(cast, hands, **CAUSES)
    for cause, actor in (("no-leads", cast.manny), ("unknown", cast.sasha)):
        with pytest.raises(InvalidInput, match="does not let your side"):
            tenures.give_notice(version, clause_id=cause, actor=actor, now=hands.now)
    tenures.give_notice(version, clause_id="no-leads", actor=cast.sasha, now=hands.now)
    assert tenures.keep_term(now=hands.now) == 1
    assert version.status == "terminated"


@pytest.mark.parametrize(
    ("ends_on", "end"), [("2026-12-31", "2026-12-31T23:00+00:00"), ("2026-06-30", "2026-06-30T22:00+00:00")]
)
def test_fixed_days_end_with_their_last(cast: Cast, hands: Hands, ends_on: str, end: str) -> None:
    version = begun(cast, hands, dates={"starts_on": "2026-01-31", "ends_on": ends_on})
    assert version.ends_at == datetime.fromisoformat(end)
