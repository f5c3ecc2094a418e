"""Train a predictor on what became of past hand-offs, show it or not, and see whether it still holds.

It is asked for by somebody; the numbers are fitted elsewhere, while nothing is locked, and then written unless it has
been removed meanwhile. Nothing here touches a lead, its score, its place in a queue or a clock.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import delete, select, update

from smarketing.db import db
from smarketing.domain import drift, judgement, training
from smarketing.domain.dispositions import OPEN_STATES
from smarketing.domain.drift import Drift
from smarketing.domain.errors import N_, Conflict
from smarketing.domain.event_names import EventName
from smarketing.domain.judgement import ByPoints, Judgement
from smarketing.domain.predictor import Column, Fact, Known, Predictor
from smarketing.domain.roles import Department
from smarketing.domain.training import Cause, Refusal, Split
from smarketing.models.handoffs import Handoff
from smarketing.models.people import User
from smarketing.models.predictors import IS_SHOWN, IS_UNDER_WAY, UNDER_WAY, PredictorState, TrainedPredictor
from smarketing.services import hindsight, journal, notices
from smarketing.services.notices import Owed

LOOKED_BACK = timedelta(days=730)
KEPT = 10
"""So many are kept, the one that is shown among them."""
WATCHED_EVERY = timedelta(days=1)
NOT_INSTALLED = Refusal(cause=Cause.NOT_INSTALLED)


def ask(left_out: Sequence[Fact], *, actor: User, now: datetime) -> TrainedPredictor:
    """Ask for one; raises Conflict while another is under way."""
    if under_way() is not None:
        raise Conflict(N_("One is being trained already. Wait for it, or stop it."))
    _make_room()
    asked = TrainedPredictor(
        state=PredictorState.WAITING, left_out=[fact.value for fact in left_out], asked_by_id=actor.id, asked_at=now
    )
    db.session.add(asked)
    db.session.flush()
    _record(EventName.PREDICTOR_ASKED, asked, actor=actor, now=now)
    return asked


class Task(NamedTuple):
    """One that is under way. SQLite gives an id again, so when it was asked for is part of what it is."""

    predictor_id: int
    asked_at: datetime
    left_out: frozenset[Fact]


def under_way() -> Task | None:
    asked = db.session.scalars(select(TrainedPredictor).where(IS_UNDER_WAY).order_by(TrainedPredictor.id)).first()
    return Task(asked.id, asked.asked_at, frozenset(map(Fact, asked.left_out))) if asked else None


def is_wanted(task: Task) -> bool:
    """Whether it is still under way, rather than stopped."""
    found = under_way()
    return found is not None and found.asked_at == task.asked_at


def enter(task: Task, state: PredictorState) -> bool:
    """Tell how far it is; False when it has been stopped."""
    return _write(task, state=state)


class Material(NamedTuple):
    """What there is to train on: `refusals` where it is better not done."""

    ends_at: datetime
    parts: Split
    columns: Sequence[Column]
    refusals: Sequence[Refusal]


def read(task: Task) -> Material:
    """Hand-offs of the two years before it was asked for, old enough for an outcome; writes nothing."""
    starts_at = task.asked_at - LOOKED_BACK
    ripe_after = hindsight.time_to_ripen(starts_at) or timedelta(0)
    ends_at = task.asked_at - ripe_after
    parts = training.split(hindsight.cases(starts_at, ends_at))
    candidates = training.candidates(parts.earlier, task.left_out)
    refusals = training.refusals(parts, candidates, task.left_out)
    return Material(ends_at, parts, training.affordable(candidates, parts.earlier), refusals)


def refuse(task: Task, refusals: Sequence[Refusal], *, now: datetime) -> bool:
    told = [refusal.model_dump(mode="json") for refusal in refusals]
    return _end(task, PredictorState.REFUSED, now=now, refusals=told)


def give_up(task: Task, *, now: datetime) -> bool:
    """It ends without a result, since fitting has failed."""
    return _end(task, PredictorState.FAILED, now=now)


def keep(
    task: Task,
    material: Material,
    predictor: Predictor,
    by_points: ByPoints,
    chances: Sequence[float],
    *,
    now: datetime,
) -> bool:
    """Judge it by the chances it gives what was held out, and write it; False when it has been stopped meanwhile."""
    earlier, held_out = material.parts
    return _end(
        task,
        PredictorState.TRAINED,
        now=now,
        starts_at=earlier[0].offered_at,
        split_at=held_out[0].offered_at,
        ends_at=material.ends_at,
        trained_count=len(earlier),
        trained_came=sum(case.came for case in earlier),
        numbers=predictor.model_dump_json(),
        judgement=judgement.judge(chances, by_points, held_out).model_dump_json(),
    )


def show(found: TrainedPredictor, *, actor: User, now: datetime) -> None:
    """Switch it on for everybody, and off the one before. Raises Conflict for one that says no more than chance."""
    if found.state is PredictorState.SHOWN:
        return
    if found.state is not PredictorState.TRAINED or found.judgement is None:
        raise Conflict(N_("Only a trained one can be shown."))
    if not Judgement.model_validate_json(found.judgement).is_telling:
        raise Conflict(N_("It cannot be told from chance, so it is not shown on leads."))
    if before := shown():
        hide(before, actor=actor, now=now)
        db.session.flush()
    found.state, found.shown_at = PredictorState.SHOWN, now
    _record(EventName.PREDICTOR_SHOWN, found, actor=actor, now=now)


def hide(found: TrainedPredictor, *, actor: User, now: datetime) -> None:
    if found.state is PredictorState.SHOWN:
        found.state, found.shown_at = PredictorState.TRAINED, None
        _record(EventName.PREDICTOR_HIDDEN, found, actor=actor, now=now)


def remove(found: TrainedPredictor, *, actor: User, now: datetime) -> None:
    """Whatever its state: one that is under way stops, one that is shown is seen no more."""
    _record(EventName.PREDICTOR_REMOVED, found, actor=actor, now=now)
    db.session.delete(found)
    db.session.flush()


def shown() -> TrainedPredictor | None:
    """The one that is switched on, if any."""
    return db.session.scalars(select(TrainedPredictor).where(IS_SHOWN)).one_or_none()


def known_of(handoff: Handoff) -> Known | None:
    """What a predictor may know of a hand-off that is still open; None of another."""
    if handoff.state not in OPEN_STATES:
        return None
    return next((known for _handoff_id, known in hindsight.known_of([handoff.id])), None)


def watch(*, now: datetime) -> int:
    """Once a day: has the one that is shown drifted? Tells the managers of both sides, once. How many were watched."""
    found = shown()
    if found is None or found.numbers is None or found.ends_at is None:
        return 0
    if found.watched_at is not None and now - found.watched_at < WATCHED_EVERY:
        return 0
    seen = _drift(Predictor.model_validate_json(found.numbers), found.ends_at, now=now)
    found.watched_at, found.drift = now, seen.model_dump_json()
    if seen.has_drifted and found.warned_at is None:
        found.warned_at = now
        _record(EventName.PREDICTOR_DRIFTED, found, actor=None, now=now)
        managers = [user_id for side in Department for user_id in notices.managers_of(side)]
        key = f"{EventName.PREDICTOR_DRIFTED}:{found.id}:{found.asked_at.isoformat()}"
        notices.owe_many([Owed(managers, EventName.PREDICTOR_DRIFTED, key, data={"predictor": found.id})], now=now)
    return 1


def _drift(predictor: Predictor, trained_until: datetime, *, now: datetime) -> Drift:
    ripe_after = hindsight.time_to_ripen(trained_until - LOOKED_BACK) or timedelta(0)
    decided = hindsight.cases(trained_until, now - ripe_after)
    return drift.drift(predictor, hindsight.made_since(trained_until), decided)


def _end(task: Task, state: PredictorState, *, now: datetime, **told: Any) -> bool:
    is_kept = _write(task, state=state, ended_at=now, **told)
    if is_kept:
        ended = db.session.get_one(TrainedPredictor, task.predictor_id, populate_existing=True)
        _record(EventName.PREDICTOR_ENDED, ended, actor=None, now=now)
    return is_kept


def _write(task: Task, **values: Any) -> bool:
    """Compare-and-set: False when it has been removed, or somebody else has ended it."""
    is_it = (TrainedPredictor.id == task.predictor_id, TrainedPredictor.asked_at == task.asked_at)
    write = update(TrainedPredictor).where(*is_it, TrainedPredictor.state.in_(UNDER_WAY)).values(values)
    return bool(db.session.connection().execute(write).rowcount)


def _make_room() -> None:
    """Those that are left are the latest, and the one that is shown."""
    others = select(TrainedPredictor.id).where(TrainedPredictor.state != PredictorState.SHOWN)
    gone = db.session.scalars(others.order_by(TrainedPredictor.id.desc()).offset(KEPT - 2)).all()
    db.session.execute(delete(TrainedPredictor).where(TrainedPredictor.id.in_(gone)))


def _record(name: EventName, about: TrainedPredictor, *, actor: User | None, now: datetime) -> None:
    data = {"state": about.state.value, "left_out": about.left_out}
    journal.record(
        name,
        "predictor",
        about.id,
        occurred_at=now,
        now=now,
        actor_id=actor.id if actor else None,
        data=data,
    )
