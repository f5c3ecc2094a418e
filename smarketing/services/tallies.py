"""Keep the daily roll-ups true: mark the days a change touches, and count marked days again."""

from collections.abc import Iterable, Mapping
from datetime import date

from sqlalchemy import delete, insert, select

from smarketing.db import db
from smarketing.models.clocks import Clock
from smarketing.models.leads import Lead
from smarketing.models.tallies import DUE, Cohort, DayTally, FunnelDay, StaleDay, clock_counts, funnel_counts


def mark_stale(kind: str, days: Iterable[date | None]) -> None:
    """Mark days to be counted again; `kind` is a Cohort or DUE. None (no such day) is passed over."""
    distinct = sorted({day for day in days if day is not None})
    if distinct:
        db.session.execute(insert(StaleDay), [{"kind": str(kind), "day_on": day} for day in distinct])


def recount_stale(*, limit: int = 100) -> int:
    """Count up to `limit` marked days again and remove exactly the marks seen; the number of days counted.

    A writer that commits meanwhile keeps its own mark, so its day is counted once more.
    """
    marks: dict[tuple[str, date], list[int]] = {}
    for mark_id, kind, day_on in db.session.execute(
        select(StaleDay.id, StaleDay.kind, StaleDay.day_on).order_by(StaleDay.id).limit(limit * 50)
    ):
        if len(marks) < limit or (kind, day_on) in marks:
            marks.setdefault((kind, day_on), []).append(mark_id)
    seen = [mark_id for ids in marks.values() for mark_id in ids]
    for start in range(0, len(seen), 1000):
        db.session.execute(delete(StaleDay).where(StaleDay.id.in_(seen[start : start + 1000])))
    for kind, day_on in marks:
        _recount(kind, day_on)
    return len(marks)


def _recount(kind: str, day_on: date) -> None:
    if kind == DUE:
        counted = db.session.execute(clock_counts().where(Clock.due_on == day_on)).mappings()
        _replace(DayTally, (DayTally.day_on == day_on,), [dict(row) for row in counted])
        return
    cohort = Cohort(kind)
    day_column = Lead.arrived_on if cohort is Cohort.ARRIVED else Lead.mql_on
    counted = db.session.execute(funnel_counts(cohort).where(day_column == day_on)).mappings()
    is_day = (FunnelDay.cohort == cohort, FunnelDay.day_on == day_on)
    _replace(FunnelDay, is_day, [{"cohort": cohort, **row} for row in counted])


def _replace(
    table: type[DayTally] | type[FunnelDay], is_day: Iterable[object], rows: list[Mapping[str, object]]
) -> None:
    db.session.execute(delete(table).where(*is_day))  # type: ignore[arg-type]
    if rows:
        db.session.execute(insert(table), rows)
