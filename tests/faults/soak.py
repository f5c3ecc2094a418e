"""Kill the web worker and the scheduler again and again, and see that nothing is lost and no effect happens twice.

    python3 manage.py soak [KILLS] [KIND] [--seed SEED]

A round forks both from this process, sometimes with a second scheduler that takes itself for the leader, calls on them
until the web worker is dead, and waits for the death of the others. In between the company's time goes on, so that
clocks run out, ladders are climbed and time-boxes end; the lease of a dead scheduler is taken as run out too, so that
nobody has to wait for that. At the end everybody makes sure of what was not acknowledged, each job runs in peace, and
the database is reckoned up.
"""

import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

from sqlalchemy import select, update

from bench._databases import KINDS, database
from smarketing.db import database_now, db, transaction
from smarketing.jobs.schedule import TIMETABLE
from smarketing.models.people import User
from smarketing.models.runs import SchedulerLease
from tests.conftest import migrate
from tests.faults.callers import Callers
from tests.faults.company import Company, company, disconnect
from tests.faults.mortal import (
    AFTER_COMMIT,
    BEFORE_COMMIT,
    BEFORE_STATEMENT,
    PATIENCE,
    Child,
    Death,
    keep_timetable,
    serve,
    some_death,
    take_mail,
    usurp_timetable,
)
from tests.faults.reckoning import faults
from tests.files import COLUMNS, HOT, to_import
from tests.post_office import PostOffice

WEB_POINTS = {BEFORE_STATEMENT: 140, BEFORE_COMMIT: 6, AFTER_COMMIT: 7}
"""Some five requests."""
SCHEDULER_POINTS = {BEFORE_STATEMENT: 120, BEFORE_COMMIT: 25, AFTER_COMMIT: 30}
"""Each job once."""
ALONE = 0.75
"""The share of rounds with one scheduler; in the others a second one takes itself for the leader."""
SECONDS = 0.4
"""At most, for a kill by time."""
IMPORT_EVERY, IMPORT_ROWS = 6, 20
MORNING, EVENING = 8, 17
"""Hours of UTC between which somebody is at work."""


class Soak:
    def __init__(self, company: Company, seed: int, mailbox: Path) -> None:
        self.company = company
        self._mailbox = mailbox
        self.random = Random(seed)
        self.callers = Callers(company, self.random)
        self.imported: list[str] = []
        self.deaths: Counter[str] = Counter()
        self._rounds = 0

    def run(self, kills: int) -> list[str]:
        """What is not as it must be."""
        self._warm_up()
        while self.deaths.total() < kills:
            self._pass_time()
            self._round()
        return self._end()

    def _warm_up(self) -> None:
        """Load what a first request loads once, before there is anything to fork."""
        client = self.company.app.test_client()
        assert client.get("/session/new").status_code == 200
        disconnect(self.company.app)

    def _round(self) -> None:
        self._rounds += 1
        timetables = [keep_timetable] if self.random.random() < ALONE else [keep_timetable, usurp_timetable]
        schedulers = [Child(keep(self.company.app), self._death(SCHEDULER_POINTS)) for keep in timetables]
        web = Child(serve(self.company.app), self._death(WEB_POINTS))
        if port := web.first_word().partition("!")[0]:
            with suppress(OSError):
                self.callers.call(int(port))
        self.deaths["web " + web.bury(1)] += 1
        for scheduler in schedulers:
            self.deaths["scheduler " + scheduler.bury(PATIENCE)] += 1

    def _death(self, points: Mapping[str, int]) -> Death:
        return some_death(self.random, points=points, seconds=SECONDS)

    def _pass_time(self) -> None:
        """Some minutes, or until the next morning; the scheduler's lease has run out, and a file may come in."""
        hands = self.company.hands
        hands.turn(minutes=self.random.randint(1, 6))
        if hands.now.hour >= EVENING:
            hands.turn(hours=24 - hands.now.hour + MORNING)
            self.company.sign_in()
        with self.company.app.app_context():
            with transaction():
                db.session.execute(update(SchedulerLease).values(expires_at=database_now() - timedelta(seconds=1)))
            if self._rounds % IMPORT_EVERY == 0:
                self._import()
        disconnect(self.company.app)

    def _import(self) -> None:
        emails = [f"file-{self._rounds}-{row}@example.com" for row in range(IMPORT_ROWS)]
        marketer = db.session.scalars(select(User).where(User.name.like("Marta%"))).one()
        to_import(COLUMNS + "".join(map(HOT.format, emails)), actor=marketer, now=self.company.hands.now)
        self.imported += emails

    def _end(self) -> list[str]:
        web = Child(serve(self.company.app), None)
        self.callers.make_sure(int(web.first_word()))
        web.bury()
        now = self.company.hands.turn(hours=1)
        with self.company.app.app_context():
            for job in (*TIMETABLE, *TIMETABLE):
                job.run(now=now)
            return faults(self.callers.acknowledged, self.imported, self.mails(), now=now)

    def mails(self) -> list[str]:
        return self._mailbox.read_text().splitlines()


def soak(kills: int, url: str, *, seed: int) -> bool:
    began = perf_counter()
    with mail_server() as (settings, mailbox), company(url, **settings) as founded:
        run = Soak(founded, seed, mailbox)
        found = run.run(kills)
        mails = run.mails()
    for fault in found[:50]:
        print(fault)
    done = Counter(deed.what for deed in run.callers.acknowledged)
    print(f"{run.deaths.total()} kills in {perf_counter() - began:.1f} s, seed {seed}: {listed(run.deaths)}")
    print(f"acknowledged: {listed(done)}; {len(run.imported)} leads came in files")
    print(f"{len(set(mails))} e-mails; {len(mails) - len(set(mails))} came again when their sender had been killed")
    print(f"{len(found)} faults" if found else "Nothing was lost, and no effect happened twice.")
    return not found


@contextmanager
def mail_server() -> Iterator[tuple[dict[str, Any], Path]]:
    """The settings with which it is reached, and the file that tells what it took."""
    with TemporaryDirectory(prefix="smarketing-mail-") as folder:
        mailbox, office = Path(folder) / "taken", PostOffice()
        server = Child(take_mail(mailbox), None)
        office.port = int(server.first_word())
        try:
            yield office.settings | {"SMTP_TIMEOUT": PATIENCE}, mailbox
        finally:
            server.bury()


def listed(counts: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counts.items()))


def urls(asked: list[str]) -> Iterator[str]:
    for each in asked or KINDS:
        if each not in KINDS:
            yield each
            continue
        with database(each) as url:
            migrate(url)
            yield url


def main() -> None:
    """`soak.py KILLS SEED [KIND or the URL of an empty, migrated database]...`"""
    kills, seed, *asked = sys.argv[1:]
    outcomes = [soak(int(kills), url, seed=int(seed)) for url in urls(asked)]
    if not all(outcomes):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
