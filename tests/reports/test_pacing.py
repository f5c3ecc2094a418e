"""The month's target against the MQLs that came, on the working time of the agreement."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session

from smarketing.domain.pacing import Progress
from smarketing.domain.periods import Period, month_of
from smarketing.models.agreements import AgreementVersion
from smarketing.models.leads import Lead
from smarketing.models.targets import Target
from smarketing.reports import agreed as terms_in_force
from smarketing.reports import pacing
from smarketing.services import targets
from tests.cast import Cast, agree, document
from tests.conftest import Hands

Db = scoped_session[Session]
MARCH, APRIL = month_of(date(2026, 3, 1)), month_of(date(2026, 4, 1))


def owed(month: Period, hands: Hands) -> int | None:
    found = pacing.owed_in(month, standing=terms_in_force.latest(), now=hands.now)
    return found.owed if found else None


def promise(count: int) -> list[dict[str, object]]:
    (clause,) = document()["targets"]
    return [clause | {"owed": count}]


def test_the_running_month_owes_what_is_agreed_before_anybody_writes_it_down(agreed: Cast, hands: Hands) -> None:
    assert owed(MARCH, hands) == 120
    assert owed(APRIL, hands) is None


def test_a_month_keeps_the_target_it_began_with(session: Db, agreed: Cast, hands: Hands) -> None:
    assert targets.owe_current(now=hands.now) == 1
    agree(agreed, hands.turn(days=3), targets=promise(200))
    assert targets.owe_current(now=hands.now) == 0
    assert owed(MARCH, hands) == 120
    hands.set(datetime(2026, 4, 1, tzinfo=UTC))
    assert targets.owe_current(now=hands.now) == 1
    assert (owed(MARCH, hands), owed(APRIL, hands)) == (120, 200)


def test_writing_targets_down_again_changes_nothing(session: Db, agreed: Cast, hands: Hands) -> None:
    assert [targets.owe_current(now=hands.turn(hours=1)) for _ in range(3)] == [1, 0, 0]
    assert session.scalar(select(func.count()).select_from(Target)) == 1


def test_a_month_begins_at_midnight_of_the_agreement(session: Db, agreed: Cast, hands: Hands) -> None:
    hands.set(datetime(2026, 3, 31, 21, 59, tzinfo=UTC))
    targets.owe_current(now=hands.now)
    hands.set(datetime(2026, 3, 31, 22, tzinfo=UTC))
    targets.owe_current(now=hands.now)
    assert [*session.scalars(select(Target.starts_on).order_by(Target.id))] == [MARCH.starts_on, APRIL.starts_on]


def test_without_an_agreement_in_force_nothing_is_owed(session: Db, cast: Cast, hands: Hands) -> None:
    assert targets.owe_current(now=hands.now) == 0
    assert owed(MARCH, hands) is None


@pytest.mark.parametrize("other", [{"period": "week"}, {"each": "person"}, {"bound": "at_most"}])
def test_only_what_a_side_owes_as_a_whole_in_a_month_is_the_target_of_the_month(
    session: Db, cast: Cast, hands: Hands, other: dict[str, str]
) -> None:
    agree(cast, hands.now, targets=[promise(200)[0] | other])
    assert owed(MARCH, hands) is None
    targets.owe_current(now=hands.now)
    assert owed(MARCH, hands) is None


def test_an_agreement_without_targets_owes_nothing(session: Db, cast: Cast, hands: Hands) -> None:
    agree(cast, hands.now, targets=[])
    assert targets.owe_current(now=hands.now) == 0
    assert owed(MARCH, hands) is None


def test_the_line_adds_up_the_mqls_of_each_day_and_ends_today(facts: list[Lead], hands: Hands) -> None:
    hands.set(datetime(2026, 4, 10, 20, tzinfo=UTC))
    standing = terms_in_force.latest()
    april = pacing.owed_in(APRIL, standing=standing, now=hands.now)
    assert april is not None
    line = pacing.line(april, now=hands.now)
    days = [lead.mql_on for lead in facts if lead.mql_on and lead.mql_on.month == 4]
    for point in line:
        so_far = sum(1 for day in days if day <= point.day_on)
        assert point.actual == (so_far if point.day_on <= date(2026, 4, 10) else None)
    assert [point.day_on for point in line] == list(APRIL.days())
    assert line[-1].ideal == pytest.approx(120)
    easter = [point.ideal for point in line if point.day_on in (date(2026, 4, 3), date(2026, 4, 6))]
    assert easter[0] == easter[1]


def test_a_finished_month_is_judged_by_all_it_had(facts: list[Lead], session: Db, hands: Hands) -> None:
    version_id = session.scalars(select(AgreementVersion.id)).one()
    session.add(
        Target(
            agreement_version_id=version_id,
            clause_id="mqls-a-month",
            metric="mqls",
            starts_on=MARCH.starts_on,
            ends_on=MARCH.ends_on,
            owed=50,
        )
    )
    session.flush()
    march = pacing.owed_in(MARCH, standing=terms_in_force.latest(), now=hands.now)
    assert march is not None
    assert march.progress(50, now=hands.now) is Progress.REACHED
    assert march.progress(49, now=hands.now) is Progress.MISSED
    assert march.pace(49, now=hands.now).expected == 50
