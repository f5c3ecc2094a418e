"""Whatever sales does in whatever order: hand-off, lead and clocks agree with a small model and with a replay."""

from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

from smarketing.domain.dispositions import Channel
from smarketing.domain.errors import DomainError
from smarketing.domain.lifecycle import Stage
from smarketing.domain.sla_clock import Outcome
from smarketing.models.clocks import Clock
from smarketing.models.events import Event
from smarketing.models.people import User
from smarketing.models.touches import Touch
from smarketing.reports import clock_replay
from smarketing.services import clocks, corrections, replays, routing, touches
from tests.cast import Cast, agree
from tests.conftest import Hands
from tests.services.desk import Db, give, hand_off, with_first_touch

STEPS = {
    ("offered", "accept"): "accepted",
    ("offered", "refuse"): "refused",
    ("accepted", "confirm"): "confirmed",
    ("accepted", "recycle"): "recycled",
    ("confirmed", "recycle"): "recycled",
    ("confirmed", "win"): "won",
    ("confirmed", "lose"): "lost",
}
OPEN = ("offered", "accepted", "confirmed")
STAGES = {
    "offered": Stage.MQL,
    "accepted": Stage.SAL,
    "confirmed": Stage.SQL,
    "refused": Stage.DISQUALIFIED,
    "recycled": Stage.RECYCLED,
    "won": Stage.WON,
    "lost": Stage.LOST,
}


@pytest.fixture(scope="session")
def database() -> str:
    return "sqlite"


class Desk(RuleBasedStateMachine):
    """One lead. The model: the states it has been through, and who answered when."""

    session: Db
    cast: Cast
    hands: Hands
    starts_at: datetime

    @initialize()
    def arrive(self) -> None:
        self.hands.set(self.starts_at)
        self.handoff = hand_off(self.session, self.hands)
        self.actor = self.cast.saul if self.handoff.owner_id == self.cast.saul.id else self.cast.sara
        self.states = ["offered"]
        self.answers: list[tuple[User, datetime]] = []

    def teardown(self) -> None:
        self.session.rollback()

    @rule(minutes=st.sampled_from([1, 9, 11, 60, 500]))
    def wait(self, minutes: int) -> None:
        self.hands.turn(minutes=minutes)

    @rule(answer=st.sampled_from(sorted({answer for _state, answer in STEPS})))
    def answer(self, answer: str) -> None:
        self.hands.turn(seconds=1)
        state = STEPS.get((self.states[-1], answer))
        if state is None:
            with pytest.raises(DomainError):
                give(answer, self.handoff, self.actor, self.hands)
            return
        give(answer, self.handoff, self.actor, self.hands)
        self.states.append(state)
        self.answers.append((self.actor, self.hands.now))

    @precondition(lambda self: self.answers)
    @rule()
    def undo(self) -> None:
        latest = self.handoff.dispositions[-1].id
        author, answered_at = self.answers[-1]
        if author is not self.actor or self.hands.now - answered_at > timedelta(minutes=10):
            with pytest.raises(DomainError):
                corrections.undo(self.handoff.id, latest, actor=self.actor, now=self.hands.now)
            return
        corrections.undo(self.handoff.id, latest, actor=self.actor, now=self.hands.now)
        self.states.pop()
        self.answers.pop()

    @precondition(lambda self: self.states[-1] in OPEN)
    @rule(share=st.floats(0, 1))
    def touch(self, share: float) -> None:
        """At any moment since the offer."""
        self.hands.turn(seconds=1)
        occurred_at = self.handoff.offered_at + (self.hands.now - self.handoff.offered_at) * share
        told = {"actor": self.actor, "now": self.hands.now}
        touches.log(self.handoff.id, channel=Channel.CALL, note="", occurred_at=occurred_at, **told)  # type: ignore[arg-type]

    @precondition(lambda self: self.states[-1] in OPEN)
    @rule(number=st.integers(0, 3))
    def remove_touch(self, number: int) -> None:
        logged = self.session.scalars(select(Touch.id).where(Touch.actor_id == self.actor.id)).all()
        if logged:
            touches.void(self.handoff.id, logged[number % len(logged)], actor=self.actor, now=self.hands.now)

    @precondition(lambda self: self.states[-1] in OPEN)
    @rule()
    def give_to_the_other(self) -> None:
        self.actor = self.cast.sara if self.actor == self.cast.saul else self.cast.saul
        routing.reassign([self.handoff.id], owner_id=self.actor.id, actor=self.cast.sasha, now=self.hands.now)

    @rule()
    def sweep(self) -> None:
        clocks.breach_overdue(now=self.hands.now)
        clocks.warn_at_risk(now=self.hands.now)

    @invariant()
    def stands_as_the_model_says(self) -> None:
        self.session.flush()
        self.session.expire_all()
        state = self.states[-1]
        assert self.handoff.state == state
        assert self.handoff.lead.stage is STAGES[state]
        assert (self.handoff.closed_at is None) == (state in OPEN)
        assert [str(each.kind) for each in self.handoff.dispositions] == self.states[1:]
        milestones = self.handoff.lead.sal_at, self.handoff.lead.sql_at
        assert [at is not None for at in milestones] == ["accepted" in self.states, "confirmed" in self.states]

    @invariant()
    def a_replay_of_the_record_gives_the_same_clocks(self) -> None:
        for clock, ending in replays.endings(self.handoff):
            outcome = Outcome.RUNNING if replays.is_waiting(clock) else clock.outcome
            assert (outcome, clock.stopped_at) == ending, clock.clause_id

    @invariant()
    def a_replay_of_the_journal_gives_the_same_clocks(self) -> None:
        found = clock_replay.replay()
        assert (found.leads, found.differences) == (1, [])

    @invariant()
    def each_breach_is_told_as_of_when_it_was_due(self) -> None:
        due = dict(self.session.execute(select(Clock.id, Clock.due_at)).all())
        breaches = select(Event.subject_id, Event.occurred_at).where(Event.name == "clock.breached")
        for clock_id, occurred_at in self.session.execute(breaches):
            assert occurred_at == due[clock_id]


def test_any_order_of_answers_touches_and_corrections(session: Db, cast: Cast, hands: Hands) -> None:
    agree(cast, hands.now, clocks=with_first_touch())
    session.commit()
    Desk.session, Desk.cast, Desk.hands, Desk.starts_at = session, cast, hands, hands.now
    quick = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
    run_state_machine_as_test(
        Desk, settings=settings(max_examples=30, stateful_step_count=14, deadline=None, suppress_health_check=quick)
    )
