"""What happened to a hand-off and its lead, as its clocks see it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple

from smarketing.domain.dispositions import DispositionKind, NextStep
from smarketing.domain.terms import Terms

OFFERED: Final = "handoff.offered"
ASSIGNED: Final = "handoff.assigned"
REASSIGNED: Final = "handoff.reassigned"
RETURNED: Final = "handoff.returned"
UNDONE: Final = "handoff.answer_undone"
TOUCHED: Final = "touch.logged"
CLOSED: Final = "handoff.closed"
GIVEN: Final = frozenset({OFFERED, REASSIGNED})
"""What says who has to act."""


class Happening(NamedTuple):
    """`detail` is the channel of a touch, the kind of an engagement or of an undone answer, the reason of a pause;
    `owner_id` whoever has to act from then on.
    """

    at: datetime
    name: str
    detail: str | None = None
    actor_id: int | None = None
    owner_id: int | None = None


def of_answer(
    at: datetime, kind: DispositionKind, reason: str | None, actor_id: int | None, terms: Terms
) -> list[Happening]:
    """The answer, and that somebody has the lead now, or that it was returned."""
    happened = [Happening(at, f"handoff.{kind}", reason, actor_id)]
    if kind is DispositionKind.ACCEPTED:
        happened.append(Happening(at, ASSIGNED, None, actor_id, actor_id))
    is_refused = kind is DispositionKind.REFUSED and reason is not None
    if is_refused and terms.refusal_reason(reason or "").next_step is NextStep.RETURN:
        happened.append(Happening(at, RETURNED, reason, actor_id))
    return happened


def of_line(name: str, at: datetime, actor_id: int | None, data: Mapping[str, Any]) -> list[Happening]:
    """What a line of the journal is to the clocks."""
    owner_id = data.get("owner")
    happened = [Happening(at, name, data.get("kind") or data.get("reason"), actor_id, owner_id)]
    if name in GIVEN and owner_id is not None:
        happened.append(Happening(at, ASSIGNED, None, actor_id, owner_id))
    return happened
