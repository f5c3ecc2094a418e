"""A score held against what sales made of it: the database's counts against a plain recount."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from smarketing.domain import calibration
from smarketing.domain.calibration import Counted, Rates
from smarketing.domain.dispositions import HandoffState
from smarketing.domain.scoring import Scorer
from smarketing.models.agreements import AgreementVersion
from smarketing.models.handoffs import CountedRule, Handoff
from smarketing.models.leads import Score
from smarketing.reports import calibration as facts
from smarketing.reports.cases import Span, Wanted
from tests.cast import Cast, terms
from tests.conftest import Hands
from tests.reports import handed_off
from tests.reports.handed_off import NOW
from tests.services.desk import hand_off

Db = scoped_session[Session]
THRESHOLD = 60
SPAN = Span(NOW - timedelta(days=60), NOW)


def rates(handoffs: list[Handoff]) -> Rates:
    states = [each.state for each in handoffs if each.answered_at]
    accepted = sum(state is not HandoffState.REFUSED for state in states)
    return Rates(len(handoffs), len(states), accepted, sum(each.state is HandoffState.WON for each in handoffs))


def test_hand_offs_and_the_rules_that_counted_in_them_are_what_a_recount_says(session: Db, agreed: Cast) -> None:
    version_id = session.scalars(select(AgreementVersion.id)).one()
    made = handed_off.handoffs(80, agreed, version_id, seed=4)
    first, last = SPAN
    seen = [each for each in made if first <= each.offered_at < last and each.state is not HandoffState.WITHDRAWN]
    judged = facts.handed(SPAN, Wanted(), now=NOW)
    assert calibration.total(judged) == rates(seen)
    assert sum(each.alike for each in judged if each.points == 70) == sum(each.points == 70 for each in seen)
    found = facts.counted(SPAN, Wanted(), threshold=THRESHOLD, now=NOW)
    rules = Scorer(terms()).rules
    expected: dict[str, Counted] = {}
    for rule in ("is-director", "asked-for-demo", "saw-prices"):
        told = [
            (each, dict(calibration.counted(session.get_one(Score, each.score_id).explanation, rules))) for each in seen
        ]
        those = [each for each, without in told if rule in without]
        decided = sum((each.points or 0) >= THRESHOLD > without[rule] for each, without in told if rule in without)
        expected[rule] = Counted(rates(those), decided)
    assert found == expected


def test_a_hand_off_remembers_which_rules_made_it(session: Db, agreed: Cast, hands: Hands) -> None:
    handed = hand_off(session, hands, "zoe@example.com")
    score = session.get_one(Score, handed.score_id)
    rows = session.execute(select(CountedRule.rule, CountedRule.points_without)).all()
    assert {row.rule: row.points_without for row in rows} == dict(
        calibration.counted(score.explanation, Scorer(terms()).rules)
    )
