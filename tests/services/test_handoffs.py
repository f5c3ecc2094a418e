"""Sales answers what it was handed: once, by whom it was handed to, and undone when it was a mistake."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from smarketing.domain.dispositions import Channel, HandoffState
from smarketing.domain.errors import Conflict, InvalidInput, Missing, NotAllowed
from smarketing.domain.lifecycle import Stage
from smarketing.domain.sla_clock import Outcome
from smarketing.models.clocks import Clock
from smarketing.models.events import Event
from smarketing.models.handoffs import Handoff
from smarketing.models.leads import Lead
from smarketing.models.notices import Notice
from smarketing.models.people import User
from smarketing.models.tallies import StaleDay
from smarketing.services import corrections, handoffs, qualification, routing, touches
from tests.cast import Cast
from tests.conftest import Hands
from tests.services.desk import (
    CHECKLIST,
    Db,
    clocks_of,
    give,
    hand_off,
    other,
    owner,
    start_selling,
    stop_selling,
    story,
)


@pytest.fixture
def offered(session: Db, agreed: Cast, hands: Hands) -> Handoff:
    """A director's lead, handed to Saul."""
    return hand_off(session, hands)


def test_a_lead_goes_the_whole_way_and_every_step_is_told(session: Db, offered: Handoff, hands: Hands) -> None:
    saul = owner(session, offered)
    accepted_at = hands.turn(hours=1)
    handoffs.accept(offered.id, actor=saul, now=accepted_at)
    confirmed_at = hands.turn(hours=2)
    handoffs.confirm(offered.id, checklist=CHECKLIST | {"unknown": "x"}, actor=saul, now=confirmed_at)
    won_at = hands.turn(days=3)
    handoffs.win(offered.id, amount_cents=125_000, actor=saul, now=won_at)
    lead = offered.lead
    assert (lead.stage, lead.sal_at, lead.sql_at, lead.won_at) == (Stage.WON, accepted_at, confirmed_at, won_at)
    assert lead.amount_cents == 125_000
    assert (offered.state, offered.answered_at, offered.closed_at) == (HandoffState.WON, accepted_at, won_at)
    assert [disposition.checklist for disposition in offered.dispositions] == [None, CHECKLIST, None]
    assert clocks_of(session, offered) == {"first-answer": (Outcome.MET, True), "sql-decision": (Outcome.MET, True)}
    assert story(session)[4:] == [
        "handoff.offered",
        "clock.started",
        "clock.stopped",
        "clock.started",
        "handoff.accepted",
        "clock.stopped",
        "handoff.confirmed",
        "handoff.won",
    ]


@pytest.mark.parametrize(
    ("reason", "stage", "is_held"),
    [
        ("below-criteria", Stage.INQUIRY, True),
        ("not-now", Stage.RECYCLED, False),
        ("bad-data", Stage.DISQUALIFIED, False),
    ],
)
def test_the_agreed_reason_says_what_a_refusal_leads_to(
    session: Db, offered: Handoff, hands: Hands, reason: str, stage: Stage, is_held: bool
) -> None:
    handoffs.refuse(offered.id, reason=reason, note="  Called twice ", actor=owner(session, offered), now=hands.now)
    assert (offered.state, offered.closed_at) == (HandoffState.REFUSED, hands.now)
    assert (offered.lead.stage, offered.lead.is_held, offered.lead.sal_at) == (stage, is_held, None)
    assert [(each.reason, each.note) for each in offered.dispositions] == [(reason, "Called twice")]
    assert clocks_of(session, offered) == {"first-answer": (Outcome.MET, True)}


def test_the_second_of_two_acceptances_is_told_who_was_quicker(
    session: Db, agreed: Cast, hands: Hands, offered: Handoff
) -> None:
    stop_selling(agreed, hands)
    waiting = hand_off(session, hands, "second@example.com")
    start_selling(agreed)
    handoffs.accept(waiting.id, actor=agreed.sara, now=hands.now)
    with pytest.raises(Conflict, match="Sara Lindqvist was quicker: accepted 3 s ago"):
        handoffs.accept(waiting.id, actor=agreed.saul, now=hands.turn(seconds=3))
    with pytest.raises(Conflict, match="Sara Lindqvist was quicker: accepted on 2026-03-02"):
        handoffs.refuse(waiting.id, reason="bad-data", note="", actor=agreed.saul, now=hands.turn(hours=3))
    assert (waiting.owner_id, waiting.lead.owner_id, waiting.state) == (agreed.sara.id, agreed.sara.id, "accepted")
    assert len(waiting.dispositions) == 1
    assert offered.state is HandoffState.OFFERED


