"""Who owes which share, what the ramp leaves of it, and how a share stands."""

from datetime import date

import pytest

from smarketing.domain.attainment import Share
from smarketing.domain.debts import WHOLE, Debtor, Hand
from smarketing.domain.errors import DomainError
from smarketing.domain.ratios import Standing, duties, standing
from smarketing.domain.terms import Terms
from tests.cast import clause, terms

OLD, NEW = Hand(1, "inside-sales", date(2020, 1, 6)), Hand(2, "inside-sales", date(2026, 3, 2))
RAMP = clause("ramp", "Ramp", "Montée") | {
    "steps": [
        {"from_month": 0, "quota_ratio": 0.5, "routing_ratio": 0.5},
        {"from_month": 1, "quota_ratio": 1, "routing_ratio": 1},
    ]
}
MARCH = date(2026, 3, 4)


def with_ratio(**changes: object) -> Terms:
    plain = {"side": "sales", "counted": "sals", "among": "handoffs", "at_least": 0.8}
    return terms(ratios=[clause("share", "A share", "Une part") | plain | changes], ramp=RAMP)


@pytest.mark.parametrize(
    ("changes", "owing"),
    [
        ({}, [(WHOLE, 1.0)]),
        ({"each": "team"}, [(Debtor(team="inside-sales"), 1.0)]),
        ({"each": "person"}, [(Debtor(user_id=1), 1.0), (Debtor(user_id=2), 1.0)]),
        ({"each": "person", "is_ramped": True}, [(Debtor(user_id=1), 1.0), (Debtor(user_id=2), 0.5)]),
        ({"counted": "tasks_overdue", "among": "tasks"}, []),
    ],
)
def test_a_share_is_owed_by_whom_the_clause_names(
    changes: dict[str, object], owing: list[tuple[Debtor, float]]
) -> None:
    found = [*duties(with_ratio(**changes), MARCH, [OLD, NEW])]
    assert [(duty.debtor, duty.ramp_ratio) for duty in found] == owing


@pytest.mark.parametrize(
    ("length", "first", "last"),
    [
        ("week", "2026-03-02", "2026-03-08"),
        ("month", "2026-03-01", "2026-03-31"),
        ("quarter", "2026-01-01", "2026-03-31"),
    ],
)
def test_a_share_is_of_the_period_that_holds_the_day(length: str, first: str, last: str) -> None:
    (duty,) = duties(with_ratio(period=length), MARCH, [OLD])
    assert (duty.period.starts_on.isoformat(), duty.period.last_on.isoformat()) == (first, last)


@pytest.mark.parametrize(
    ("bounds", "share", "ramp_ratio", "stands"),
    [
        ({}, Share(0, 0), 1.0, Standing.NO_DATA),
        ({}, Share(4, 4), 1.0, Standing.TOO_FEW),
        ({}, Share(8, 10), 1.0, Standing.KEPT),
        ({}, Share(7, 10), 1.0, Standing.MISSED),
        ({}, Share(4, 10), 0.5, Standing.KEPT),
        ({"at_least": 0}, Share(0, 10), 1.0, Standing.KEPT),
        ({"minimum_count": 20}, Share(19, 19), 1.0, Standing.TOO_FEW),
        ({"at_least": None, "at_most": 0.3}, Share(3, 10), 1.0, Standing.KEPT),
        ({"at_least": None, "at_most": 0.3}, Share(4, 10), 1.0, Standing.MISSED),
        ({"at_least": 0.3, "at_most": 0.5}, Share(6, 10), 1.0, Standing.MISSED),
    ],
)
def test_how_a_share_stands(bounds: dict[str, object], share: Share, ramp_ratio: float, stands: Standing) -> None:
    (ratio,) = with_ratio(**bounds).ratios
    assert standing(ratio, share, ramp_ratio=ramp_ratio) is stands


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"is_ramped": True}, "ramped"),
        ({"is_ramped": True, "each": "person", "at_least": None, "at_most": 0.5}, "ramped"),
        ({"counted": "deadlines_met"}, "among deadlines"),
        ({"among": "deadlines"}, "among deadlines"),
        ({"clock": "first-answer"}, "one clock"),
        ({"counted": "deadlines_met", "among": "deadlines", "clock": "nobody"}, "no clock"),
        ({"counted": "wons", "among": "leads", "each": "person"}, "nobody’s yet"),
    ],
)
def test_a_share_that_nobody_could_owe_is_refused(changes: dict[str, object], says: str) -> None:
    with pytest.raises(DomainError, match=says):
        with_ratio(**changes)
