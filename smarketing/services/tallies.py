"""Keep the daily roll-ups true: mark the days a change touches, and count marked days again."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from sqlalchemy import delete, insert, select

from smarketing.db import db
from smarketing.domain.attainment import tallied
from smarketing.models.clocks import Clock
from smarketing.models.handoffs import Handoff
from smarketing.models.leads import Lead
from smarketing.models.tallies import (
    DUE,
    Cohort,
    DayTally,
    FunnelDay,
    PersonaDay,
    StaleDay,
    clock_counts,
    day_column,
    funnel_counts,
    persona_counts,
)


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


def mark_leads(lead_ids: Sequence[int]) -> None:
    """Mark every day these leads count in, because what all figures gather by has changed: their source."""
    if not lead_ids:
        return
    of_leads = Lead.id.in_(lead_ids)
    for cohort in Cohort:
        mark_stale(cohort, db.session.scalars(select(day_column(cohort)).where(of_leads).distinct()))
    due_days = select(Clock.due_on).join(Handoff, Handoff.id == Clock.handoff_id)
    mark_stale(DUE, db.session.scalars(due_days.where(Handoff.lead_id.in_(lead_ids)).distinct()))


def _recount(kind: str, day_on: date) -> None:
    if kind == DUE:
        settled = db.session.execute(clock_counts().where(Clock.due_on == day_on))
        tallies = tallied(
            ((clause, source), outcome, seconds, count) for _day, clause, source, outcome, seconds, count in settled
        )
        _replace(
            DayTally,
            (DayTally.day_on == day_on,),
            [
                {"day_on": day_on, "clause_id": clause, "source": source, **tally._asdict()}
                for (clause, source), tally in tallies.items()
            ],
        )
        return
    cohort = Cohort(kind)
    counted = db.session.execute(funnel_counts(cohort).where(day_column(cohort) == day_on)).mappings()
    is_day = (FunnelDay.cohort == cohort, FunnelDay.day_on == day_on)
    _replace(FunnelDay, is_day, [{"cohort": cohort, **row} for row in counted])
    if cohort is Cohort.MQL:
        of_day = db.session.execute(persona_counts(Lead.mql_on == day_on)).mappings()
        _replace(PersonaDay, (PersonaDay.day_on == day_on,), [{**row} for row in of_day])


RolledUp = type[DayTally] | type[FunnelDay] | type[PersonaDay]


def _replace(table: RolledUp, is_day: Iterable[object], rows: list[Mapping[str, object]]) -> None:
    db.session.execute(delete(table).where(*is_day))  # type: ignore[arg-type]
    if rows:
        db.session.execute(insert(table), rows)
