"""The reasons of the hand-over: what follows from each, and what it asks of who gives it."""

from flask_babel import gettext

from smarketing.domain.errors import N_
from smarketing.domain.roles import Department
from smarketing.domain.terms_handoff import HandoffClause, Reason, ReasonClause, RecycleReason
from smarketing.web import clause_words, time_words
from smarketing.web.provisions import Provision
from smarketing.web.words import in_language

CONTESTABLE = {
    Department.MARKETING: N_("Marketing may contest it."),
    Department.SALES: N_("Sales may contest it."),
}


def to_refuse(clause: HandoffClause) -> list[Provision]:
    """In their groups, in the order of the document; those of no group first."""
    held = [_refusal(reason) for reason in clause.refusal_reasons if reason.group is None]
    for group in clause.reason_groups:
        held.append(Provision(group.id, in_language(group.title)))
        held += [_refusal(reason) for reason in clause.refusal_reasons if reason.group == group.id]
    return held


def to_recycle(reason: RecycleReason) -> Provision:
    return Provision(reason.id, in_language(reason.title), _told(_wait(reason), reason))


def for_a_loss(reason: Reason) -> Provision:
    return Provision(reason.id, in_language(reason.title), _told("", reason))


def noted(reason: Reason) -> str:
    """That it needs a note, if so."""
    return gettext("A note is needed.") if reason.needs_note else ""


def asked_by(reason: Reason) -> str:
    """What whoever gives it should know: how long the lead then waits, and whether a note is needed."""
    wait = _wait(reason) if isinstance(reason, RecycleReason) else ""
    return " ".join(filter(None, (wait, noted(reason))))


def _wait(reason: RecycleReason) -> str:
    return gettext("Wait: %(time)s.", time=time_words.length(reason.wait)) if reason.wait else ""


def _refusal(reason: ReasonClause) -> Provision:
    return Provision(reason.id, in_language(reason.title), _told(clause_words.next_step(reason.next_step), reason))


def _told(first: str, reason: Reason) -> str:
    contest = gettext(CONTESTABLE[reason.contested_by]) if reason.contested_by else ""
    return " ".join(filter(None, (first, noted(reason), contest)))
