"""Scoring under the largest agreement of the library: every lead anew, one lead on a new fact, and what time changes.

    python3 manage.py bench scoring [LEADS] [KIND]

Leads have five engagements each and are judged by GitLab's published model: a version comes into force, the job that
brings scores up to date finds them all due, and writes score, reasons, standing and journal of each; whoever meets the
criteria is handed to sales. As many processes work as the machine has cores. The goals: a million leads on PostgreSQL
within 60 s; one lead on a new fact in 5 ms at p95; and a job that costs as much among ten times the leads when as many
of them change, 1.3 × at most.
"""

import os
import subprocess
import sys
from datetime import timedelta
from random import Random
from statistics import median, quantiles
from time import perf_counter
from typing import Any

from flask import Flask
from sqlalchemy import func, select, update

from bench._databases import KINDS, application
from bench._years import NOW
from smarketing import library
from smarketing.db import bulk_insert, db, is_postgresql, next_ids, transaction
from smarketing.demo import negotiations, seeding
from smarketing.domain import terms_text
from smarketing.domain.importing import Row
from smarketing.domain.periods import local_day
from smarketing.jobs import rescore_due
from smarketing.models.leads import Engagement, Lead, Score
from smarketing.services import agreements, intake

LEADS = 1_000_000
ENGAGEMENTS = 5
SECONDS = 60.0
CHANGED = 2_000
ONE_BY_ONE = 300
TERMS = terms_text.read(library.text("gitlab"))
DONE = (
    "web_visit " * 12
    + "key_page " * 5
    + "subscription_form content_low programme_low ebook release_notes " * 2
    + "low_value_page chat programme_medium content_medium hard_bounce watched_2_to_4 survey_low demo_webcast"
).split()
"""What leads do, as often as it is written; of twenty leads one reaches the threshold."""
CUSTOM = [
    f'{{"intended_use":"{use}","seniority":"{seniority}","function":"{function}","country_tier":"{tier}"}}'
    for use in ("company", "personal", "personal", "personal")
    for seniority in ("high", "medium", "low")
    for function in ("high", "low", "medium", "negative")
    for tier in "1234"
]
LEAD = (
    "id external_id email email_key company country source custom search_text stage cycle is_held edition arrived_at"
    " arrived_on recorded_at rescore_at"
).split()
STEP = 50_000


