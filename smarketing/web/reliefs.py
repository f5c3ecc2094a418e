"""What one side need not answer for in a hand-off, because the other missed a promise in it, in words."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from flask_babel import gettext

from smarketing.domain import reliefs
from smarketing.domain.errors import N_
from smarketing.domain.roles import Department
from smarketing.domain.sla_clock import Outcome
from smarketing.domain.terms import Terms
from smarketing.domain.terms_consequences import ConsequenceClause
from smarketing.domain.verdicts import compile_test
from smarketing.reports.lead_history import Cycle
from smarketing.services.subjects import facts_of
from smarketing.web.words import in_language

RELIEVED = {
    ("no_follow_up", Department.MARKETING): N_("Sales owes no follow-up on this lead."),
    ("no_follow_up", Department.SALES): N_("Marketing owes no follow-up on this lead."),
    ("out_of_conversion", Department.MARKETING): N_("It does not count in the conversion that sales answers for."),
    ("out_of_conversion", Department.SALES): N_("It does not count in the conversion that marketing answers for."),
    ("listed", Department.MARKETING): N_("It is named in the next report."),
    ("listed", Department.SALES): N_("It is named in the next report."),
}
"""By the relief and the side that missed the promise."""


class Relief(NamedTuple):
    """`clause` is what the agreement calls it."""

    clause: str
    text: str


def of_cycle(cycle: Cycle, terms: Terms, *, now: datetime) -> list[Relief]:
    followed = reliefs.of_case(terms, set(_missed(cycle, terms, now=now)))
    return [Relief(in_language(each.title), _text(each)) for each in followed]


def _missed(cycle: Cycle, terms: Terms, *, now: datetime) -> Iterator[str]:
    """Promises that were missed in this hand-off and not excused, so far as the clocks and the lead's facts tell."""
    for clock in cycle.clocks:
        if clock.outcome is Outcome.BREACHED and clock.excused_at is None:
            yield clock.clause_id
    lead = cycle.handoff.lead
    if terms.completeness and lead.erased_at is None:
        facts = facts_of([lead.id], now=now)[lead.id]
        yield from reliefs.incomplete(terms, facts.values, lambda rule: compile_test(rule)(facts))


def _text(clause: ConsequenceClause) -> str:
    sentence = RELIEVED.get((clause.relief or "", clause.side))
    return gettext(sentence) if sentence else in_language(clause.remedy) if clause.remedy else ""
