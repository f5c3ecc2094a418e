"""What sales can answer to a hand-off, and what each answer does to the hand-off and to the lead."""

import re
from enum import StrEnum

from smarketing.domain.errors import N_, Conflict, InvalidInput
from smarketing.domain.lifecycle import Move, Stage


class HandoffState(StrEnum):
    OFFERED = "offered"
    ACCEPTED = "accepted"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    RECYCLED = "recycled"
    WON = "won"
    LOST = "lost"
    WITHDRAWN = "withdrawn"


OPEN_STATES = (HandoffState.OFFERED, HandoffState.ACCEPTED, HandoffState.CONFIRMED)


class DispositionKind(StrEnum):
    ACCEPTED = "accepted"
    REFUSED = "refused"
    CONFIRMED = "confirmed"
    RECYCLED = "recycled"
    WON = "won"
    LOST = "lost"


class Channel(StrEnum):
    """How a touch reached, or tried to reach, the lead."""

    CALL = "call"
    EMAIL = "email"
    MEETING = "meeting"
    MESSAGE = "message"


class NextStep(StrEnum):
    """What a refusal does to the lead, as agreed for its reason."""

    RETURN = "return"
    RECYCLE = "recycle"
    DISQUALIFY = "disqualify"


MOVE_AFTER_REFUSAL = {
    NextStep.RETURN: Move.RETURN,
    NextStep.RECYCLE: Move.RECYCLE,
    NextStep.DISQUALIFY: Move.DISQUALIFY,
}

ANSWERS: dict[DispositionKind, tuple[frozenset[HandoffState], HandoffState]] = {
    DispositionKind.ACCEPTED: (frozenset({HandoffState.OFFERED}), HandoffState.ACCEPTED),
    DispositionKind.REFUSED: (frozenset({HandoffState.OFFERED}), HandoffState.REFUSED),
    DispositionKind.CONFIRMED: (frozenset({HandoffState.ACCEPTED}), HandoffState.CONFIRMED),
    DispositionKind.RECYCLED: (
        frozenset({HandoffState.ACCEPTED, HandoffState.CONFIRMED}),
        HandoffState.RECYCLED,
    ),
    DispositionKind.WON: (frozenset({HandoffState.CONFIRMED}), HandoffState.WON),
    DispositionKind.LOST: (frozenset({HandoffState.CONFIRMED}), HandoffState.LOST),
}
"""From which states each answer is possible, and the state it leads to."""


STAGES: dict[HandoffState, Stage] = {
    HandoffState.OFFERED: Stage.MQL,
    HandoffState.ACCEPTED: Stage.SAL,
    HandoffState.CONFIRMED: Stage.SQL,
    HandoffState.RECYCLED: Stage.RECYCLED,
    HandoffState.WON: Stage.WON,
    HandoffState.LOST: Stage.LOST,
}
"""Where the lead stands while its latest hand-off is in a state; after a refusal the reason decides."""


def is_possible(state: HandoffState, kind: DispositionKind) -> bool:
    return state in ANSWERS[kind][0]


def is_premature(state: HandoffState, kind: DispositionKind) -> bool:
    """Whether the hand-off can still come to this answer, but another has to come first."""
    if state not in OPEN_STATES or is_possible(state, kind):
        return False
    return OPEN_STATES.index(state) < min(OPEN_STATES.index(ready) for ready in ANSWERS[kind][0])


NOTE_LIMIT = 2000


def noted(text: str, *, field: str = "note") -> str:
    """What somebody wrote beside an answer, without the space around it. Raises InvalidInput when it is too long."""
    note = text.strip()
    if len(note) > NOTE_LIMIT:
        message = N_("This is too long: %(count)s characters of at most %(limit)s.")
        raise InvalidInput(field, message, count=len(note), limit=NOTE_LIMIT)
    return note


_THOUSANDS = r"[1-9][0-9]{0,2}(?P<mark>[ .,'’])[0-9]{3}(?:(?P=mark)[0-9]{3})*"
_CENTS = r"(?!(?P=mark))[.,](?P<cents>[0-9]{0,2})"
_AMOUNT = re.compile(rf"(?P<whole>{_THOUSANDS}|[0-9]+)(?:{_CENTS})?")
_LARGEST = 10**12


def parse_amount(text: str) -> int:
    """An amount of money as a person writes it, in English or in French, in 1/100; 0 to 10^12 units.

    A mark before three digits parts thousands ("1,250" and "1.250" are 1250), one before fewer parts the cents.
    """
    written = _AMOUNT.fullmatch(" ".join(text.split()))
    if written is None:
        raise InvalidInput("amount", N_("“%(text)s” is not an amount. Write it like 1250 or 1250.50."), text=text[:40])
    whole = re.sub(r"[^0-9]", "", written["whole"]).lstrip("0") or "0"
    cents = int((written["cents"] or "").ljust(2, "0"))
    if len(whole) > len(str(_LARGEST)) or int(whole) * 100 + cents > _LARGEST * 100:
        raise InvalidInput("amount", N_("The amount %(text)s is too large."), text=text[:40])
    return int(whole) * 100 + cents


_NOT_NOW = {
    DispositionKind.ACCEPTED: N_("This hand-off is “%(state)s”: it cannot be accepted any more."),
    DispositionKind.REFUSED: N_("This hand-off is “%(state)s”: it cannot be refused any more."),
    DispositionKind.CONFIRMED: N_("This hand-off is “%(state)s”: only an accepted one can be confirmed as an SQL."),
    DispositionKind.RECYCLED: N_("This hand-off is “%(state)s”: only an accepted one can be recycled."),
    DispositionKind.WON: N_("This hand-off is “%(state)s”: only one that was confirmed as an SQL can be won."),
    DispositionKind.LOST: N_("This hand-off is “%(state)s”: only one that was confirmed as an SQL can be lost."),
}


def check_possible(state: HandoffState, kind: DispositionKind) -> None:
    """Raises Conflict saying how the hand-off stands where this answer is not among those it can get."""
    if not is_possible(state, kind):
        raise Conflict(_NOT_NOW[kind], state=state.value)