def main() -> None:
    count = next((int(each) for each in sys.argv[1:] if each.isdecimal()), LEADS)
    for kind in [each for each in sys.argv[1:] if each in KINDS] or KINDS:
        few, changed = None, min(CHANGED, count // 200)
        for size in (count // 10, count):
            with application(kind, WALLCLOCK=lambda: NOW) as app:
                live(size)
                if size == count:
                    all_anew(app, kind, size)
                    one_by_one(kind)
                few = what_time_changes(kind, size, changed, few)


def live(count: int) -> None:
    """The leads, with what they have done, none of them scored."""
    with transaction():
        seeding.hire(now=NOW - timedelta(days=400))
    with transaction():
        negotiations.agree(TERMS, effective_at=NOW - timedelta(days=300), now=NOW - timedelta(days=400))
    with transaction():
        agreements.put_due_versions_in_force(now=NOW)
    random = Random(20260305)
    for start in range(0, count, STEP):
        with transaction():
            ids = next_ids(Lead, min(STEP, count - start))
            bulk_insert(Lead, LEAD, [_lead(number, random) for number in ids])
            acts = [(number, *act) for number in ids for act in _acts(random)]
            bulk_insert(Engagement, ["lead_id", "kind", "occurred_at", "recorded_at"], acts)
    _analyze()


def _analyze() -> None:
    if is_postgresql():  # as its autovacuum does within minutes
        db.session.connection().exec_driver_sql("ANALYZE")
        db.session.commit()


def _lead(number: int, random: Random) -> tuple[Any, ...]:
    at = NOW - timedelta(days=random.randrange(1, 300))
    email = f"person{number}@{random.choice(('gmail.com', f'company{number % 9973}.example'))}"
    known = (f"L{number}", email, email, f"Company {number % 9973}", random.choice(("FR", "US", "DE")), "Webinar")
    standing = (random.choice(CUSTOM), f"company {number % 9973} person{number}", "inquiry", 0, False, 1)
    return number, *known, *standing, at, local_day(at, TERMS.zone), at, NOW


def _acts(random: Random) -> set[tuple[Any, ...]]:
    """Of the last three months."""
    ago = (timedelta(seconds=random.randrange(90 * 86_400)) for _ in range(ENGAGEMENTS))
    return {(random.choice(DONE), NOW - each, NOW) for each in ago}


def all_anew(app: Flask, kind: str, count: int) -> None:
    """In as many processes as there are cores on PostgreSQL; SQLite has one writer."""
    url = app.config["SQLALCHEMY_DATABASE_URI"]
    environ = os.environ | {
        "SMARKETING_ENV": "test",
        "SMARKETING_DATABASE_URL": url,
        "SMARKETING_SCHEDULER": "off",
        "SMARKETING_LOG_LEVEL": "WARNING",
        "SECRET_KEY": "known to everybody who reads the benchmarks",
    }
    processes = os.cpu_count() or 1 if is_postgresql() else 1
    db.session.remove()
    start = perf_counter()
    command = [sys.executable, "-m", "bench.scoring", "--work"]
    working = [subprocess.Popen(command, env=environ) for _ in range(processes)]
    if any(process.wait() for process in working):
        raise SystemExit("a process failed")
    seconds = perf_counter() - start
    scored = db.session.scalar(select(func.count()).select_from(Score))
    mqls = db.session.scalar(select(func.count()).where(Lead.stage == "mql"))
    db.session.rollback()
    goal = f"goal {SECONDS * count / LEADS:.0f} s: {'kept' if seconds <= SECONDS * count / LEADS else 'MISSED'}"
    print(
        f"{kind}: {scored:,} leads scored by {processes} processes in {seconds:.1f} s, {count / seconds:,.0f} leads/s,"
        f" {mqls:,} handed to sales ({goal})",
        flush=True,
    )


def work() -> None:
    """What one process does: the job, at the benchmark's instant."""
    from config import settings
    from smarketing.app import create_app

    with create_app(settings(os.environ)).app_context():
        rescore_due.run(now=NOW)


def one_by_one(kind: str) -> None:
    """From the new fact to committed, inside the service."""
    known = select(Lead.external_id).where(Lead.stage == "inquiry").limit(ONE_BY_ONE + 20)
    external_ids = list(db.session.scalars(known))
    db.session.rollback()
    taken = []
    for number, external_id in enumerate(external_ids):
        row = Row({"external_id": external_id or ""}, {}, [("key_page", NOW - timedelta(minutes=number + 1))])
        start = perf_counter()
        with transaction():
            intake.take([row], now=NOW)
        taken.append((perf_counter() - start) * 1000)
    p95 = quantiles(taken[20:], n=20)[-1]
    print(f"{kind}: one lead on a new fact: p50 {median(taken[20:]):.1f} ms, p95 {p95:.1f} ms (goal 5)", flush=True)


def what_time_changes(kind: str, count: int, changed: int, few: float | None) -> float:
    """So many leads whose moment has come, among few and among many."""
    with transaction():
        db.session.connection().execute(update(Lead).values(rescore_at=NOW + timedelta(days=30)))
    if is_postgresql():
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE leads")
    taken = []
    for round in range(5):
        now = NOW + timedelta(hours=round + 1)
        chosen = select(Lead.id).where(Lead.id % (count // changed) == round)
        with transaction():
            due = update(Lead).where(Lead.id.in_(chosen)).values(rescore_at=now)
            db.session.connection().execute(due)
        start = perf_counter()
        found = rescore_due.run(now=now)
        taken.append(perf_counter() - start)
        if not changed * 0.9 < found < changed * 1.1:
            raise SystemExit(f"{found} leads were due")
    seconds = median(taken)
    growth = f", {seconds / few:.2f} × (goal 1.3)" if few else ""
    print(f"{kind}: {changed:,} leads due among {count:,}: {seconds * 1000:.0f} ms{growth}", flush=True)
    return seconds


if __name__ == "__main__":
    work() if "--work" in sys.argv else main()