def test_a_double_click_changes_nothing_and_blames_nobody_else(session: Db, offered: Handoff, hands: Hands) -> None:
    saul = owner(session, offered)
    handoffs.accept(offered.id, actor=saul, now=hands.now)
    told = len(story(session))
    with pytest.raises(Conflict, match="You have answered this already"):
        handoffs.accept(offered.id, actor=saul, now=hands.turn(seconds=1))
    assert len(story(session)) == told


def test_only_whom_it_was_handed_to_can_answer(session: Db, agreed: Cast, offered: Handoff, hands: Hands) -> None:
    stranger = other(agreed, offered)
    with pytest.raises(NotAllowed, match=f"handed to {owner(session, offered).name}"):
        handoffs.accept(offered.id, actor=stranger, now=hands.now)
    with pytest.raises(NotAllowed):
        touches.log(offered.id, channel=Channel.CALL, note="", occurred_at=hands.now, actor=stranger, now=hands.now)
    assert (offered.state, offered.dispositions) == (HandoffState.OFFERED, [])


@pytest.mark.parametrize("answer", ["confirm", "recycle", "win", "lose"])
def test_an_answer_that_comes_too_early_says_what_comes_first(
    session: Db, offered: Handoff, hands: Hands, answer: str
) -> None:
    with pytest.raises(Conflict, match="This hand-off is “offered”: only"):
        give(answer, offered, owner(session, offered), hands)
    assert offered.state is HandoffState.OFFERED


@pytest.mark.parametrize("answer", ["accept", "refuse", "confirm", "recycle", "win", "lose", "touch"])
def test_what_marketing_took_back_cannot_be_answered(
    session: Db, agreed: Cast, offered: Handoff, hands: Hands, answer: str
) -> None:
    saul = owner(session, offered)
    qualification.take_back(offered.lead_id, reason="Too early", actor=agreed.marta, now=hands.now)
    with pytest.raises(Conflict):
        give(answer, offered, saul, hands)
    assert clocks_of(session, offered) == {"first-answer": (Outcome.VOID, True)}


@pytest.mark.parametrize(
    ("field", "act"),
    [
        ("reason", lambda it, told: handoffs.refuse(it, reason="no-budget", note="", **told)),
        ("note", lambda it, told: handoffs.refuse(it, reason="bad-data", note="x" * 2001, **told)),
        ("need", lambda it, told: handoffs.confirm(it, checklist={"budget": "a", "timing": "b"}, **told)),
        ("need", lambda it, told: handoffs.confirm(it, checklist={"need": "  ", "budget": "a"}, **told)),
        ("checklist", lambda it, told: handoffs.confirm(it, checklist={"need": "a"}, **told)),
        ("budget", lambda it, told: handoffs.confirm(it, checklist={"need": "a", "budget": "x" * 2001}, **told)),
        ("reason", lambda it, told: handoffs.recycle(it, reason="x", until=date(2026, 5, 1), note="", **told)),
        ("until", lambda it, told: handoffs.recycle(it, reason="no-budget", until=date(2026, 3, 2), note="", **told)),
        ("until", lambda it, told: handoffs.recycle(it, reason="no-budget", until=date.max, note="", **told)),
        ("reason", lambda it, told: handoffs.lose(it, reason="bad-data", note="", **told)),
    ],
)
def test_an_answer_that_was_not_agreed_names_its_field_and_changes_nothing(
    session: Db, offered: Handoff, hands: Hands, field: str, act: object
) -> None:
    told = len(story(session))
    with pytest.raises(InvalidInput) as refused:
        act(offered.id, {"actor": owner(session, offered), "now": hands.now})  # type: ignore[operator]
    assert refused.value.field == field
    assert (offered.state, offered.dispositions, len(story(session))) == (HandoffState.OFFERED, [], told)


def test_a_day_of_recycling_is_one_in_the_zone_of_the_agreement(session: Db, offered: Handoff, hands: Hands) -> None:
    saul = owner(session, offered)
    handoffs.accept(offered.id, actor=saul, now=hands.now)
    hands.turn(hours=15, minutes=30)  # 23:30 in UTC, tomorrow in Paris
    with pytest.raises(InvalidInput):
        handoffs.recycle(offered.id, reason="no-budget", until=date(2026, 3, 3), note="", actor=saul, now=hands.now)
    handoffs.recycle(offered.id, reason="no-budget", until=date(2026, 3, 4), note="", actor=saul, now=hands.now)
    assert (offered.lead.stage, offered.lead.recycled_until) == (Stage.RECYCLED, date(2026, 3, 4))


def test_an_unknown_hand_off_is_missing(session: Db, agreed: Cast, hands: Hands) -> None:
    with pytest.raises(Missing):
        handoffs.accept(404, actor=agreed.saul, now=hands.now)


