"""What sales can answer to a hand-off, and what each answer does to the hand-off and to the lead."""

from enum import StrEnum

from smarketing.domain.errors import N_, Conflict, InvalidInput
from smarketing.domain.lifecycle import Move


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


def is_possible(state: HandoffState, kind: DispositionKind) -> bool:
    return state in ANSWERS[kind][0]


def parse_amount(text: str) -> int:
    """An amount of money as written by a person ("1 250,50", "1,250.50", "-3") in 1/100; bounds 0 to 10^12."""
    compact = text.replace("\u202f", "").replace("\u00a0", "").replace(" ", "").replace("'", "")
    decimal_at = max(compact.rfind(","), compact.rfind("."))
    separators = compact.count(",") + compact.count(".")
    has_decimals = (decimal_at >= 0 and len(compact) - decimal_at - 1 != 3) or separators == 0
    if separators > 1 and len({mark for mark in compact if mark in ",."}) > 1:
        has_decimals = True
    whole, cents = (
        (compact, "") if not has_decimals or decimal_at < 0 else (compact[:decimal_at], compact[decimal_at + 1 :])
    )
    whole = whole.replace(",", "").replace(".", "")
    if (
        not whole.isascii()
        or not whole.isdigit()
        or (cents and not (cents.isascii() and cents.isdigit()))
        or len(cents) > 2
    ):
        raise InvalidInput("amount", N_("“%(text)s” is not an amount. Write it like 1250 or 1250.50."), text=text[:40])
    value = int(whole) * 100 + int(cents.ljust(2, "0") or 0)
    if value > 10**14:
        raise InvalidInput("amount", N_("The amount %(text)s is too large."), text=text[:40])
    return value


def check_possible(state: HandoffState, kind: DispositionKind) -> None:
    if not is_possible(state, kind):
        raise Conflict(
            N_("This hand-off is %(state)s; it can no longer be %(kind)s."),
            state=state.value,
            kind=kind.value,
        )
