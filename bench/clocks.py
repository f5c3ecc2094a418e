"""Replaying clocks: a year of 100,000 hand-offs recomputed from the journal, beside the mere reading of the same rows.

    python3 manage.py bench clocks [HANDOFFS] [KIND]

Every hand-off is offered, called, and most are accepted and decided, as the desk would have journalled it, under the
agreement of the demo. The goal is 10 s for 100,000.
"""

import sys
from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random
from time import perf_counter
from typing import Any, NamedTuple

from sqlalchemy import select

from bench import _year
from bench._databases import KINDS, application
from bench._years import NOW
from smarketing.db import bulk_insert, db, is_postgresql, next_ids, transaction
from smarketing.domain.event_names import EventName
from smarketing.domain.periods import local_day
from smarketing.domain.replay import Replayed, Rules, Told, of_lead
from smarketing.models.clocks import Clock
from smarketing.models.events import Event
from smarketing.models.handoffs import Handoff
from smarketing.models.leads import Lead
from smarketing.models.touches import Touch
from smarketing.reports import clock_replay
from smarketing.services import agreements, journal
from smarketing.services.agreements import Force
from smarketing.services.journal import JournalLine

HANDOFFS = 100_000
GOAL = 10.0
BATCH = 10_000


HANDOFF = "id lead_id cycle agreement_version_id owner_id state mql_at offered_at edition".split()
CLOCK = [*_year.CLOCK, "limit_at"]
Row = tuple[Any, ...]


class Ids(NamedTuple):
    """Those of one hand-off and what belongs to it."""

    lead: int
    handoff: int
    touch: int


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else HANDOFFS
    for kind in sys.argv[2:] or KINDS:
        with application(kind, WALLCLOCK=lambda: NOW):
            live(count)
            began = perf_counter()
            read()
            read_in = perf_counter() - began
            began = perf_counter()
            found = clock_replay.replay()
            seconds = perf_counter() - began
            if found.differences:
                raise SystemExit(f"{len(found.differences)} differences, the first: {found.differences[0]}")
            kept = "kept" if seconds <= GOAL * count / HANDOFFS else "MISSED"
            print(
                f"{kind}: {found.leads:,} hand-offs with {found.clocks:,} clocks replayed in {seconds:.1f} s,"
                f" {seconds / read_in:.1f} × the reading of the rows; goal {GOAL:.0f} s per {HANDOFFS:,}: {kept}"
            )


def read() -> None:
    """The rows that a replay needs, through the same driver, with nothing made of them."""
    for table in (Event.__table__, Clock.__table__):
        statement = str(select(table).order_by(table.c.lead_id, table.c.id))
        for _row in db.session.connection().exec_driver_sql(statement, execution_options={"stream_results": True}):
            pass


def live(count: int) -> None:
    _year.live(0)
    force, random = agreements.in_force(), Random(20260305)
    assert force
    for start in range(0, count, BATCH):
        with transaction():
            _write(min(BATCH, count - start), force, random)
    if is_postgresql():  # as its autovacuum does within minutes
        db.session.connection().exec_driver_sql("ANALYZE")
        db.session.commit()


def _write(count: int, force: Force, random: Random) -> None:
    """The journal first: the rows beside it are what it tells."""
    numbered = zip(next_ids(Lead, count), next_ids(Handoff, count), next_ids(Touch, count), strict=True)
    told = [(ids, _told(ids, force, random)) for ids in (Ids(*each) for each in numbered)]
    bulk_insert(Lead, _year.LEAD, [_lead(ids, lines[0].occurred_at, force) for ids, lines in told])
    bulk_insert(Handoff, HANDOFF, [_handoff(ids, lines, force) for ids, lines in told])
    written = [line for _ids, lines in told for line in lines]
    journal.record_many(written, now=NOW)
    rules = Rules({force.version_id: force.terms})
    replayed = [(ids.lead, each) for ids, lines in told for each in of_lead(map(_as_told, lines), rules)]
    bulk_insert(Clock, CLOCK, [_clock(lead_id, each, force) for lead_id, each in replayed])


def _told(ids: Ids, force: Force, random: Random) -> list[JournalLine]:
    """What happened to one hand-off; a clock takes the next of a thousand numbers of its hand-off."""
    at = NOW - _year.YEAR + timedelta(seconds=random.randrange(int(_year.YEAR.total_seconds())))
    steps = [("handoff", EventName.HANDOFF_OFFERED, ids.handoff, {"owner": 1}, 0)]
    if random.random() < 0.9:
        steps.append(("handoff", EventName.HANDOFF_ACCEPTED, ids.handoff, {}, 9))
        steps.append(("touch", EventName.TOUCH_LOGGED, ids.touch, {"handoff": ids.handoff, "channel": "call"}, 20))
        if random.random() < 0.8:
            steps.append(("handoff", EventName.HANDOFF_CONFIRMED, ids.handoff, {}, 90))
    lines: list[JournalLine] = []
    for subject, name, number, data, hours in steps:
        at += timedelta(seconds=random.randrange(hours * 3600 + 1))
        lines.append(JournalLine(name, subject, number, at, ids.lead, 1, force.version_id, data))
        for clause in (each for each in force.terms.clocks if each.starts_on == name):
            clock_id = ids.handoff * 1000 + len(lines)
            data = {"clause": clause.id, "handoff": ids.handoff}
            started = (EventName.CLOCK_STARTED, "clock", clock_id, at, ids.lead, None, force.version_id, data)
            lines.append(JournalLine(*started))
    return lines


def _as_told(line: JournalLine) -> Told:
    return Told(line.name, line.subject_id, line.occurred_at, line.actor_id, line.version_id, line.data or {})


def _lead(ids: Ids, at: datetime, force: Force) -> Row:
    known = (ids.lead, f"L{ids.lead}", "Webinar", "{}", "", "mql", 1, False, 1)
    return *known, at, local_day(at, force.terms.zone), at


def _handoff(ids: Ids, lines: Sequence[JournalLine], force: Force) -> Row:
    names = {line.name for line in lines}
    state = "confirmed" if EventName.HANDOFF_CONFIRMED in names else "offered"
    offered_at = lines[0].occurred_at
    return ids.handoff, ids.lead, 1, force.version_id, 1, state, offered_at, offered_at, 1


def _clock(lead_id: int, replayed: Replayed, force: Force) -> Row:
    course, clause = replayed.course, force.terms.clock(replayed.clause_id)
    outcome, stopped_at = course.ending
    at_risk_at, due_at, limit_at = course.schedule
    due_on = local_day(due_at, force.terms.zone)
    of = (replayed.clock_id, replayed.handoff_id, lead_id, replayed.version_id, clause.id, 1)
    measured = (outcome.value, replayed.started_at, at_risk_at, due_at, due_on, stopped_at, replayed.seconds)
    return *of, *measured, clause.side.value, 1, limit_at


if __name__ == "__main__":
    main()
