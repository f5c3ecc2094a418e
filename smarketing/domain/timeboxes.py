"""When a lead that stands still gets an answer by itself, as its agreement says.

A time-box counts from when the lead came to its stage or, where it says so, from the last touch there.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from smarketing.domain.calendars import compiled
from smarketing.domain.happenings import TOUCHED, Happening
from smarketing.domain.lifecycle import Stage
from smarketing.domain.local_time import local_instant
from smarketing.domain.periods import local_day, months_before
from smarketing.domain.terms import Terms
from smarketing.domain.terms_allowances import Allowance
from smarketing.domain.terms_timeboxes import TimeboxClause

ENTERED: Final = {Stage.MQL: "handoff.offered", Stage.SAL: "handoff.accepted", Stage.SQL: "handoff.confirmed"}
"""What brings a lead to each stage that can be boxed in time."""

NURTURED: Final = timedelta(days=90)
"""For how long a lead is recycled where the reason does not say."""


class Timebox(NamedTuple):
    ends_at: datetime
    clause: TimeboxClause


def of(terms: Terms, stage: Stage, happened: Sequence[Happening]) -> list[Timebox]:
    """The time-boxes of a lead at this stage, the first to end first, whatever leads they are about."""
    clauses = [clause for clause in terms.timeboxes if clause.stage is stage]
    entered = [each.at for each in happened if each.name == ENTERED.get(stage)]
    if not clauses or not entered:
        return []
    since = max(entered)
    touched = max((each.at for each in happened if each.name == TOUCHED), default=since)
    idle_since = max(since, touched)
    boxes = []
    for clause in clauses:
        begun_at = since if clause.since is None else idle_since
        boxes.append(Timebox(after(clause.after, terms, begun_at, clause.calendar), clause))
    return sorted(boxes, key=lambda box: box.ends_at)


def first_end(terms: Terms, stage: Stage, happened: Sequence[Happening]) -> datetime | None:
    """When the first of them ends; None where nothing happens by itself."""
    boxes = of(terms, stage, happened)
    return boxes[0].ends_at if boxes else None


def nurtured_until(terms: Terms, reason: str | None, at: datetime) -> date:
    """The day until which a lead is recycled that nobody has named a day for."""
    wait = next((each.wait for each in terms.handoff.recycle_reasons if each.id == reason), None)
    return local_day(after(wait, terms, at) if wait else at + NURTURED, terms.zone)


def after(allowance: Allowance, terms: Terms, at: datetime, calendar_id: str | None = None) -> datetime:
    """The instant this much later. Days, weeks and months end at the same time of day in the agreement's zone."""
    amount = allowance.amount
    match allowance.unit:
        case "minutes" | "hours" as unit:
            return at + timedelta(**{unit: amount})
        case "business_minutes" | "business_hours" as unit:
            granted = timedelta(**{unit.removeprefix("business_"): amount})
            return compiled(terms.calendar(calendar_id or "")).add(at, granted)
        case "business_days":
            return compiled(terms.calendar(calendar_id or "")).add_business_days(at, amount)
    local = at.astimezone(ZoneInfo(terms.zone)).replace(tzinfo=None)
    if allowance.unit == "months":
        later = datetime.combine(months_before(local.date(), -amount), local.time())
    else:
        later = local + timedelta(**{allowance.unit: amount})
    return local_instant(terms.zone, later)
