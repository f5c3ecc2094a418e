"""Shares that are owed, told to other systems."""

from sqlalchemy import select

from smarketing.jobs import owe_targets
from smarketing.models.agreements import AgreementVersion
from tests.api.conftest import Acting
from tests.cast import Cast, agree, clause
from tests.conftest import Hands
from tests.reports import handed_off
from tests.services.desk import Db


def test_shares_are_told_of_whom_the_reader_may_see(session: Db, acting: Acting, cast: Cast, hands: Hands) -> None:
    plain = {"side": "sales", "counted": "sals", "among": "handoffs", "at_least": 0.5}
    ratios = [clause("whole", "All", "Tous") | plain, clause("each", "Each", "Chacun") | plain | {"each": "person"}]
    agree(cast, hands.now, ratios=ratios)
    hands.set(handed_off.NOW)
    handed_off.handoffs(80, cast, session.scalars(select(AgreementVersion.id)).one(), seed=5)
    owe_targets.run(now=hands.now)
    session.commit()
    seen = {
        reader: [(each["clause_id"], each["user_id"]) for each in acting(person).get("/ratios").json["ratios"]]
        for reader, person in (("rep", cast.saul), ("sales", cast.sasha), ("marketing", cast.manny))
    }
    saul, sara = ("each", cast.saul.id), ("each", cast.sara.id)
    assert seen == {
        "rep": [("whole", None), saul],
        "sales": [("whole", None), saul, sara],
        "marketing": [("whole", None)],
    }
    (whole, *_each) = acting(cast.saul).get("/ratios", on="2026-06-01").json["ratios"]
    assert 0 < whole["low"] < whole["part"] / whole["total"] < whole["high"] < 1
    assert (whole["starts_on"], whole["ends_on"], whole["at_least"]) == ("2026-06-01", "2026-07-01", 0.5)
    assert acting(cast.saul).get("/ratios", on="1066-10-14").status_code == 422
    assert acting(cast.saul).get("/ratios", on="2031-01-01").json["ratios"] == []
