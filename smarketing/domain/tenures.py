"""How long an agreement lasts: when its term ends, what renews it, and what a notice to end it makes of that."""

from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from smarketing.domain.local_time import local_instant
from smarketing.domain.periods import midnight, months_before
from smarketing.domain.terms import Terms

REMINDED: Final = timedelta(days=30)
"""How long before its end people are told, where the agreement does not say when talks begin."""


def ends_at(terms: Terms, effective_at: datetime) -> datetime:
    """The end of the last day where the days are fixed; else so many months later, at the same time of day."""
    if terms.dates:
        return midnight(terms.dates.ends_on + timedelta(days=1), terms.zone)
    return _months_later(terms, effective_at, terms.term_months)


def renewed(terms: Terms, ended_at: datetime) -> datetime | None:
    """When the term ends that follows by itself; None where none does."""
    if terms.renewal is None or terms.renewal.mode != "tacit" or terms.renewal.months is None:
        return None
    return _months_later(terms, ended_at, terms.renewal.months)


def reminded_at(terms: Terms, end: datetime) -> datetime:
    """When both sides are told that the term is about to end."""
    days = terms.renewal.talks_begin_days if terms.renewal else None
    return end - (timedelta(days=days) if days else REMINDED)


def ended_by_notice(terms: Terms, clause_id: str | None, *, now: datetime) -> datetime:
    """So many days later, at the same time of day: those of the cause, or the plain ones of the agreement."""
    causes = {each.id: each.notice_days for each in terms.terminations}
    days = causes[clause_id] if clause_id else terms.notice_days
    local = now.astimezone(ZoneInfo(terms.zone)).replace(tzinfo=None)
    return local_instant(terms.zone, local + timedelta(days=days)) if days else now


def _months_later(terms: Terms, at: datetime, months: int) -> datetime:
    local = at.astimezone(ZoneInfo(terms.zone)).replace(tzinfo=None)
    return local_instant(terms.zone, datetime.combine(months_before(local.date(), -months), local.time()))
