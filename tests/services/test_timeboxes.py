"""A lead that nobody answers gets the answer that was agreed for it, once, as of when its time was up."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from smarketing.domain.dispositions import Channel, HandoffState
from smarketing.domain.errors import Conflict, NotAllowed
from smarketing.domain.sla_clock import Outcome
from smarketing.models.clocks import Clock
from smarketing.models.events import Event
from smarketing.models.handoffs import Disposition, Handoff
from smarketing.models.leads import Lead
from smarketing.models.notices import Notice
from smarketing.reports import clock_replay
from smarketing.services import corrections, handoffs, routing, timeboxes, touches
from tests.cast import Cast, agree, clause
from tests.conftest import Hands
from tests.services.desk import Db, hand_off, other, owner

SILENCE = clause("silence", "Silence accepts", "Le silence accepte") | {
    "stage": "mql", "after": {"hours": 24}, "outcome": "accept"
}  # fmt: skip
IDLE = clause("idle", "Untouched", "Intact") | {
    "stage": "sal", "since": "last_touch", "after": {"days": 30}, "outcome": "recycle", "reason": "no-budget"
}  # fmt: skip


@pytest.fixture
def live(session: Db, cast: Cast, hands: Hands) -> Any:
    """Agree on these time-boxes and hand a lead off under them."""

    def agree_and_hand_off(*boxes: dict[str, Any]) -> Handoff:
        agree(cast, hands.now, timeboxes=list(boxes))
        handoff = hand_off(session, hands)
        session.commit()
        return handoff

    return agree_and_hand_off


def pass_time(session: Db, hands: Hands, **time: int) -> int:
    hands.turn(**time)
    count = timeboxes.end(now=hands.now)
    session.commit()
    return count


def told(session: Db) -> list[Any]:
    return list(session.scalars(select(Event.data).where(Event.name == "timebox.ended").order_by(Event.id)))


def recipients(session: Db) -> list[int]:
    return list(session.scalars(select(Notice.recipient_id).where(Notice.kind == "timebox.ended")))


def test_silence_is_acceptance_as_of_when_it_was_up(session: Db, live: Any, hands: Hands) -> None:
    handoff = live(SILENCE, IDLE)
    offered_at = hands.now
    assert handoff.timebox_at == offered_at + timedelta(hours=24)
    assert pass_time(session, hands, hours=23) == 0
    assert handoff.state is HandoffState.OFFERED
    assert pass_time(session, hands, hours=5) == 1
    assert (handoff.state, handoff.lead.stage, handoff.answered_at) == (
        "accepted",
        "sal",
        offered_at + timedelta(hours=24),
    )
    ended_at = handoff.answered_at
    (answer,) = handoff.dispositions
    assert (answer.actor_id, answer.clause_id) == (None, "silence")
    first, decision = session.scalars(select(Clock).order_by(Clock.id))
    assert (first.outcome, first.stopped_at) == (Outcome.BREACHED, ended_at)
    assert decision.started_at == ended_at
    assert told(session) == [{"clause": "silence", "outcome": "accept"}]
    assert recipients(session) == [handoff.owner_id]
    assert pass_time(session, hands, hours=1) == 0
    assert clock_replay.replay().differences == []


def test_who_answers_in_time_is_left_alone_and_who_comes_late_is_told(session: Db, live: Any, hands: Hands) -> None:
    handoff = live(SILENCE)
    handoffs.refuse(handoff.id, reason="not-now", note="", actor=owner(session, handoff), now=hands.turn(hours=1))
    session.commit()
    assert handoff.timebox_at is None
    assert pass_time(session, hands, days=3) == 0
    second = hand_off(session, hands, "late@example.com")
    session.commit()
    assert pass_time(session, hands, days=2) == 1
    with pytest.raises(Conflict, match="Nobody had answered in time, so the agreement did"):
        handoffs.refuse(second.id, reason="not-now", note="", actor=owner(session, second), now=hands.now)
    with pytest.raises(NotAllowed, match="because nobody had"):
        corrections.undo(second.id, second.dispositions[-1].id, actor=owner(session, second), now=hands.now)


def test_a_touch_begins_the_wait_anew(session: Db, live: Any, hands: Hands) -> None:
    handoff = live(IDLE)
    handoffs.accept(handoff.id, actor=owner(session, handoff), now=hands.now)
    touch = {"channel": Channel.CALL, "note": "", "actor": owner(session, handoff)}
    touches.log(handoff.id, **touch, occurred_at=hands.turn(days=20), now=hands.now)
    touched_at = hands.now
    session.commit()
    assert pass_time(session, hands, days=15) == 0
    assert pass_time(session, hands, days=20) == 1
    lead = session.get_one(Lead, handoff.lead_id)
    assert (handoff.state, lead.stage, lead.recycled_until) == (
        "recycled", "recycled", (touched_at + timedelta(days=120)).date(),
    )  # fmt: skip
    reasons = session.execute(
        select(Disposition.kind, Disposition.reason, Disposition.clause_id).order_by(Disposition.id)
    )
    assert [tuple(row) for row in reasons] == [("accepted", None, None), ("recycled", "no-budget", "idle")]


@pytest.mark.parametrize(
    ("outcome", "reason", "stage"),
    [
        ("return", "below-criteria", "inquiry"),
        ("recycle", "not-now", "recycled"),
        ("disqualify", "bad-data", "disqualified"),
    ],
)
def test_an_mql_is_sent_back_with_the_reason_that_was_agreed(
    session: Db, live: Any, hands: Hands, outcome: str, reason: str, stage: str
) -> None:
    handoff = live(SILENCE | {"outcome": outcome, "reason": reason})
    assert pass_time(session, hands, days=2) == 1
    assert (handoff.state, handoff.lead.stage, handoff.dispositions[-1].reason) == ("refused", stage, reason)


def test_another_rep_gets_it_once_and_managers_are_told_once(session: Db, live: Any, cast: Cast, hands: Hands) -> None:
    moved = SILENCE | {"id": "moved", "outcome": "reassign"}
    handoff = live(moved, SILENCE | {"id": "told", "outcome": "escalate", "after": {"hours": 48}})
    taken_by = other(cast, handoff).id
    assert pass_time(session, hands, hours=25) == 1
    assert handoff.owner_id == taken_by
    assert pass_time(session, hands, hours=25) == 1
    assert pass_time(session, hands, days=9) == 0
    assert [data["clause"] for data in told(session)] == ["moved", "told"]
    assert handoff.state is HandoffState.OFFERED
    managers = session.scalars(select(Notice.recipient_id).where(Notice.dedupe_key.like("timebox.ended:%:told:%")))
    assert set(managers) == {taken_by, cast.sasha.id}


def test_whoever_lets_it_lie_gives_it_back_to_the_team(session: Db, live: Any, cast: Cast, hands: Hands) -> None:
    handoff = live(SILENCE | {"outcome": "queue"})
    let_it_lie = handoff.owner_id
    assert let_it_lie is not None
    assert pass_time(session, hands, hours=25) == 1
    assert (handoff.state, handoff.owner_id, handoff.lead.owner_id) == (HandoffState.OFFERED, None, None)
    assert recipients(session) == [let_it_lie]
    assert pass_time(session, hands, days=9) == 0
    handoffs.accept(handoff.id, actor=cast.sara, now=hands.now)
    assert handoff.state is HandoffState.ACCEPTED


def test_a_lead_it_is_not_about_is_asked_again_the_next_day(session: Db, live: Any, hands: Hands) -> None:
    handoff = live(SILENCE | {"when": {"field": "source", "one_of": ["Fair"]}})
    assert pass_time(session, hands, hours=25) == 1
    assert (handoff.state, told(session)) == (HandoffState.OFFERED, [])
    assert handoff.timebox_at == hands.now + timedelta(days=1)
    session.get_one(Lead, handoff.lead_id).source = "Fair"
    session.commit()
    assert pass_time(session, hands, hours=25) == 1
    assert handoff.state is HandoffState.ACCEPTED


def test_from_the_teams_queue_nobody_can_accept_in_silence(session: Db, live: Any, cast: Cast, hands: Hands) -> None:
    handoff = live(SILENCE)
    routing.reassign([handoff.id], owner_id=None, actor=cast.sasha, now=hands.now)
    session.commit()
    assert pass_time(session, hands, days=2) == 1
    assert handoff.state is HandoffState.OFFERED
    assert recipients(session) == [cast.sasha.id]
