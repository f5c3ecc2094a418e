"""`kill -9` of the web worker and the scheduler: nothing is lost, and no effect happens twice."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
KILLS = {"sqlite": 200, "postgresql": 20}


def test_whoever_is_killed_at_whatever_point_nothing_is_lost_and_nothing_happens_twice(
    database: str, database_url: str
) -> None:
    command = [sys.executable, "-m", "tests.faults.soak", str(KILLS[database]), "1", database_url]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    run = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=600, check=False)
    assert run.returncode == 0, run.stdout[-4000:] + run.stderr[-4000:]
