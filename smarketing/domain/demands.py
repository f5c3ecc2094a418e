"""What the agreement asks of sales before an answer: notes, facts that are known, and enough touches."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

from smarketing.domain.criteria import Criterion
from smarketing.domain.dispositions import Channel, DispositionKind
from smarketing.domain.errors import N_, Conflict, InvalidInput
from smarketing.domain.facts import Value
from smarketing.domain.roles import Department
from smarketing.domain.terms import Terms
from smarketing.domain.terms_cadences import CadenceClause
from smarketing.domain.terms_completeness import CompletenessClause

Applies = Callable[[Criterion], bool]
Touched = tuple[Channel, datetime]

GIVING_UP: Final = frozenset({DispositionKind.REFUSED, DispositionKind.RECYCLED, DispositionKind.LOST})
"""Answers with a reason and a note."""


def asks(terms: Terms, kind: DispositionKind, reason: str | None) -> bool:
    """Whether anything is asked before this answer at all, whatever the lead."""
    return (
        any(True for _ in _completeness(terms, kind))
        or any(True for _ in _cadences(terms, kind, reason))
        or any(each.needs_note for each in terms.handoff.reasons() if each.id == reason)
    )


def check_note(terms: Terms, kind: DispositionKind, reason: str | None, note: str, applies: Applies) -> None:
    """Raises InvalidInput for an answer without the note that its reason or a clause asks for."""
    if kind not in GIVING_UP or note.strip():
        return
    asking = [each.title for each in terms.handoff.reasons() if each.id == reason and each.needs_note]
    asking += [each.title for each in _completeness(terms, kind) if each.needs_note and _holds(each.when, applies)]
    if asking:
        raise InvalidInput("note", N_("The agreement asks for a note here (“%(clause)s”)."), clause=asking[0])


def check_known(terms: Terms, kind: DispositionKind, values: Mapping[str, Value], applies: Applies) -> None:
    """Raises Conflict naming the first field that has to be known before this answer."""
    for clause in _completeness(terms, kind):
        unknown = [field for field in clause.fields if not values.get(field)]
        if unknown and _holds(clause.when, applies):
            message = N_("Before that the agreement asks for “%(field)s” of the lead (“%(clause)s”).")
            raise Conflict(message, field=unknown[0], clause=clause.title)


def check_worked(
    terms: Terms,
    kind: DispositionKind,
    reason: str | None,
    touches: Sequence[Touched],
    began_at: Mapping[str, datetime | None],
    applies: Applies,
) -> None:
    """Raises InvalidInput for giving a lead up before it was tried as often as agreed.

    `began_at` says when the lead was handed over, accepted and confirmed, by the name of the event.
    """
    for clause in _cadences(terms, kind, reason):
        since = began_at.get(clause.starts_on) or began_at["handoff.offered"]
        made = [channel for channel, at in touches if since is None or at >= since]
        counted = [channel for channel in made if not clause.through or channel in clause.through]
        used, channels = len(set(counted)), clause.channels or 1
        if (len(counted) < clause.touches or used < channels) and _holds(clause.when, applies):
            message = N_(
                "Before that the agreement asks for %(touches)s touches on %(channels)s channels (“%(clause)s”):"
                " so far there are %(made)s on %(used)s."
            )
            asked = {"touches": clause.touches, "channels": channels, "clause": clause.title}
            raise InvalidInput("reason", message, **asked, made=len(counted), used=used)


def _completeness(terms: Terms, kind: DispositionKind) -> Iterator[CompletenessClause]:
    step = f"handoff.{kind}"
    return (each for each in terms.completeness if each.side is Department.SALES and each.at == step)


def _cadences(terms: Terms, kind: DispositionKind, reason: str | None) -> Iterator[CadenceClause]:
    return (each for each in terms.cadences if kind in each.before and (not each.reasons or reason in each.reasons))


def _holds(rule: Criterion | None, applies: Applies) -> bool:
    return rule is None or applies(rule)
