"""A predictor is trained on what was known then, shown or not, watched, and never touches what was agreed."""

import json
import subprocess
import sys
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session

from smarketing.domain import accuracy
from smarketing.domain.errors import Conflict
from smarketing.domain.importing import Row
from smarketing.domain.judgement import Judgement
from smarketing.domain.predictor import Fact, Known, Predictor
from smarketing.jobs import fit_predictor, train_predictors, watch_predictors
from smarketing.models.events import Event
from smarketing.models.handoffs import Disposition, Handoff
from smarketing.models.leads import Engagement, Lead
from smarketing.models.notices import Notice
from smarketing.models.predictors import PredictorState, TrainedPredictor
from smarketing.services import hindsight, intake, predictors
from tests.cast import Cast
from tests.conftest import Hands
from tests.services import outcomes
from tests.services.desk import give, hand_off, owner

Db = scoped_session[Session]


def known(handoff: Handoff) -> Known:
    return dict(hindsight.known_of([handoff.id]))[handoff.id]


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fit here rather than in a process that first loads scikit-learn."""
    monkeypatch.setattr(train_predictors, "_fit", lambda _task, asked: fit_predictor.answered(asked))


def trained(session: Db, cast: Cast, hands: Hands, *left_out: Fact) -> TrainedPredictor:
    """The latest, after the job has run."""
    predictors.ask(left_out, actor=cast.sasha, now=hands.now)
    session.commit()
    assert train_predictors.run(now=hands.now) == 1
    return session.scalars(select(TrainedPredictor).order_by(TrainedPredictor.id.desc()).limit(1)).one()


def numbers_of(found: TrainedPredictor) -> Predictor:
    return Predictor.model_validate_json(found.numbers or "")


def test_only_what_was_known_when_it_was_handed_over_counts(session: Db, agreed: Cast, hands: Hands) -> None:
    handoff = hand_off(session, hands)
    session.commit()
    before = known(handoff)
    assert before.words[Fact.SOURCE] == "Webinar"
    assert before.words[Fact.PERSONA] == "director"
    assert (before.numbers[Fact.FIT_POINTS], before.numbers[Fact.ENGAGEMENTS], before.late) == (50, 1, frozenset())
    assert before.rules == {"is-director", "is-near", "asked-for-demo"}
    at = hands.now
    hands.turn(hours=3)
    email = {"email": "g.perrin@example.com"}
    intake.take([Row({**email, "source": "Fair"}, engagements=[("visit", at - timedelta(days=1))])], now=hands.now)
    after = known(handoff)
    assert after.late == {Fact.SOURCE}
    assert after == before._replace(words={**before.words, Fact.SOURCE: ""}, late=frozenset({Fact.SOURCE}))


def test_hand_offs_that_sales_never_judged_have_no_outcome(session: Db, agreed: Cast, hands: Hands) -> None:
    answers = ("accept", "refuse", "", "refuse", "refuse", "accept")
    made = [hand_off(session, hands, f"{number}@example.com") for number in range(len(answers))]
    for handoff, answer in zip(made, answers, strict=True):
        if answer:
            give(answer, handoff, owner(session, handoff), hands)
    give("confirm", made[0], owner(session, made[0]), hands)
    session.flush()
    refusals = select(Disposition).where(Disposition.kind == "refused").order_by(Disposition.id)
    _stands, overturned, by_itself = session.scalars(refusals)
    overturned.overturned_at, by_itself.actor_id = hands.now, None
    session.flush()
    hands.turn(hours=1)
    found = {case.handoff_id: case.came for case in hindsight.cases(hands.now - timedelta(days=1), hands.now)}
    assert found == {made[0].id: True, made[1].id: False, made[5].id: False}
    assert hindsight.time_to_ripen(hands.now - timedelta(days=1)) == timedelta(0)


def test_it_is_trained_judged_shown_and_explains_itself(session: Db, agreed: Cast, hands: Hands) -> None:
    outcomes.write(500, agreed, until=hands.now - timedelta(days=1))
    found = trained(session, agreed, hands)
    judged = Judgement.model_validate_json(found.judgement or "")
    assert (found.state, found.trained_count, judged.held_out) == (PredictorState.TRAINED, 350, 150)
    assert judged.is_telling
    assert judged.is_better
    assert judged.predictor.calibration_error < 0.15
    assert judged.predictor.brier.value < judged.score.brier.value
    weights = {(column.fact, column.value): column.weight for column in numbers_of(found).columns}
    assert weights[Fact.SOURCE, "Partner"] > 0.2 > -0.2 > weights[Fact.SOURCE, "Google"]
    assert predictors.shown() is None
    held_out = hindsight.cases(found.split_at or hands.now, found.ends_at or hands.now)
    chances = [numbers_of(found).chance(case.known) for case in held_out]
    assert accuracy.brier(chances, [case.came for case in held_out]) == pytest.approx(judged.predictor.brier, abs=1e-12)
    predictors.show(found, actor=agreed.sasha, now=hands.now)
    session.flush()
    handoff = hand_off(session, hands)
    shown = predictors.shown()
    assert shown is not None
    lead = predictors.known_of(handoff)
    assert lead is not None
    assert 0.3 < numbers_of(shown).chance(lead) < 0.9
    give("refuse", handoff, owner(session, handoff), hands)
    assert predictors.known_of(handoff) is None
    told = session.scalars(select(Event.name).where(Event.subject_type == "predictor").order_by(Event.id)).all()
    assert told == ["predictor.asked", "predictor.ended", "predictor.shown"]


@pytest.mark.usefixtures("quick")
def test_a_suspect_is_refused_by_name_and_can_be_left_out(session: Db, agreed: Cast, hands: Hands) -> None:
    outcomes.write(300, agreed, until=hands.now - timedelta(days=1), likelihood={"Won": 9, "Cold": -9})
    found = trained(session, agreed, hands)
    assert (found.state, found.numbers) == (PredictorState.REFUSED, None)
    assert {(each["cause"], each["fact"]) for each in found.refusals or ()} == {("knows_too_much", "source")}
    with pytest.raises(Conflict):
        predictors.show(found, actor=agreed.sasha, now=hands.now)
    assert trained(session, agreed, hands, Fact.SOURCE).state is PredictorState.TRAINED


def test_too_little_is_refused_with_numbers(session: Db, agreed: Cast, hands: Hands) -> None:
    outcomes.write(20, agreed, until=hands.now - timedelta(days=1))
    found = trained(session, agreed, hands)
    assert [each["cause"] for each in found.refusals or ()] == ["too_few", "too_few_held_out"]
    assert (found.refusals or [{}])[0]["total"] == 14


@pytest.mark.usefixtures("quick")
def test_one_that_is_no_better_than_chance_is_never_shown(session: Db, agreed: Cast, hands: Hands) -> None:
    outcomes.write(300, agreed, until=hands.now - timedelta(days=1))
    found = trained(session, agreed, hands)
    judged = Judgement.model_validate_json(found.judgement or "")
    area = judged.predictor.area._replace(low=0.49)
    found.judgement = judged.model_copy(
        update={"predictor": judged.predictor.model_copy(update={"area": area})}
    ).model_dump_json()
    with pytest.raises(Conflict, match="told from chance"):
        predictors.show(found, actor=agreed.sasha, now=hands.now)


def test_it_can_be_stopped_and_another_asked_for(
    session: Db, agreed: Cast, hands: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    outcomes.write(300, agreed, until=hands.now - timedelta(days=1))
    asked = predictors.ask([], actor=agreed.sasha, now=hands.now)
    with pytest.raises(Conflict):
        predictors.ask([], actor=agreed.sasha, now=hands.now)
    session.commit()
    begin = subprocess.Popen
    monkeypatch.setattr(train_predictors, "LOOK_EVERY", 0.01)

    def begin_and_stop(command: list[str], **told: Any) -> "subprocess.Popen[bytes]":
        session.delete(session.get_one(TrainedPredictor, asked.id))
        session.commit()
        return begin([sys.executable, "-c", "import time; time.sleep(60)"], **told)

    monkeypatch.setattr(train_predictors.subprocess, "Popen", begin_and_stop)
    assert train_predictors.run(now=hands.now) == 0
    assert session.scalar(select(func.count(TrainedPredictor.id))) == 0


def test_a_fit_that_fails_is_given_up(session: Db, agreed: Cast, hands: Hands, monkeypatch: pytest.MonkeyPatch) -> None:
    outcomes.write(300, agreed, until=hands.now - timedelta(days=1))
    predictors.ask([], actor=agreed.sasha, now=hands.now)
    session.commit()
    monkeypatch.setattr(train_predictors.sys, "executable", "/bin/false")
    with pytest.raises(RuntimeError):
        train_predictors.run(now=hands.now)
    assert session.scalars(select(TrainedPredictor.state)).all() == [PredictorState.FAILED]
    monkeypatch.setattr(train_predictors, "LIBRARY", "no_such_library")
    predictors.ask([], actor=agreed.sasha, now=hands.now)
    session.commit()
    assert train_predictors.run(now=hands.now) == 1
    last = session.scalars(select(TrainedPredictor).order_by(TrainedPredictor.id.desc())).first()
    assert last is not None
    assert [each["cause"] for each in last.refusals or ()] == ["not_installed"]


@pytest.mark.usefixtures("quick")
def test_drift_is_told_to_the_managers_of_both_sides_once(session: Db, agreed: Cast, hands: Hands) -> None:
    outcomes.write(300, agreed, until=hands.now - timedelta(days=1))
    found = trained(session, agreed, hands)
    predictors.show(found, actor=agreed.sasha, now=hands.now)
    outcomes.write(90, agreed, until=hands.turn(days=5), seed=2, likelihood={"Fair": -3})
    session.commit()
    hands.turn(days=1)
    assert [watch_predictors.run(now=hands.now) for _time in range(2)] == [1, 0]
    hands.turn(days=2)
    assert watch_predictors.run(now=hands.now) == 1
    seen = json.loads(session.get_one(TrainedPredictor, found.id).drift or "")
    assert seen["is_off"]
    assert [shift["fact"] for shift in seen["shifts"] if shift["is_moved"]] == ["source"]
    told = session.scalars(select(Notice.recipient_id).where(Notice.kind == "predictor.drifted")).all()
    assert sorted(told) == sorted([agreed.manny.id, agreed.sasha.id])


@pytest.mark.usefixtures("quick")
def test_switching_on_another_switches_off_the_first_and_removal_takes_it_away(
    session: Db, agreed: Cast, hands: Hands
) -> None:
    outcomes.write(300, agreed, until=hands.now - timedelta(days=1))
    standing = session.execute(select(Lead.id, Lead.points, Lead.stage, Lead.owner_id).order_by(Lead.id)).all()
    first = trained(session, agreed, hands)
    predictors.show(first, actor=agreed.sasha, now=hands.now)
    hands.turn(minutes=1)
    second = trained(session, agreed, hands, Fact.SOURCE)
    predictors.show(second, actor=agreed.manny, now=hands.now)
    session.flush()
    assert (first.state, second.state) == (PredictorState.TRAINED, PredictorState.SHOWN)
    predictors.remove(second, actor=agreed.manny, now=hands.now)
    assert predictors.shown() is None
    after = session.execute(select(Lead.id, Lead.points, Lead.stage, Lead.owner_id).order_by(Lead.id)).all()
    assert after == standing
    assert session.scalar(select(func.count(Engagement.id))) == 300
