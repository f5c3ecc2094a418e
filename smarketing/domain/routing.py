"""Which rep is next. Pure: given everybody's place in the turn, it deals leads out."""

from collections.abc import Sequence
from typing import NamedTuple


class Candidate(NamedTuple):
    user_id: int
    turn: int


def deal(candidates: Sequence[Candidate], count: int) -> list[Candidate]:
    """The next `count` assignments in order, each with the turn its rep holds afterwards; empty without candidates.

    The lowest turn goes next (ties by id) and then stands behind everybody, so a newcomer or someone back from
    leave gets one lead in turn and no burst.
    """
    waiting = sorted(candidates, key=lambda candidate: (candidate.turn, candidate.user_id))
    if not waiting:
        return []
    last = waiting[-1].turn
    return [Candidate(waiting[i % len(waiting)].user_id, last + 1 + i) for i in range(count)]
