"""Where a lead stands and which steps are allowed from there."""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from smarketing.domain.errors import N_, IllegalMove


class Stage(StrEnum):
    """MQL: marketing vouches for it. SAL: sales has accepted it. SQL: sales has confirmed it."""

    INQUIRY = "inquiry"
    MQL = "mql"
    SAL = "sal"
    SQL = "sql"
    WON = "won"
    LOST = "lost"
    RECYCLED = "recycled"
    DISQUALIFIED = "disqualified"


class Move(StrEnum):
    QUALIFY = "qualify"
    TAKE_BACK = "take_back"
    ACCEPT = "accept"
    RETURN = "return"
    RECYCLE = "recycle"
    DISQUALIFY = "disqualify"
    CONFIRM = "confirm"
    WIN = "win"
    LOSE = "lose"
    ERASE = "erase"


MOVES: dict[tuple[Stage, Move], Stage] = {
    (Stage.INQUIRY, Move.QUALIFY): Stage.MQL,
    (Stage.INQUIRY, Move.RECYCLE): Stage.RECYCLED,
    (Stage.INQUIRY, Move.DISQUALIFY): Stage.DISQUALIFIED,
    (Stage.RECYCLED, Move.QUALIFY): Stage.MQL,
    (Stage.RECYCLED, Move.DISQUALIFY): Stage.DISQUALIFIED,
    (Stage.MQL, Move.TAKE_BACK): Stage.INQUIRY,
    (Stage.MQL, Move.ACCEPT): Stage.SAL,
    (Stage.MQL, Move.RETURN): Stage.INQUIRY,
    (Stage.MQL, Move.RECYCLE): Stage.RECYCLED,
    (Stage.MQL, Move.DISQUALIFY): Stage.DISQUALIFIED,
    (Stage.SAL, Move.CONFIRM): Stage.SQL,
    (Stage.SAL, Move.RECYCLE): Stage.RECYCLED,
    (Stage.SAL, Move.DISQUALIFY): Stage.DISQUALIFIED,
    (Stage.SQL, Move.WIN): Stage.WON,
    (Stage.SQL, Move.LOSE): Stage.LOST,
    (Stage.SQL, Move.RECYCLE): Stage.RECYCLED,
    (Stage.INQUIRY, Move.ERASE): Stage.DISQUALIFIED,
    (Stage.RECYCLED, Move.ERASE): Stage.DISQUALIFIED,
    (Stage.MQL, Move.ERASE): Stage.DISQUALIFIED,
    (Stage.SAL, Move.ERASE): Stage.DISQUALIFIED,
    (Stage.SQL, Move.ERASE): Stage.DISQUALIFIED,
}

FUNNEL = (Stage.INQUIRY, Stage.MQL, Stage.SAL, Stage.SQL, Stage.WON)
"""The stages a report counts, in order; reaching one implies having passed those before it."""


def after(stage: Stage, move: Move) -> Stage:
    """The stage a move leads to. Raises IllegalMove where the table has no such step."""
    try:
        return MOVES[stage, move]
    except KeyError:
        message = N_("A lead at stage %(stage)s cannot take the step “%(move)s”.")
        raise IllegalMove(message, stage=stage.value, move=move.value) from None


def is_allowed(stage: Stage, move: Move) -> bool:
    return (stage, move) in MOVES


class Milestones(NamedTuple):
    """When a lead first reached each stage; None where it did not, or where nobody knows when."""

    mql_at: datetime | None = None
    sal_at: datetime | None = None
    sql_at: datetime | None = None
    won_at: datetime | None = None
    lost_at: datetime | None = None


def stage_of(milestones: Milestones) -> Stage:
    """The stage of a lead whose history is known only by its dates (an import)."""
    if milestones.won_at:
        return Stage.WON
    if milestones.lost_at:
        return Stage.LOST
    if milestones.sql_at:
        return Stage.SQL
    if milestones.sal_at:
        return Stage.SAL
    return Stage.MQL if milestones.mql_at else Stage.INQUIRY
