"""The table of moves, every stage and move of it, and the stage of a lead known only by its dates."""

from datetime import UTC, datetime

import pytest

from smarketing.domain.errors import Conflict, IllegalMove
from smarketing.domain.lifecycle import Milestones, Move, Stage, after, is_allowed, stage_of

TABLE = """
            qualify  take_back  accept  return   recycle   disqualify    confirm  win  lose  erase
inquiry     mql      -          -       -        recycled  disqualified  -        -    -     disqualified
mql         -        inquiry    sal     inquiry  recycled  disqualified  -        -    -     disqualified
sal         -        -          -       -        recycled  disqualified  sql      -    -     disqualified
sql         -        -          -       -        recycled  -             -        won  lost  disqualified
won         -        -          -       -        -         -             -        -    -     -
lost        -        -          -       -        -         -             -        -    -     -
recycled    mql      -          -       -        -         disqualified  -        -    -     disqualified
disqualified -       -          -       -        -         -             -        -    -     -
"""
_HEAD, *_ROWS = [line.split() for line in TABLE.strip().splitlines()]
STEPS = [
    (Stage(stage), Move(move), None if led_to == "-" else Stage(led_to))
    for stage, *cells in _ROWS
    for move, led_to in zip(_HEAD, cells, strict=True)
]
T = datetime(2026, 3, 2, 8, tzinfo=UTC)


def test_the_table_speaks_of_every_stage_and_move() -> None:
    assert {(stage, move) for stage, move, _ in STEPS} == {(stage, move) for stage in Stage for move in Move}


@pytest.mark.parametrize(("stage", "move", "led_to"), STEPS)
def test_a_move(stage: Stage, move: Move, led_to: Stage | None) -> None:
    assert is_allowed(stage, move) is (led_to is not None)
    if led_to is not None:
        assert after(stage, move) is led_to
        return
    with pytest.raises(IllegalMove) as refused:
        after(stage, move)
    assert refused.value.params == {"stage": stage.value, "move": move.value}
    assert isinstance(refused.value, Conflict)


@pytest.mark.parametrize(
    ("milestones", "stage"),
    [
        (Milestones(), Stage.INQUIRY),
        (Milestones(mql_at=T), Stage.MQL),
        (Milestones(mql_at=T, sal_at=T), Stage.SAL),
        (Milestones(sal_at=T), Stage.SAL),
        (Milestones(mql_at=T, sql_at=T), Stage.SQL),
        (Milestones(mql_at=T, lost_at=T), Stage.LOST),
        (Milestones(won_at=T), Stage.WON),
        (Milestones(won_at=T, lost_at=T), Stage.WON),
    ],
)
def test_the_stage_of_a_lead_known_by_its_dates(milestones: Milestones, stage: Stage) -> None:
    assert stage_of(milestones) is stage