def test_two_wins_of_two_cycles_add_up(session: Db, agreed: Cast, offered: Handoff, hands: Hands) -> None:
    saul = owner(session, offered)
    for amount in (100, 250):
        handoff = session.scalars(select(Handoff).order_by(Handoff.id.desc())).first()
        assert handoff is not None
        handoff.owner_id = saul.id
        handoffs.accept(handoff.id, actor=saul, now=hands.turn(hours=1))
        handoffs.confirm(handoff.id, checklist=CHECKLIST, actor=saul, now=hands.turn(hours=1))
        if amount == 100:
            handoffs.recycle(
                handoff.id, reason="no-budget", until=date(2026, 4, 1), note="", actor=saul, now=hands.turn(hours=1)
            )
            qualification.mark(handoff.lead_id, reason="Came back", actor=agreed.marta, now=hands.turn(hours=1))
        else:
            handoffs.win(handoff.id, amount_cents=amount, actor=saul, now=hands.turn(hours=1))
    lead = session.scalars(select(Lead)).one()
    assert (lead.cycle, lead.amount_cents, lead.stage) == (2, 250, Stage.WON)
    assert lead.sal_at == offered.answered_at, "the first time counts"


# undone


def snapshot(session: Db, handoff: Handoff) -> tuple[object, ...]:
    session.flush()
    session.expire_all()
    lead = handoff.lead
    return (
        (handoff.state, handoff.owner_id, handoff.answered_at, handoff.closed_at, len(handoff.dispositions)),
        (lead.stage, lead.owner_id, lead.sal_at, lead.sql_at, lead.won_at, lead.lost_at, lead.amount_cents),
        (lead.is_held, lead.recycled_until, lead.mql_at, lead.cycle),
        [
            (clock.clause_id, clock.outcome, clock.owner_id, clock.stopped_at, clock.elapsed_seconds)
            for clock in session.scalars(select(Clock).where(Clock.handoff_id == handoff.id).order_by(Clock.id))
            if not (clock.outcome is Outcome.VOID and clock.stopped_at == clock.started_at)
        ],
    )


@pytest.mark.parametrize(
    ("before", "answer"),
    [
        ([], "accept"),
        ([], "refuse"),
        (["accept"], "confirm"),
        (["accept"], "recycle"),
        (["accept", "confirm"], "recycle"),
        (["accept", "confirm"], "win"),
        (["accept", "confirm"], "lose"),
    ],
)
def test_an_undone_answer_leaves_everything_as_it_was(
    session: Db, offered: Handoff, hands: Hands, before: list[str], answer: str
) -> None:
    saul = owner(session, offered)
    for earlier in before:
        hands.turn(minutes=20)
        give(earlier, offered, saul, hands)
    hands.turn(minutes=20)
    as_it_was = snapshot(session, offered)
    give(answer, offered, saul, hands)
    session.execute(StaleDay.__table__.delete())  # type: ignore[attr-defined]
    corrections.undo(offered.id, offered.dispositions[-1].id, actor=saul, now=hands.turn(minutes=1))
    assert snapshot(session, offered) == as_it_was
    assert [name for name in story(session) if not name.startswith("clock.")][-1] == "handoff.answer_undone"
    assert {"arrived", "mql"} <= set(session.scalars(select(StaleDay.kind)))
    give(answer, offered, saul, hands)
    assert offered.dispositions[-1].occurred_at == hands.now


def test_undoing_gives_a_lead_taken_from_the_queue_back_to_the_team(session: Db, agreed: Cast, hands: Hands) -> None:
    stop_selling(agreed, hands)
    waiting = hand_off(session, hands)
    start_selling(agreed)
    handoffs.accept(waiting.id, actor=agreed.sara, now=hands.now)
    corrections.undo(waiting.id, waiting.dispositions[-1].id, actor=agreed.sara, now=hands.turn(seconds=5))
    assert (waiting.owner_id, waiting.lead.owner_id) == (None, None)
    handoffs.accept(waiting.id, actor=agreed.saul, now=hands.turn(seconds=5))
    assert waiting.owner_id == agreed.saul.id


def test_an_answer_undone_after_its_deadline_is_breached_as_of_then(
    session: Db, offered: Handoff, hands: Hands
) -> None:
    saul = owner(session, offered)
    due_at = session.scalars(select(Clock.due_at)).one()
    hands.set(due_at - timedelta(minutes=1))
    handoffs.accept(offered.id, actor=saul, now=hands.now)
    corrections.undo(offered.id, offered.dispositions[-1].id, actor=saul, now=hands.turn(minutes=5))
    handoffs.accept(offered.id, actor=saul, now=hands.turn(minutes=1))
    assert clocks_of(session, offered)["first-answer"] == (Outcome.BREACHED, True)
    assert session.scalars(select(Event.occurred_at).where(Event.name == "clock.breached")).one() == due_at


