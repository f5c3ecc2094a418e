"""Who owes what in the periods that hold a day, and what the ramp leaves of it."""

from datetime import date

import pytest

from smarketing.domain.debts import WHOLE, Debtor, Hand, debts
from smarketing.domain.errors import DomainError
from smarketing.domain.pacing import Pace, Progress, progress_within
from smarketing.domain.terms import Terms
from smarketing.domain.terms_routing import RampClause, RampStep
from smarketing.domain.terms_targets import CountClause, Worth
from tests.cast import document, terms

OLD, NEW = Hand(1, "inside-sales", date(2020, 1, 6)), Hand(2, "inside-sales", date(2026, 2, 20))
STEPS = [
    {"from_month": 0, "quota_ratio": 0.0, "routing_ratio": 0.0},
    {"from_month": 1, "quota_ratio": 0.25, "routing_ratio": 0.5},
    {"from_month": 2, "quota_ratio": 1.0, "routing_ratio": 1.0},
]
TUESDAY, SATURDAY = date(2026, 3, 3), date(2026, 3, 7)


def with_target(**changes: object) -> Terms:
    (clause,) = document()["targets"]
    ramp = {"id": "ramp", "title": clause["title"], "shift_after_day": 16, "steps": STEPS}
    return terms(targets=[clause | {"owed": 10} | changes], ramp=ramp)


@pytest.mark.parametrize(
    ("length", "first", "last"),
    [
        ("day", "2026-03-03", "2026-03-03"),
        ("week", "2026-03-02", "2026-03-08"),
        ("month", "2026-03-01", "2026-03-31"),
        ("quarter", "2026-01-01", "2026-03-31"),
        ("year", "2026-01-01", "2026-12-31"),
    ],
)
def test_a_debt_is_of_the_period_that_holds_the_day(length: str, first: str, last: str) -> None:
    (debt,) = debts(with_target(period=length), TUESDAY, [OLD])
    assert (debt.period.starts_on.isoformat(), debt.period.last_on.isoformat()) == (first, last)
    assert (debt.debtor, debt.owed, debt.ramp_ratio) == (WHOLE, 10, 1.0)


def test_a_day_off_owes_nothing_and_what_is_counted_elsewhere_is_not_owed_here() -> None:
    assert [*debts(with_target(period="day"), SATURDAY, [OLD])] == []
    assert [*debts(with_target(metric="visits"), TUESDAY, [OLD])] == []
    assert len([*debts(with_target(period="week"), SATURDAY, [OLD])]) == 1


def test_each_person_owes_what_the_ramp_leaves_and_each_team_the_whole() -> None:
    plain = [*debts(with_target(each="person"), TUESDAY, [OLD, NEW])]
    assert [(debt.debtor, debt.owed) for debt in plain] == [(Debtor(user_id=1), 10), (Debtor(user_id=2), 10)]
    eased = [*debts(with_target(each="person", is_ramped=True), TUESDAY, [OLD, NEW])]
    assert [(debt.owed, debt.ramp_ratio) for debt in eased] == [(10, 1.0), (0, 0.0)]
    april = [*debts(with_target(each="person", is_ramped=True), date(2026, 4, 14), [OLD, NEW])]
    assert [(debt.owed, debt.ramp_ratio) for debt in april] == [(10, 1.0), (3, 0.25)]
    teams = [*debts(with_target(each="team"), TUESDAY, [OLD, NEW, Hand(3, "field", OLD.started_on)])]
    assert [debt.debtor for debt in teams] == [Debtor(team="field"), Debtor(team="inside-sales")]


def test_a_longer_period_asks_for_the_ramp_of_its_days_on_average() -> None:
    ramp = RampClause(id="ramp", title=document()["title"], steps=tuple(RampStep(**step) for step in STEPS))
    days = [date(2026, 3, 30), date(2026, 3, 31), date(2026, 4, 1), date(2026, 4, 2)]
    assert ramp.quota_ratio(date(2026, 2, 10), days) == pytest.approx((0.25 + 0.25 + 1 + 1) / 4)
    assert ramp.months(date(2026, 5, 1), date(2026, 3, 1)) == 0


def test_the_value_of_a_kind_goes_from_the_particular_to_the_general() -> None:
    worth = [
        {"persona": "director", "value": 500},
        {"persona": "director", "source": "Webinar", "close_rate": 0.01, "price": 160_000},
    ]
    (clause,) = with_target(worth=worth).targets
    assert clause.worth_of("director", "Webinar") == 1600
    assert clause.worth_of("director", "Google Ads") == 500
    assert clause.worth_of("other", "Webinar") == clause.worth_of("", "") == 0
    assert clause.is_money


@pytest.mark.parametrize("said", [{}, {"value": 5, "price": 5}, {"close_rate": 0.5}, {"price": 5}])
def test_a_worth_is_said_once(said: dict[str, float]) -> None:
    with pytest.raises((DomainError, ValueError), match="worth"):
        Worth(persona="director", **said)


@pytest.mark.parametrize(
    ("actual", "is_over", "stands"),
    [
        (11, False, Progress.MISSED),
        (10, True, Progress.REACHED),
        (6, False, Progress.BEHIND),
        (5, False, Progress.AHEAD),
    ],
)
def test_a_limit_is_kept_by_staying_below_it(actual: int, is_over: bool, stands: Progress) -> None:
    assert progress_within(Pace(10, actual, 5.0, None), is_over=is_over) is stands


def test_only_what_each_person_owes_is_ramped() -> None:
    with pytest.raises(DomainError, match="ramped"):
        with_target(each="team", is_ramped=True)
    assert isinstance(with_target(each="person", is_ramped=True).targets[0], CountClause)
