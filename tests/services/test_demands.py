"""What the agreement asks of sales before an answer holds: a note, a known field, enough touches."""

from typing import Any

import pytest
from sqlalchemy import func, select

from smarketing.domain.dispositions import Channel, HandoffState
from smarketing.domain.errors import Conflict, InvalidInput
from smarketing.models.events import Event
from smarketing.models.handoffs import Disposition, Handoff
from smarketing.services import handoffs, touches
from tests.cast import Cast, agree, clause, document
from tests.conftest import Hands
from tests.services.desk import CHECKLIST, Db, hand_off, owner

PERSISTENCE = clause("persistence", "Three tries", "Trois essais") | {
    "touches": 3,
    "channels": 2,
    "within": {"days": 10},
    "before": ["recycled"],
    "reasons": ["no-budget"],
}
EXPLAINED = clause("explained", "Say why", "Dire pourquoi") | {
    "side": "sales",
    "at": "handoff.refused",
    "needs_note": True,
}
CALLABLE = clause("callable", "Can be called", "Joignable") | {
    "side": "sales",
    "at": "handoff.confirmed",
    "fields": ["phone"],
}


def offered(session: Db, cast: Cast, hands: Hands, **changes: Any) -> Handoff:
    agree(cast, hands.now, **changes)
    return hand_off(session, hands)


def tried(handoff: Handoff, session: Db, hands: Hands, *channels: Channel) -> None:
    for channel in channels:
        at = hands.turn(minutes=10)
        touches.log(handoff.id, channel=channel, note="", occurred_at=at, actor=owner(session, handoff), now=at)


def recycle(handoff: Handoff, session: Db, hands: Hands) -> None:
    later = hands.now.date().replace(year=hands.now.year + 1)
    rep = owner(session, handoff)
    handoffs.recycle(handoff.id, reason="no-budget", until=later, note="", actor=rep, now=hands.now)


def test_a_lead_is_tried_as_often_as_agreed_before_it_is_given_up(session: Db, cast: Cast, hands: Hands) -> None:
    handoff = offered(session, cast, hands, cadences=[PERSISTENCE])
    handoffs.accept(handoff.id, actor=owner(session, handoff), now=hands.now)
    tried(handoff, session, hands, Channel.CALL, Channel.CALL, Channel.CALL)
    with pytest.raises(InvalidInput, match="asks for 3 touches on 2 channels") as refused:
        recycle(handoff, session, hands)
    assert (refused.value.field, refused.value.params["made"], refused.value.params["used"]) == ("reason", 3, 1)
    assert session.scalar(select(func.count()).select_from(Event).where(Event.name == "handoff.recycled")) == 0
    tried(handoff, session, hands, Channel.EMAIL)
    recycle(handoff, session, hands)
    assert handoff.state is HandoffState.RECYCLED


def test_a_rhythm_for_other_leads_asks_nothing_of_this_one(session: Db, cast: Cast, hands: Hands) -> None:
    elsewhere = PERSISTENCE | {"when": {"field": "country", "one_of": ["DE"]}}
    handoff = offered(session, cast, hands, cadences=[elsewhere])
    handoffs.accept(handoff.id, actor=owner(session, handoff), now=hands.now)
    recycle(handoff, session, hands)
    assert handoff.state is HandoffState.RECYCLED


@pytest.mark.parametrize("asking", ["clause", "reason"])
def test_a_refusal_without_the_note_that_was_agreed_is_not_taken(
    session: Db, cast: Cast, hands: Hands, asking: str
) -> None:
    agreed = document()["handoff"]
    agreed["refusal_reasons"] = [each | {"needs_note": True} for each in agreed["refusal_reasons"]]
    changes = {"completeness": [EXPLAINED]} if asking == "clause" else {"handoff": agreed}
    handoff = offered(session, cast, hands, **changes)
    rep = owner(session, handoff)
    with pytest.raises(InvalidInput, match="asks for a note here") as refused:
        handoffs.refuse(handoff.id, reason="not-now", note="  ", actor=rep, now=hands.now)
    assert refused.value.field == "note"
    assert session.scalar(select(func.count()).select_from(Disposition)) == 0
    handoffs.refuse(handoff.id, reason="not-now", note="Next year", actor=rep, now=hands.now)
    assert handoff.state is HandoffState.REFUSED


def test_what_has_to_be_known_is_asked_for_first(session: Db, cast: Cast, hands: Hands) -> None:
    handoff = offered(session, cast, hands, completeness=[CALLABLE])
    rep = owner(session, handoff)
    handoffs.accept(handoff.id, actor=rep, now=hands.now)
    with pytest.raises(Conflict, match="“phone” of the lead"):
        handoffs.confirm(handoff.id, checklist=CHECKLIST, actor=rep, now=hands.now)
    assert handoff.state is HandoffState.ACCEPTED
    handoff.lead.phone = "+33 1 23 45 67 89"
    handoffs.confirm(handoff.id, checklist=CHECKLIST, actor=rep, now=hands.now)
    assert handoff.state is HandoffState.CONFIRMED
