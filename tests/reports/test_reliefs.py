"""A missed window relieves marketing: the hand-off leaves the conversion, until the miss is excused."""

from typing import Any

from sqlalchemy import select

from smarketing.models.clocks import Clock
from smarketing.reports import case_list, cases
from smarketing.reports.case_list import Asked
from smarketing.reports.cases import Of, Span, Wanted
from smarketing.services import clocks
from tests.cast import Cast, agree, clause
from tests.conftest import Hands
from tests.services.desk import Db, give, hand_off, owner

WINDOW = clause("window", "A missed window", "Un délai manqué") | {
    "side": "sales", "promises": ["first-answer"], "per": "case", "relief": "out_of_conversion"
}  # fmt: skip
COUNTED = (Of.OFFERED, Of.LEFT_OUT, Of.COUNTING, Of.COUNTING_SQL)


def test_what_a_missed_window_leaves_out_is_listed_and_counts_again_once_excused(
    session: Db, cast: Cast, hands: Hands
) -> None:
    agree(cast, hands.now, consequences=[WINDOW])
    first = hands.now
    in_time, late = (hand_off(session, hands, f"{name}@example.com") for name in "ab")
    give("accept", in_time, owner(session, in_time), hands)
    hands.turn(hours=7)
    clocks.breach_overdue(now=hands.now)
    for each, answers in ((in_time, ["confirm"]), (late, ["accept", "confirm"])):
        for answer in answers:
            give(answer, each, owner(session, each), hands)
    span = Span(first, hands.turn(hours=1))

    def counts() -> list[int]:
        found = cases.counted(span, Wanted(), COUNTED, now=hands.now)
        return [found[of] for of in COUNTED]

    assert counts() == [2, 1, 1, 1]
    period: Any = None
    for of, handoffs in ((Of.LEFT_OUT, [late.id]), (Of.COUNTING_SQL, [in_time.id])):
        lines = case_list.lines(Asked(period, span, Wanted(), of), now=hands.now)
        assert [line.handoff.id for line in lines] == handoffs
    missed = session.scalars(select(Clock).where(Clock.outcome == "breached")).one()
    missed.excused_at = hands.now
    session.flush()
    assert counts() == [2, 0, 2, 2]
