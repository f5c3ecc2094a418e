"""Many answer the same hand-offs at the same time: each is answered once, and everybody else is told by whom."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import select, update

from smarketing.db import db, transaction
from smarketing.domain.errors import DomainError
from smarketing.domain.importing import Row
from smarketing.domain.sla_clock import Outcome
from smarketing.models.clocks import Clock
from smarketing.models.events import Event
from smarketing.models.handoffs import Disposition, Handoff
from smarketing.models.people import User
from smarketing.services import clocks, corrections, handoffs, intake, qualification, routing
from tests.cast import Cast, agree
from tests.conftest import Hands
from tests.services.desk import Db, start_selling, stop_selling, with_first_touch

THREADS, HANDOFFS = 8, 60
Deed = Callable[[int, User], object]


@pytest.fixture
def waiting(session: Db, cast: Cast, hands: Hands) -> list[int]:
    """Hand-offs in the team's queue, for whoever is first."""
    agree(cast, hands.now, clocks=with_first_touch())
    stop_selling(cast, hands)
    facts = {"job_title": "Sales director", "country": "FR"}
    rows = [Row({"email": f"{n}@example.com", **facts}, engagements=[("demo_request", None)]) for n in range(HANDOFFS)]
    intake.take(rows, now=hands.now)
    start_selling(cast)
    ids = list(session.scalars(select(Handoff.id).order_by(Handoff.id)))
    session.commit()
    return ids


@pytest.fixture
def at_once(app: Flask) -> Callable[[list[tuple[int, Deed]], list[int]], Counter[str]]:
    """Lets each person do their deed to every hand-off, all at the same time; what became of the tries."""

    def run(people: list[tuple[int, Deed]], handoff_ids: list[int]) -> Counter[str]:
        barrier = Barrier(len(people))

        def work(place: int, user_id: int, deed: Deed) -> Counter[str]:
            outcomes: Counter[str] = Counter()
            with app.app_context():
                barrier.wait(timeout=30)
                for handoff_id in handoff_ids[place:] + handoff_ids[:place]:
                    outcomes[attempt(deed, handoff_id, user_id)] += 1
                db.session.remove()
            return outcomes

        with ThreadPoolExecutor(len(people)) as pool:
            tries = [pool.submit(work, place, *person) for place, person in enumerate(people)]
            return sum((each.result(timeout=120) for each in tries), Counter())

    return run


def attempt(deed: Deed, handoff_id: int, user_id: int) -> str:
    try:
        with transaction():
            deed(handoff_id, db.session.get_one(User, user_id))
    except DomainError as refused:
        return str(refused)
    return "done"


def test_each_hand_off_is_accepted_by_exactly_one(
    session: Db, cast: Cast, hands: Hands, waiting: list[int], at_once: Callable[..., Counter[str]]
) -> None:
    now = hands.turn(hours=1)
    reps = {cast.saul.id: cast.saul.name, cast.sara.id: cast.sara.name}
    session.commit()

    def accept(handoff_id: int, actor: User) -> object:
        return handoffs.accept(handoff_id, actor=actor, now=now)

    outcomes = at_once([(user_id, accept) for user_id in [*reps] * (THREADS // 2)], waiting)
    assert outcomes.pop("done") == HANDOFFS
    assert sum(outcomes.values()) == HANDOFFS * (THREADS - 1)
    quicker = {f"{name} was quicker: accepted 0 s ago." for name in reps.values()}
    assert set(outcomes) <= quicker | {"You have answered this already: it is “accepted”."}
    answered = session.execute(select(Disposition.handoff_id, Disposition.actor_id)).all()
    assert sorted(handoff_id for handoff_id, _actor in answered) == waiting
    assert dict(answered) == dict(session.execute(select(Handoff.id, Handoff.owner_id)).all())
    accepted = session.scalars(select(Event.subject_id).where(Event.name == "handoff.accepted")).all()
    assert sorted(accepted) == waiting
    started = session.scalars(select(Clock.handoff_id).where(Clock.clause_id == "sql-decision")).all()
    assert sorted(started) == waiting, "one decision is owed for each"


def test_acceptance_refusal_withdrawal_reassignment_and_the_sweep_do_not_tread_on_each_other(
    session: Db, cast: Cast, hands: Hands, waiting: list[int], at_once: Callable[..., Counter[str]]
) -> None:
    due_at = session.scalars(select(Clock.due_at).where(Clock.clause_id == "first-answer").limit(1)).one()
    now = hands.set(due_at + timedelta(minutes=1))
    sara_id = cast.sara.id
    leads = dict(session.execute(select(Handoff.id, Handoff.lead_id)).all())
    ids = [cast.saul.id, cast.sara.id, cast.marta.id, cast.sasha.id, cast.ada.id]
    session.commit()

    def accept(handoff_id: int, actor: User) -> object:
        return handoffs.accept(handoff_id, actor=actor, now=now)

    def refuse_and_think_better_of_it(handoff_id: int, actor: User) -> object:
        refused = handoffs.refuse(handoff_id, reason="bad-data", note="", actor=actor, now=now)
        return corrections.undo(handoff_id, refused.dispositions[-1].id, actor=actor, now=now)

    def withdraw(handoff_id: int, actor: User) -> object:
        return qualification.take_back(leads[handoff_id], reason="No", actor=actor, now=now)

    def give_to_sara(handoff_id: int, actor: User) -> object:
        return routing.reassign([handoff_id], owner_id=sara_id, actor=actor, now=now)

    def sweep(_handoff_id: int, _actor: User) -> object:
        return clocks.breach_overdue(now=now, limit=7)

    deeds = [accept, refuse_and_think_better_of_it, withdraw, give_to_sara, sweep]
    at_once(list(zip(ids, deeds, strict=True)), waiting)
    with transaction():
        clocks.breach_overdue(now=now)
    clocks_of = session.execute(
        select(Clock.outcome, Clock.handoff_id).where(Clock.clause_id == "first-answer").order_by(Clock.handoff_id)
    ).all()
    assert clocks_of == [(Outcome.BREACHED, handoff_id) for handoff_id in waiting], "all ran out before"
    breached = session.scalars(select(Event.subject_id).where(Event.name == "clock.breached")).all()
    assert len(breached) == len(set(breached)), "each breach is told once"
    states = Counter(session.scalars(select(Handoff.state)))
    assert sum(states.values()) == HANDOFFS
    assert set(states) <= {"accepted", "withdrawn", "offered"}


def test_turns_are_dealt_once_while_reps_answer(
    session: Db, cast: Cast, hands: Hands, waiting: list[int], at_once: Callable[..., Counter[str]]
) -> None:
    """Dealing holds the reps' rows while answers refer to them."""
    now, saul_id = hands.now, cast.saul.id
    session.execute(update(User).values(turn=0))
    session.commit()
    arrivals = iter(range(10**6))

    def arrive(_handoff_id: int, _actor: User) -> object:
        facts = {"email": f"new{next(arrivals)}@example.com", "job_title": "Sales director", "country": "FR"}
        return intake.take([Row(facts, engagements=[("demo_request", None)])], now=now)

    def accept(handoff_id: int, actor: User) -> object:
        return handoffs.accept(handoff_id, actor=actor, now=now)

    outcomes = at_once([(saul_id, accept), (saul_id, arrive), (saul_id, arrive)], waiting)
    assert outcomes["done"] == HANDOFFS * 3
    dealt = Counter(session.scalars(select(Handoff.owner_id).where(Handoff.id > max(waiting))))
    assert set(dealt.values()) == {HANDOFFS}, "the two reps in turn"
