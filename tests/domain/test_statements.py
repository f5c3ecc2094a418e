"""What a statement says of each promise, and that its text comes back as it went."""

import pytest

from smarketing.domain.clauses import Words
from smarketing.domain.errors import Conflict, NotAllowed
from smarketing.domain.periods import Period, month_of
from smarketing.domain.roles import Department, Role
from smarketing.domain.statements import (
    Following,
    Minute,
    Obligation,
    Verdict,
    check_may_sign,
    digest_of,
    read,
    text_of,
)
from tests.reports.handed_off import NOW

TITLE = Words(en="First answer", fr="Première réponse")


def clock(met: int, total: int, excused: int = 0) -> Obligation:
    return Obligation("first-answer", Department.SALES, TITLE, False, 0.9, met, total, excused, 0)


def volume(count: int) -> Obligation:
    return Obligation("mqls", Department.MARKETING, TITLE, True, 200.0, count, 0, 0, 0)


@pytest.mark.parametrize(
    ("obligation", "verdict"),
    [
        (clock(9, 10), Verdict.KEPT),
        (clock(8, 10), Verdict.MISSED),
        (clock(8, 10, excused=2), Verdict.KEPT),
        (clock(4, 4), Verdict.TOO_FEW),
        (clock(0, 0), Verdict.NO_DATA),
        (clock(0, 3, excused=3), Verdict.NO_DATA),
        (clock(1, 10)._replace(promised=0.1, is_limit=True), Verdict.KEPT),
        (clock(2, 10)._replace(promised=0.1, is_limit=True), Verdict.MISSED),
        (clock(9, 10)._replace(fewest=20), Verdict.TOO_FEW),
        (volume(200), Verdict.KEPT),
        (volume(199), Verdict.MISSED),
    ],
)
def test_the_verdict(obligation: Obligation, verdict: Verdict) -> None:
    assert obligation.verdict is verdict


def minute(met: int = 9) -> Minute:
    period: Period = month_of(NOW.date())
    following = Following("talk", Department.SALES, TITLE, Words(en="Talk", fr="Parler"))
    return Minute(period, "Europe/Paris", [1, 2], [volume(3), clock(met, 10)], {"upheld": 1}, [following])


def test_a_text_comes_back_as_it_went_and_its_digest_tells_any_change() -> None:
    text = text_of(minute())
    assert read(text) == minute()
    assert text_of(read(text)) == text
    assert digest_of(text) == digest_of(text_of(minute()))
    assert digest_of(text) != digest_of(text_of(minute(met=8)))


def test_one_manager_of_each_side_signs_the_latest() -> None:
    manager = {"role": Role.MANAGER, "department": Department.SALES}
    assert check_may_sign(**manager, signed=(), is_latest=True) is Department.SALES
    with pytest.raises(Conflict):
        check_may_sign(**manager, signed={Department.SALES}, is_latest=True)
    with pytest.raises(Conflict):
        check_may_sign(**manager, signed=(), is_latest=False)
    with pytest.raises(NotAllowed):
        check_may_sign(role=Role.SALES_REP, department=Department.SALES, signed=(), is_latest=True)
    with pytest.raises(NotAllowed):
        check_may_sign(role=Role.MANAGER, department=None, signed=(), is_latest=True)
