"""Processes that are killed with SIGKILL: after some time, or at a point of their work with the database.

The points are those at which a transaction can be cut: before each statement, before each commit, and after it, when
the database has it and nobody has been told. They are counted over all threads of a process. Nothing of this is in
the product: it hangs on the events of SQLAlchemy, in the forked child only.
"""

import os
import select
import signal
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from datetime import timedelta
from email.message import EmailMessage
from itertools import count
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from flask import Flask
from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.pool import Pool
from werkzeug.serving import WSGIRequestHandler, make_server

from smarketing.jobs import lease
from smarketing.jobs.scheduler import Scheduler
from tests import post_office

Work = Callable[[Callable[[str], object]], None]
"""What a child does; it is given a way to tell something."""

PATIENCE = 60.0
"""Seconds that a slow machine is given for what takes none."""


BEFORE_STATEMENT, BEFORE_COMMIT, AFTER_COMMIT = "before a statement", "before a commit", "after a commit"
EVENTS: dict[str, tuple[Any, str]] = {
    BEFORE_STATEMENT: (Engine, "before_cursor_execute"),
    BEFORE_COMMIT: (Engine, "commit"),
    AFTER_COMMIT: (Pool, "checkin"),
}


class Death(NamedTuple):
    """At the how-many-th point of a kind, or after so many seconds, whichever is first."""

    point: str
    number: int
    after: float


def some_death(random: Random, *, points: Mapping[str, int], seconds: float) -> Death:
    """Three of four die at a point of their work, at most at the so-many-th of its kind; the others by time."""
    point = random.choice([*EVENTS])
    if random.random() < 0.75:
        return Death(point, random.randint(1, points[point]), 5 * seconds)
    return Death(point, 10**9, random.uniform(0, seconds))


class Child:
    """A forked process. What it tells comes through a pipe, whose end is its own."""

    def __init__(self, work: Work, death: Death | None) -> None:
        self._pipe, told = os.pipe()
        self._said = ""
        self.id = os.fork()
        if self.id == 0:
            _live(work, death, told)
        os.close(told)

    def first_word(self) -> str:
        """What it says when it is ready; empty when it died before."""
        self._listen(PATIENCE)
        return self._said.partition("!")[0]

    def bury(self, within: float = 0) -> str:
        """Kill it unless it dies by itself; the point at which it did, "time" for any other."""
        while self._listen(within):
            pass
        os.kill(self.id, signal.SIGKILL)
        _id, status = os.waitpid(self.id, 0)
        os.close(self._pipe)
        if os.waitstatus_to_exitcode(status) != -signal.SIGKILL:
            raise AssertionError(f"a child ended by itself: {os.waitstatus_to_exitcode(status)}")
        return self._said.partition("!")[2] or "time"

    def _listen(self, within: float) -> bool:
        """Whether it told something; not when it keeps silent or is dead."""
        told = os.read(self._pipe, 100) if select.select([self._pipe], [], [], within)[0] else b""
        self._said += told.decode()
        return bool(told)


def _live(work: Work, death: Death | None, told: int) -> None:
    """In the child, which never returns."""
    try:
        if death:
            die(death, told)
        work(lambda word: os.write(told, word.encode()))
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(1)


def die(death: Death, told: int) -> None:
    passed = count(1)

    def reach(*_arguments: Any) -> None:
        if next(passed) == death.number:
            os.write(told, f"!{death.point}".encode())
            kill()

    def kill() -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    event.listen(*EVENTS[death.point], reach)
    timer = threading.Timer(death.after, kill)
    timer.daemon = True
    timer.start()


# what they do


class Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:
        pass


def serve(app: Flask) -> Work:
    """A web worker; it tells its port."""

    def work(tell: Callable[[str], object]) -> None:
        server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
        tell(str(server.server_port))
        server.serve_forever(poll_interval=1)

    return work


def keep_timetable(app: Flask) -> Work:
    """A scheduler with the real timetable."""

    def work(_tell: Callable[[str], object]) -> None:
        scheduler = Scheduler(app, heartbeat=timedelta(seconds=1))
        scheduler.start()
        while scheduler.is_bidding:
            time.sleep(0.5)

    return work


def usurp_timetable(app: Flask) -> Work:
    """Another scheduler, which takes itself for the leader whoever leads: as one does that hung and woke up."""

    def work(tell: Callable[[str], object]) -> None:
        lease.claim = lambda _holder, *, ttl: 1
        keep_timetable(app)(tell)

    return work


def take_mail(mailbox: Path) -> Work:
    """A mail server; it tells its port, and writes the Message-ID of what it takes into a file, a line each."""

    def work(tell: Callable[[str], object]) -> None:
        with post_office.opened() as office, mailbox.open("a") as taken:

            def keep(message: EmailMessage) -> str:
                taken.write(f"{message['Message-ID']}\n")
                taken.flush()
                return post_office.TAKEN

            office.content = keep
            tell(str(office.port))
            threading.Event().wait()

    return work
