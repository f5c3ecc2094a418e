"""Bring a file of leads in, measured against the database's own raw load of the same rows, in one run.

    python3 manage.py bench imports [ROWS]

The file goes through `flask leads import`: read, checked, merged with what is known, told to the journal, all indexes
on. First without an agreement (the leads alone), then under the demo's agreement (the whole road: scored, judged,
handed off, clocks started, a journal line for each), then each once more, when nothing may be written.

Raw is SQLite's executemany or PostgreSQL's COPY, in one transaction as durable as the product's, of rows that are
ready to be loaded, without those that come twice (a unique constraint would refuse them). Two loads are measured:

leads   the rows that the import makes, with the columns it fills, into the product's table `leads` with its key and
        five indexes; the goals are set against this one
bare    the twelve columns of the file as text, into a table with a primary key, unique external id and e-mail, and
        an index on the source: a lead with nothing done for it
"""

import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import NamedTuple

from flask import Flask

from bench import _leads, _memory, _raw
from bench._bring import bring
from bench._databases import KINDS, application
from smarketing.db import transaction
from smarketing.demo import negotiations, seeding
from smarketing.services import agreements

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
GOALS = {"leads alone": 8, "whole road": 25}
AGAIN_GOAL = 0.7


class Run(NamedTuple):
    seconds: float
    again: float
    """Seconds for the same file once more."""
    new: int
    new_again: int
    mqls: int
    peak_mb: float


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory(prefix="smarketing-bench-") as folder:
        path = Path(folder) / "leads.csv"
        _leads.write(path, count)
        print(f"{count:,} rows of {len(_leads.COLUMNS)} columns, {path.stat().st_size / 1e6:.1f} MB")
        for kind in KINDS:
            measure(kind, path, count)


def measure(kind: str, path: Path, count: int) -> None:
    """Raw loads between and after the imports, so that a machine that slows down slows both sides."""
    with application(kind, WALLCLOCK=lambda: NOW) as app:
        hire()
        alone = run(app, path)
        bare = [_raw.load_bare(count)]
    with application(kind, WALLCLOCK=lambda: NOW) as app:
        hire()
        agree()
        road = run(app, path)
        bare.append(_raw.load_bare(count))
        rows = _raw.read_leads()
    leads = []
    for _round in range(3):
        with application(kind):
            leads.append(_raw.load_leads(rows))
    with application(kind):
        bare.append(_raw.load_bare(count))
    print(f"\n{kind}")
    tell_raw("raw, leads", leads)
    tell_raw("raw, bare", bare)
    tell("leads alone", alone, count, median(leads), median(bare))
    tell("whole road", road, count, median(leads), median(bare))


def run(app: Flask, path: Path) -> Run:
    _memory.forget_peak()
    start = perf_counter()
    first = bring(app, path)
    seconds = perf_counter() - start
    peak_mb = _memory.peak()
    start = perf_counter()
    again = bring(app, path)
    return Run(seconds, perf_counter() - start, first.new, again.new, first.mqls, peak_mb)


def hire() -> None:
    """The people of the demo."""
    with transaction():
        seeding.hire(now=NOW - timedelta(days=9))


def agree() -> None:
    """The agreement of the demo, long in force."""
    with transaction():
        negotiations.agree(seeding.agreement(), effective_at=NOW - timedelta(days=4), now=NOW - timedelta(days=6))
    with transaction():
        agreements.put_due_versions_in_force(now=NOW)


def tell_raw(name: str, rounds: list[float]) -> None:
    each = ", ".join(f"{seconds:.2f}" for seconds in rounds)
    print(f"  {name:12} {median(rounds):6.2f} s  median of {each}")


def tell(name: str, run: Run, count: int, leads: float, bare: float) -> None:
    ratio, goal = run.seconds / leads, GOALS[name]
    print(
        f"  {name:12} {run.seconds:6.2f} s  {count / run.seconds:7,.0f} rows/s"
        f"  {ratio:5.1f} x leads (goal <= {goal}: {kept(ratio <= goal)})  {run.seconds / bare:5.1f} x bare"
        f"  {run.new:,} new, {run.mqls:,} MQL  peak {run.peak_mb:.0f} MB"
    )
    share = run.again / run.seconds
    is_kept = share <= AGAIN_GOAL and run.new_again == 0
    print(
        f"  {'once more':12} {run.again:6.2f} s  {share:5.2f} x the first time (goal <= {AGAIN_GOAL}: {kept(is_kept)})"
        f"  {run.new_again:,} new"
    )


def kept(is_kept: bool) -> str:
    return "kept" if is_kept else "MISSED"


if __name__ == "__main__":
    main()
