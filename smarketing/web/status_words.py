"""The company's own statuses as a reader sees them; nothing where the agreement names none."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from flask import g
from flask_babel import gettext

from smarketing.domain import statuses
from smarketing.domain.lifecycle import Stage
from smarketing.domain.terms import Terms
from smarketing.domain.terms_vocabulary import StatusClause
from smarketing.models.leads import Lead
from smarketing.reports import agreed
from smarketing.reports.agreed import Agreed
from smarketing.web.words import in_language

PARTED = "/"
"""Between a status and its reason, where one choice is both."""


class Choice(NamedTuple):
    """A status to pick, with one of its reasons where it asks for one; `hint` says what it means."""

    value: str
    label: str
    hint: str | None = None


def are_named() -> bool:
    """Whether the agreement names statuses."""
    terms = _terms()
    return bool(terms and terms.statuses)


def names() -> dict[str, str]:
    """Each status with its title, in the order of the agreement."""
    terms = _terms()
    return {clause.id: in_language(clause.title) for clause in terms.statuses} if terms else {}


def name(status_id: str) -> str:
    return names().get(status_id, status_id)


def reason_name(reason_id: str) -> str:
    """An agreed reason in the agreed words."""
    terms = _terms()
    reasons = terms.handoff.reasons() if terms else ()
    return next((in_language(each.title) for each in reasons if each.id == reason_id), reason_id)


def destination(lead: Lead, stage: Stage, reason: str | None = None) -> str | None:
    """The name of the status that an answer leads to; None where the stage has none."""
    terms = _terms()
    clause = statuses.answered(terms, lead.status, stage, reason) if terms else None
    return in_language(clause.title) if clause else None


def leads_on(lead: Lead, stage: Stage, reason: str | None = None) -> bool:
    terms = _terms()
    return terms is None or statuses.leads_on(terms, lead.status, stage, reason)


def may_come(lead: Lead, stage: Stage, reasons: Sequence[str] = ()) -> bool:
    terms = _terms()
    return terms is None or statuses.may_come(terms, lead.status, stage, reasons)


def has_neighbours(lead: Lead) -> bool:
    """Whether who has the lead from sales can put it in another status of its stage."""
    terms = _terms()
    return bool(terms and terms.statuses and statuses.choices(terms, lead.status, lead.stage, is_with_sales=True))


def choices(clauses: Sequence[StatusClause]) -> list[Choice]:
    return [choice for clause in clauses for choice in _choices(clause)]


def chosen(value: str) -> tuple[str, str | None]:
    """A status and the reason for it, as a choice holds them."""
    status, _, reason = value.partition(PARTED)
    return status, reason or None


def _choices(clause: StatusClause) -> Iterator[Choice]:
    title = in_language(clause.title)
    if not clause.reasons:
        yield Choice(clause.id, title, in_language(clause.meaning))
    for reason in clause.reasons:
        label = gettext("%(status)s: %(reason)s", status=title, reason=reason_name(reason))
        yield Choice(f"{clause.id}{PARTED}{reason}", label)


def _terms() -> Terms | None:
    found = standing()
    return found.terms if found else None


def standing() -> Agreed | None:
    """The version in force, else the latest that was; asked once per request."""
    if "standing" not in g:
        g.standing = agreed.latest()
    found: Agreed | None = g.standing
    return found
