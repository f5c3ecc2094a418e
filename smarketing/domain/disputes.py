"""What one side may contest, by when the other answers, and when the arbiters rule.

Whoever lets the time to answer pass leaves the ruling to the arbiters: it stands when one of each side has said the
same.
"""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from smarketing.domain.calendars import compiled
from smarketing.domain.errors import N_, Conflict, InvalidInput
from smarketing.domain.roles import Department
from smarketing.domain.terms import Terms

UNLESS_AGREED: Final = timedelta(hours=16)
"""Business time to answer under an agreement that says nothing of disputes: two days of its first calendar."""
LONGEST_NOTE: Final = 2000


class DisputeKind(StrEnum):
    REFUSAL = "refusal"
    MQL = "qualification"
    BREACH = "breach"


class Ground(StrEnum):
    MEETS_CRITERIA = "meets_criteria"
    FAILS_CRITERIA = "fails_criteria"
    WRONG_DATA = "wrong_data"
    OUTAGE = "outage"
    HOLIDAY = "holiday"
    OTHER = "other"


class DisputeState(StrEnum):
    """raised -> upheld, when the other side concedes, or contested -> upheld or dismissed by ruling; or taken back."""

    RAISED = "raised"
    CONTESTED = "contested"
    UPHELD = "upheld"
    DISMISSED = "dismissed"
    TAKEN_BACK = "taken_back"


OPEN: Final = frozenset({DisputeState.RAISED, DisputeState.CONTESTED})
GROUNDS: Final[Mapping[DisputeKind, tuple[Ground, ...]]] = {
    DisputeKind.REFUSAL: (Ground.MEETS_CRITERIA, Ground.WRONG_DATA, Ground.OTHER),
    DisputeKind.MQL: (Ground.FAILS_CRITERIA, Ground.WRONG_DATA, Ground.OTHER),
    DisputeKind.BREACH: (Ground.OUTAGE, Ground.WRONG_DATA, Ground.HOLIDAY, Ground.OTHER),
}


def raised_by(kind: DisputeKind, promised_by: Department | None = None) -> Department:
    """The side that may contest this: a breach is contested by whoever had promised."""
    if kind is DisputeKind.BREACH and promised_by is not None:
        return promised_by
    return Department.MARKETING if kind is DisputeKind.REFUSAL else Department.SALES


def other_side(side: Department) -> Department:
    return Department.SALES if side is Department.MARKETING else Department.MARKETING


def answer_due_at(terms: Terms, raised_at: datetime) -> datetime:
    """When the other side's time to answer ends."""
    agreed = terms.disputes
    if agreed is None:
        return compiled(terms.calendars[0]).add(raised_at, UNLESS_AGREED)
    return compiled(terms.calendar(agreed.calendar)).add(raised_at, timedelta(minutes=agreed.answer_minutes))


def check_ground(kind: DisputeKind, ground: str, note: str) -> tuple[Ground, str]:
    """The ground and the note as they are kept. Raises InvalidInput naming the field at fault."""
    if ground not in GROUNDS[kind]:
        raise InvalidInput("ground", N_("Choose on what ground you contest it."))
    return Ground(ground), check_note(note)


def check_note(note: str) -> str:
    text = note.strip()
    if not text:
        raise InvalidInput("note", N_("Say why in a few words: the other side and the arbiters will read it."))
    if len(text) > LONGEST_NOTE:
        raise InvalidInput("note", N_("This is too long: %(limit)s characters at most."), limit=LONGEST_NOTE)
    return text


def is_for_arbiters(state: DisputeState, *, answer_due_at: datetime, now: datetime) -> bool:
    """Whether the arbiters may rule: the other side has objected, or has let its time pass."""
    return state is DisputeState.CONTESTED or (state is DisputeState.RAISED and now > answer_due_at)


def check_open(state: DisputeState) -> None:
    if state not in OPEN:
        raise Conflict(N_("This dispute is closed, so nothing was changed."))


def ruling(
    votes: Mapping[Department, DisputeState], sides: Collection[Department] = tuple(Department)
) -> DisputeState | None:
    """What both sides' arbiters have said; None while one is missing or they differ."""
    said = {votes.get(side) for side in sides}
    return said.pop() if len(said) == 1 else None
