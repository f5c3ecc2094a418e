"""What sales does towards a lead: it counts as of when it happened, and not at all when it was logged by mistake."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from smarketing.domain.dispositions import Channel
from smarketing.domain.errors import Conflict, InvalidInput, Missing, NotAllowed
from smarketing.domain.sla_clock import Outcome
from smarketing.models.clocks import Clock
from smarketing.models.events import Event
from smarketing.models.handoffs import Handoff
from smarketing.models.people import User
from smarketing.models.touches import Touch
from smarketing.services import clocks, handoffs, touches
from tests.cast import Cast, agree
from tests.conftest import Hands
from tests.services.desk import Db, give, hand_off, other, owner, story, with_first_touch


@pytest.fixture
def offered(session: Db, cast: Cast, hands: Hands) -> Handoff:
    """A lead handed over on Monday at 9:00 in Paris, to be touched within eight business hours."""
    agree(cast, hands.now, clocks=with_first_touch())
    return hand_off(session, hands)


def log(handoff: Handoff, actor: User, *, occurred_at: datetime, now: datetime) -> Touch:
    return touches.log(handoff.id, channel=Channel.CALL, note=" Rang ", occurred_at=occurred_at, actor=actor, now=now)


def first_touch(session: Db) -> Clock:
    session.flush()
    session.expire_all()
    return session.scalars(select(Clock).where(Clock.clause_id == "first-touch")).one()


def test_a_touch_stops_its_clock_as_of_when_it_happened(session: Db, offered: Handoff, hands: Hands) -> None:
    saul = owner(session, offered)
    called_at = hands.turn(hours=5)
    touch = log(offered, saul, occurred_at=called_at, now=hands.turn(hours=2))
    clock = first_touch(session)
    assert (clock.outcome, clock.stopped_at) == (Outcome.MET, called_at)
    assert clock.elapsed_seconds == 4 * 3600, "five hours less the hour of lunch"
    assert (touch.note, touch.occurred_at, touch.recorded_at) == ("Rang", called_at, hands.now)
    told = session.scalars(select(Event).where(Event.name == "touch.logged")).one()
    assert (told.occurred_at, told.recorded_at) == (called_at, hands.now)
    assert offered.dispositions == []


def test_an_earlier_touch_told_later_moves_the_stop_back_and_a_later_one_does_not(
    session: Db, offered: Handoff, hands: Hands
) -> None:
    saul = owner(session, offered)
    first, second, third = (hands.now + timedelta(hours=hours) for hours in (1, 2, 3))
    hands.turn(hours=4)
    for occurred_at, stopped_at in ((second, second), (third, second), (first, first)):
        log(offered, saul, occurred_at=occurred_at, now=hands.now)
        assert first_touch(session).stopped_at == stopped_at


def test_a_touch_in_time_told_after_the_breach_sets_it_right(session: Db, offered: Handoff, hands: Hands) -> None:
    saul, in_time = owner(session, offered), hands.turn(hours=2)
    hands.turn(days=2)
    assert clocks.breach_overdue(now=hands.now) == 2
    assert first_touch(session).outcome is Outcome.BREACHED
    log(offered, saul, occurred_at=in_time, now=hands.now)
    assert (first_touch(session).outcome, first_touch(session).stopped_at) == (Outcome.MET, in_time)
    assert story(session).count("clock.breached") == 2, "that we once believed it stays in the journal"


@pytest.mark.parametrize(
    ("span", "message"),
    [({"minutes": 3}, "still to come"), ({"seconds": -1}, "before the lead was handed over"), ({"days": 900}, "come")],
)
def test_a_touch_lies_between_the_offer_and_now(
    session: Db, offered: Handoff, hands: Hands, span: dict[str, float], message: str
) -> None:
    with pytest.raises(InvalidInput, match=message) as refused:
        log(offered, owner(session, offered), occurred_at=hands.now + timedelta(**span), now=hands.now)
    assert refused.value.field == "occurred_at"
    assert first_touch(session).outcome is Outcome.RUNNING
    assert session.scalars(select(Touch)).all() == []


def test_a_browser_that_is_a_minute_ahead_means_now(session: Db, offered: Handoff, hands: Hands) -> None:
    touch = log(offered, owner(session, offered), occurred_at=hands.now + timedelta(minutes=1), now=hands.now)
    assert touch.occurred_at == hands.now


def test_a_note_that_is_too_long_is_not_cut(session: Db, offered: Handoff, hands: Hands) -> None:
    saul = owner(session, offered)
    with pytest.raises(InvalidInput) as refused:
        touches.log(offered.id, channel=Channel.CALL, note="x" * 2001, occurred_at=hands.now, actor=saul, now=hands.now)
    assert refused.value.field == "note"


@pytest.mark.parametrize("ending", ["refuse", "recycle", "win"])
def test_a_closed_hand_off_keeps_the_touches_it_has(session: Db, offered: Handoff, hands: Hands, ending: str) -> None:
    saul = owner(session, offered)
    touch = log(offered, saul, occurred_at=hands.now, now=hands.now)
    for answer in {"refuse": [], "recycle": ["accept"], "win": ["accept", "confirm"]}[ending]:
        give(answer, offered, saul, hands)
    give(ending, offered, saul, hands)
    with pytest.raises(Conflict, match="closed"):
        log(offered, saul, occurred_at=hands.now, now=hands.now)
    with pytest.raises(Conflict, match="closed"):
        touches.void(offered.id, touch.id, actor=saul, now=hands.now)
    assert session.scalars(select(Touch.id)).all() == [touch.id]


# removed


def test_a_removed_touch_has_stopped_nothing(session: Db, offered: Handoff, hands: Hands) -> None:
    saul = owner(session, offered)
    touch = log(offered, saul, occurred_at=hands.turn(hours=1), now=hands.now)
    touches.void(offered.id, touch.id, actor=saul, now=hands.turn(minutes=1))
    clock = first_touch(session)
    assert (clock.outcome, clock.stopped_at, clock.elapsed_seconds) == (Outcome.RUNNING, None, None)
    assert session.scalars(select(Touch)).all() == []
    assert story(session)[-2:] == ["touch.voided", "clock.reopened"]
    hands.turn(days=2)
    clocks.breach_overdue(now=hands.now)
    assert first_touch(session).outcome is Outcome.BREACHED


def test_the_next_touch_counts_in_the_place_of_a_removed_one(session: Db, offered: Handoff, hands: Hands) -> None:
    saul = owner(session, offered)
    first = log(offered, saul, occurred_at=hands.turn(hours=1), now=hands.now)
    late = log(offered, saul, occurred_at=hands.turn(days=3), now=hands.now)
    assert first_touch(session).outcome is Outcome.MET
    touches.void(offered.id, first.id, actor=saul, now=hands.now)
    clock = first_touch(session)
    assert (clock.outcome, clock.stopped_at) == (Outcome.BREACHED, late.occurred_at)
    breached = session.scalars(
        select(Event.occurred_at).where(Event.subject_id == clock.id, Event.name == "clock.breached")
    )
    assert breached.all() == [clock.due_at]


def test_removing_a_touch_that_stopped_nothing_changes_no_clock(session: Db, offered: Handoff, hands: Hands) -> None:
    saul = owner(session, offered)
    log(offered, saul, occurred_at=hands.turn(hours=1), now=hands.now)
    second = log(offered, saul, occurred_at=hands.turn(hours=1), now=hands.now)
    before = first_touch(session).stopped_at
    touches.void(offered.id, second.id, actor=saul, now=hands.now)
    assert first_touch(session).stopped_at == before
    assert "clock.reopened" not in story(session)


def test_only_its_author_removes_a_touch_and_only_once(session: Db, cast: Cast, offered: Handoff, hands: Hands) -> None:
    saul = owner(session, offered)
    touch_id = log(offered, saul, occurred_at=hands.now, now=hands.now).id
    elsewhere = hand_off(session, hands, "second@example.com")
    with pytest.raises(NotAllowed, match=f"Only {saul.name}"):
        touches.void(offered.id, touch_id, actor=other(cast, offered), now=hands.now)
    with pytest.raises(Missing):
        touches.void(elsewhere.id, touch_id, actor=saul, now=hands.now)
    touches.void(offered.id, touch_id, actor=saul, now=hands.now)
    with pytest.raises(Missing):
        touches.void(offered.id, touch_id, actor=saul, now=hands.now)


def test_a_call_before_the_acceptance_is_not_the_touch_after_it(session: Db, cast: Cast, hands: Hands) -> None:
    after = {**with_first_touch()[-1], "starts_on": "handoff.accepted"}
    agree(cast, hands.now, clocks=[after])
    handoff = hand_off(session, hands)
    saul = owner(session, handoff)
    called_at = hands.turn(minutes=5)
    handoffs.accept(handoff.id, actor=saul, now=hands.turn(minutes=5))
    log(handoff, saul, occurred_at=called_at, now=hands.now)
    assert first_touch(session).outcome is Outcome.RUNNING
