"""What an agreement asks for, against a plain recount of the hand-offs."""

from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from smarketing.domain.dispositions import DispositionKind, HandoffState
from smarketing.domain.feasibility import Answer, Basis
from smarketing.domain.periods import local_day
from smarketing.models.agreements import AgreementVersion
from smarketing.models.handoffs import Disposition, Handoff
from smarketing.models.routing import RoutingProfile
from smarketing.reports import feasibility
from tests.cast import Cast, clause, document, terms
from tests.reports import handed_off, invented
from tests.reports.handed_off import NOW, ZONE

Db = scoped_session[Session]

OWED: dict[str, Any] = {"side": "sales", "calendar": "office"}
CHAIN = [
    *document()["targets"],
    clause("sqls", "SQLs", "SQL") | OWED | {"metric": "sqls", "owed": 30},
    clause("deals", "Deals", "Affaires") | OWED | {"metric": "wons", "owed": 24, "period": "quarter"},
    clause("income", "Income", "Revenu") | OWED | {"metric": "revenue", "owed": 1_000_000, "period": "week"},
    clause("each", "Each", "Chacun") | OWED | {"metric": "meetings", "owed": 3, "each": "person"},
]


@pytest.fixture
def handed(session: Db, agreed: Cast) -> list[Handoff]:
    version_id = session.scalars(select(AgreementVersion.id)).one()
    made = handed_off.handoffs(400, agreed, version_id, seed=5)
    invented.mark_all()
    return made


def test_the_shares_are_those_of_the_hand_offs_that_had_time(session: Db, handed: list[Handoff]) -> None:
    found = feasibility.assess(terms(targets=CHAIN), now=NOW)
    today = local_day(NOW, ZONE)
    counted = [each for each in handed if each.state is not HandoffState.WITHDRAWN]
    ripe = [each for each in counted if local_day(each.offered_at, ZONE) < today - timedelta(days=30)]
    accepted = [each for each in ripe if each.answered_at and each.state is not HandoffState.REFUSED]
    confirmed = set(
        session.scalars(select(Disposition.handoff_id).where(Disposition.kind == DispositionKind.CONFIRMED))
    )
    won = sum(each.state is HandoffState.WON for each in counted)
    lost = sum(each.state is HandoffState.LOST for each in counted)
    chain = found.chain
    assert all(chain[:4])
    assert chain.accepted.value == len(accepted) / len(ripe)
    assert chain.confirmed.value == sum(each.id in confirmed for each in accepted) / len(accepted)
    assert chain.won.value == won / (won + lost)
    amounts = [amount for amount in session.scalars(select(Disposition.amount_cents)) if amount is not None]
    assert chain.price.value == pytest.approx(sum(amounts) / len(amounts))
    assert {step.basis for step in (chain.accepted, chain.confirmed, chain.won, chain.price)} == {Basis.HISTORY}


@pytest.mark.usefixtures("handed")
def test_each_volume_asks_for_mqls_a_month() -> None:
    found = feasibility.assess(terms(targets=CHAIN), now=NOW)
    chain = found.chain
    assert all(chain[:4])
    asked = {demand.clause.id: demand.mqls.value for demand in found.demands if demand.mqls}
    of_sqls = 30 / (chain.accepted.value * chain.confirmed.value)
    deals = 24 / 3 / (chain.accepted.value * chain.confirmed.value * chain.won.value)
    assert asked["sqls"] == pytest.approx(of_sqls)
    assert asked["deals"] == pytest.approx(deals)
    assert asked["income"] == pytest.approx(deals / 8 * 1_000_000 * 52 / 12 / chain.price.value)
    assert [each.id for each in found.left_out] == ["each"]
    assert found.promised == 120


def test_a_month_is_read_from_the_working_days_of_the_last_quarter(handed: list[Handoff]) -> None:
    found = feasibility.assess(terms(targets=CHAIN), now=NOW)
    today, easter = local_day(NOW, ZONE), date(2026, 4, 6)
    answered = Counter(local_day(each.answered_at, ZONE) for each in handed if each.answered_at)
    became = Counter(local_day(each.mql_at, ZONE) for each in handed)
    for counted, pace in ((answered, found.worked), (became, found.delivered)):
        days = [min(counted) + timedelta(number) for number in range((today - min(counted)).days)]
        working = [day for day in days if day.weekday() < 5 and day != easter]
        mean = sum(counted[day] for day in working[-65:]) / len(working[-65:]) * 7 / 5
        assert pace is not None
        assert pace.median == pytest.approx(mean * found.month_days, rel=0.1)
        assert pace.low < pace.median < pace.high
    assert 20 < found.month_days < 22
    assert found.answer is not None


def test_without_a_history_it_is_reckoned_with_what_both_sides_assume(session: Db, agreed: Cast) -> None:
    assumed = clause("assumed", "Assumed", "Hypothèses")
    shares = {"accepted_ratio": 0.5, "confirmed_ratio": 0.5, "won_ratio": 0.25, "average_sale": 100_000}
    nothing = feasibility.assess(terms(targets=CHAIN), now=NOW)
    assert [demand.mqls for demand in nothing.demands] == [None, None, None]
    assert nothing.answer is Answer.UNKNOWN
    told = terms(targets=CHAIN[:2], assumptions=assumed | shares | {"leads_a_week": 20})
    found = feasibility.assess(told, now=NOW)
    assert [demand.mqls for demand in found.demands] == [(120, 120, 120)]
    assert found.demands[0].answer is Answer.YES
    assert found.capacity == (2.0, 20, Basis.DECLARED)
    assert found.work is Answer.LIKELY
    session.add(RoutingProfile(user_id=agreed.sara.id, weight=50))
    session.flush()
    overwhelmed = feasibility.assess(
        terms(targets=CHAIN[:2], assumptions=assumed | shares | {"leads_a_week": 18}), now=NOW
    )
    assert overwhelmed.capacity == (1.5, 18, Basis.DECLARED)
    assert (overwhelmed.work, overwhelmed.answer) == (Answer.NO, Answer.NO)


@pytest.mark.usefixtures("agreed")
def test_a_promised_share_and_a_limit_of_the_agreement_stand_in_too() -> None:
    ratio = clause("acceptance", "Acceptance", "Acceptation")
    ratio |= {"side": "marketing", "counted": "sals", "among": "mqls", "at_least": 0.6}
    load = clause("load", "Load", "Charge") | {"most_a_week": 15}
    sals = clause("sals", "SALs", "SAL") | OWED | {"metric": "sals", "owed": 60}
    found = feasibility.assess(terms(targets=[sals], ratios=[ratio], capacities=[load]), now=NOW)
    assert found.chain.accepted == (0.6, 0.6, 0.6, Basis.AGREED)
    assert found.promised is None
    assert found.load == pytest.approx(100)
    assert found.capacity == (2.0, 15, Basis.AGREED)
    assert found.work is Answer.LIKELY


@pytest.mark.usefixtures("agreed")
def test_no_volume_leaves_nothing_to_reckon() -> None:
    assert feasibility.assess(terms(targets=[]), now=NOW).answer is None