def test_an_answer_can_be_undone_once_by_who_gave_it_and_not_for_long(
    session: Db, agreed: Cast, offered: Handoff, hands: Hands
) -> None:
    saul = owner(session, offered)
    handoffs.accept(offered.id, actor=saul, now=hands.now)
    first = offered.dispositions[-1].id
    as_it_is = snapshot(session, offered)

    def undo(disposition_id: int, actor: User) -> None:
        corrections.undo(offered.id, disposition_id, actor=actor, now=hands.now)

    with pytest.raises(NotAllowed, match=f"Only {saul.name}"):
        undo(first, other(agreed, offered))
    hands.turn(minutes=10, seconds=1)
    with pytest.raises(Conflict, match="10 minutes"):
        undo(first, saul)
    with pytest.raises(Conflict, match="happened since"):
        undo(first + 99, saul)
    assert snapshot(session, offered) == as_it_is
    handoffs.confirm(offered.id, checklist=CHECKLIST, actor=saul, now=hands.now)
    with pytest.raises(Conflict, match="happened since"):
        undo(first, saul)
    second = offered.dispositions[-1].id
    undo(second, saul)
    with pytest.raises(Conflict):
        undo(second, saul)


def test_a_refusal_stands_once_marketing_has_acted_on_it(
    session: Db, agreed: Cast, offered: Handoff, hands: Hands
) -> None:
    saul = owner(session, offered)
    handoffs.refuse(offered.id, reason="below-criteria", note="", actor=saul, now=hands.now)
    qualification.mark(offered.lead_id, reason="Look again", actor=agreed.marta, now=hands.turn(minutes=1))
    with pytest.raises(Conflict, match="moved on"):
        corrections.undo(offered.id, offered.dispositions[-1].id, actor=saul, now=hands.now)
    assert offered.state is HandoffState.REFUSED


# given to somebody else


def test_a_manager_gives_open_hand_offs_to_another_rep_and_the_clocks_go_on(
    session: Db, agreed: Cast, offered: Handoff, hands: Hands
) -> None:
    saul, sara = owner(session, offered), other(agreed, offered)
    refused = hand_off(session, hands, "second@example.com")
    handoffs.refuse(refused.id, reason="bad-data", note="", actor=owner(session, refused), now=hands.now)
    before = session.execute(select(Clock.due_at, Clock.outcome).order_by(Clock.id)).all()
    count = routing.reassign([offered.id, refused.id], owner_id=sara.id, actor=agreed.sasha, now=hands.turn(hours=1))
    assert count == 1
    assert (offered.owner_id, offered.lead.owner_id, refused.state) == (sara.id, sara.id, HandoffState.REFUSED)
    assert session.execute(select(Clock.due_at, Clock.outcome).order_by(Clock.id)).all() == before
    assert session.scalars(select(Clock.owner_id).where(Clock.handoff_id == offered.id)).all() == [sara.id]
    told = session.scalars(select(Event).where(Event.name == "handoff.reassigned")).one()
    assert (told.actor_id, told.data) == (agreed.sasha.id, {"owner": sara.id, "before": saul.id})
    assert session.execute(select(Notice.recipient_id, Notice.kind)).all() == [(sara.id, "handoff.reassigned")]
    with pytest.raises(NotAllowed):
        handoffs.accept(offered.id, actor=saul, now=hands.now)
    handoffs.accept(offered.id, actor=sara, now=hands.now)


def test_a_hand_off_given_to_the_team_waits_for_whoever_is_first(
    session: Db, agreed: Cast, offered: Handoff, hands: Hands
) -> None:
    routing.reassign([offered.id], owner_id=None, actor=agreed.sasha, now=hands.now)
    assert routing.reassign([offered.id], owner_id=None, actor=agreed.sasha, now=hands.now) == 0
    handoffs.accept(offered.id, actor=agreed.sara, now=hands.turn(hours=1))
    assert (offered.owner_id, offered.lead.owner_id) == (agreed.sara.id, agreed.sara.id)
    owners = dict(session.execute(select(Clock.clause_id, Clock.owner_id)).all())
    assert owners == {"first-answer": None, "sql-decision": agreed.sara.id}, "nobody's promise until somebody took it"


@pytest.mark.parametrize("who", ["marta", "sasha", "disabled", "nobody"])
def test_a_lead_is_given_to_somebody_who_sells(
    session: Db, agreed: Cast, offered: Handoff, hands: Hands, who: str
) -> None:
    if who == "disabled":
        other(agreed, offered).disabled_at = hands.now
    ids = {"marta": agreed.marta.id, "sasha": agreed.sasha.id, "disabled": other(agreed, offered).id, "nobody": 404}
    before = offered.owner_id
    with pytest.raises(InvalidInput):
        routing.reassign([offered.id], owner_id=ids[who], actor=agreed.sasha, now=hands.now)
    assert offered.owner_id == before
