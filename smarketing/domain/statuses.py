"""The company's own statuses: with which each stage begins, which may follow which, and with which reasons.

A version that names no status of a stage leaves the leads of that stage without one, and lets them come there freely.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from smarketing.domain.dispositions import ANSWERS, MOVE_AFTER_REFUSAL, STAGES, DispositionKind, NextStep
from smarketing.domain.errors import N_, Conflict, InvalidInput
from smarketing.domain.lifecycle import Move, Stage, after, is_allowed
from smarketing.domain.terms import Terms
from smarketing.domain.terms_vocabulary import StatusClause


def named(terms: Terms, status_id: str | None) -> StatusClause | None:
    return next((clause for clause in terms.statuses if clause.id == status_id), None)


def of_stage(terms: Terms, stage: Stage) -> list[StatusClause]:
    return [clause for clause in terms.statuses if clause.stage is stage]


def firsts(terms: Terms) -> dict[Stage, str]:
    """The id of the status with which each stage begins, where one is named."""
    return {clause.stage: clause.id for clause in reversed(terms.statuses)}


def by_itself(terms: Terms, stage: Stage, reason: str | None = None) -> StatusClause | None:
    """The status that a lead comes to with its stage where nobody chose: that of the reason, else the first."""
    fitting = of_stage(terms, stage)
    return next((clause for clause in fitting if reason in clause.reasons), next(iter(fitting), None))


def answered(terms: Terms, before: str | None, stage: Stage, reason: str | None = None) -> StatusClause | None:
    """The status that an answer leads to from the status `before`; None where the stage has none.

    Raises Conflict where nothing leads to the stage, InvalidInput where the reason is none of what would.
    """
    if not of_stage(terms, stage):
        return None
    following = _following(terms, before, stage)
    if not following:
        came_from = named(terms, before)
        message = N_("From the status “%(before)s” the agreement does not lead to the stage “%(stage)s”.")
        raise Conflict(message, before=came_from.title if came_from else "", stage=stage.value)
    if reason is not None and not _is_known(terms, reason):
        return following[0]
    for clause in following:
        if reason in clause.reasons:
            return clause
    for clause in following:
        if not clause.reasons:
            return clause
    raise InvalidInput(
        "reason", N_("The status “%(status)s” has its own reasons: choose one."), status=following[0].title
    )


def leads_on(terms: Terms, before: str | None, stage: Stage, reason: str | None = None) -> bool:
    """Whether an answer with this reason may lead there."""
    try:
        answered(terms, before, stage, reason)
    except (Conflict, InvalidInput):
        return False
    return True


def outcomes(kind: DispositionKind, terms: Terms) -> Mapping[Stage, Sequence[str]]:
    """To which stages an answer to a hand-off under these terms may bring its lead, with which reasons."""
    if kind is DispositionKind.REFUSED:
        found: dict[Stage, list[str]] = {}
        for reason in terms.handoff.refusal_reasons:
            found.setdefault(after_refusal(reason.next_step), []).append(reason.id)
        return found
    agreed = {DispositionKind.RECYCLED: terms.handoff.recycle_reasons, DispositionKind.LOST: terms.handoff.loss_reasons}
    return {STAGES[ANSWERS[kind][1]]: [reason.id for reason in agreed.get(kind, ())]}


def after_refusal(step: NextStep) -> Stage:
    return after(Stage.MQL, MOVE_AFTER_REFUSAL[step])


def may_come(terms: Terms, before: str | None, stage: Stage, reasons: Iterable[str]) -> bool:
    """Whether some answer may: without a reason, or with one of these."""
    return any(leads_on(terms, before, stage, reason) for reason in (None, *reasons))


BY_HAND: Final = {Stage.RECYCLED: Move.RECYCLE, Stage.DISQUALIFIED: Move.DISQUALIFY}
"""The stages to which marketing may bring a lead that sales does not have, and by which step."""


def choices(terms: Terms, before: str | None, stage: Stage, *, is_with_sales: bool) -> list[StatusClause]:
    """The statuses that somebody may put a lead in: of its stage, or where sales does not have it one that ends it."""
    stages = [stage]
    if not is_with_sales:
        stages += [to for to, move in BY_HAND.items() if to is not stage and is_allowed(stage, move)]
    return [clause for to in stages for clause in _following(terms, before, to) if clause.id != before]


def chosen(terms: Terms, before: str | None, status_id: str, reason: str | None) -> StatusClause:
    """The status that somebody puts a lead in. Raises InvalidInput naming what is at fault."""
    clause, here = named(terms, status_id), named(terms, before)
    if clause is None:
        raise InvalidInput("status", N_("The agreement does not know the status “%(status)s”."), status=status_id[:60])
    if here is not None and clause.id not in here.next:
        message = N_("From the status “%(before)s” a lead cannot become “%(status)s”.")
        raise InvalidInput("status", message, before=here.title, status=clause.title)
    if clause.reasons and reason not in clause.reasons:
        message = N_("The status “%(status)s” has its own reasons: choose one.")
        raise InvalidInput("reason", message, status=clause.title)
    return clause


def _following(terms: Terms, before: str | None, stage: Stage) -> list[StatusClause]:
    """Those of a stage that may come next, in the order of the agreement; any, for a lead that has none yet."""
    here = named(terms, before)
    return [clause for clause in of_stage(terms, stage) if here is None or clause.id in here.next]


def _is_known(terms: Terms, reason: str) -> bool:
    return any(each.id == reason for each in terms.handoff.reasons())


class Change(NamedTuple):
    """A line of the journal: from `before`, held `since`, to `status`; None is no status."""

    at: datetime
    status: str | None
    reason: str | None
    before: str | None
    since: datetime | None
    is_undoing: bool = False


class Stay(NamedTuple):
    """How long a lead was in a status; `until` None while it is."""

    status: str
    reason: str | None
    since: datetime
    until: datetime | None = None


def stays(changes: Iterable[Change], current: Stay | None) -> list[Stay]:
    """The statuses of a lead in time, from their changes in order and how it stands now.

    What was undone has not been. Where two do not meet, a version of the agreement has moved all leads in between.
    """
    found: list[Stay] = []
    for change in changes:
        if change.is_undoing:
            _undo(found, change)
            continue
        if change.before and change.since:
            _begin(found, Stay(change.before, None, change.since))
        _end(found, change.at)
        if change.status:
            found.append(Stay(change.status, change.reason, change.at))
    if current:
        _begin(found, current)
    else:
        found = [stay for stay in found if stay.until]
    return found


def _begin(found: list[Stay], stay: Stay) -> None:
    """Unless it has begun already."""
    if found and (found[-1].status, found[-1].since) == (stay.status, stay.since):
        return
    _end(found, stay.since)
    found.append(stay)


def _end(found: list[Stay], at: datetime) -> None:
    if found and found[-1].until is None:
        found[-1] = found[-1]._replace(until=at)


def _undo(found: list[Stay], change: Change) -> None:
    while found and (found[-1].status, found[-1].since) != (change.status, change.since):
        found.pop()
    if found:
        found[-1] = found[-1]._replace(until=None)
