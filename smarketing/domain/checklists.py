"""What sales says as it confirms or recycles a lead: evidence for each question, and until when."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from smarketing.domain.dispositions import noted
from smarketing.domain.errors import N_, InvalidInput
from smarketing.domain.terms_handoff import ChecklistClause

LONGEST_RECYCLING_DAYS: Final = 3 * 366


def evidence(clause: ChecklistClause, checklist: Mapping[str, str]) -> dict[str, str]:
    """The answered items. Raises InvalidInput naming the first item that is missing."""
    known = {item.id for item in clause.items}
    given = {key: noted(text, field=key) for key, text in checklist.items() if key in known and text.strip()}
    for item in clause.items:
        if item.is_required and item.id not in given:
            raise InvalidInput(item.id, N_("The checklist needs an answer to “%(item)s”."), item=item.title)
    if clause.at_least and len(given) < clause.at_least:
        message = N_("The checklist needs at least %(count)s answers; it has %(given)s.")
        raise InvalidInput("checklist", message, count=clause.at_least, given=len(given))
    return given


def check_until(until: date, *, today: date) -> None:
    """Raises InvalidInput for a day that has come, or lies years ahead."""
    if until <= today:
        raise InvalidInput("until", N_("A lead is recycled until a day that is still to come."))
    if (until - today).days > LONGEST_RECYCLING_DAYS:
        raise InvalidInput("until", N_("A lead is recycled for three years at most."))
