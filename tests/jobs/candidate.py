"""A process that bids for the lead and writes a line at each tick: `candidate.py URL TTL HEARTBEAT`."""

import os
import sys
import time
from datetime import datetime, timedelta

from flask import Flask

from smarketing.db import db
from smarketing.jobs.schedule import Job
from smarketing.jobs.scheduler import Scheduler
from smarketing.wallclock import utc_now


def tick(*, now: datetime) -> int:
    sys.stdout.write(f"{os.getpid()}\n")
    sys.stdout.flush()
    return 0


if __name__ == "__main__":
    url, ttl, heartbeat = sys.argv[1], float(sys.argv[2]), float(sys.argv[3])
    app = Flask("candidate")
    app.config.update(SQLALCHEMY_DATABASE_URI=url, WALLCLOCK=utc_now)
    db.init_app(app)
    timetable = [Job("tick", tick, timedelta(seconds=0.1), "Ticks")]
    scheduler = Scheduler(app, timetable, ttl=timedelta(seconds=ttl), heartbeat=timedelta(seconds=heartbeat))
    scheduler.start()
    while scheduler.is_bidding:
        time.sleep(0.5)
