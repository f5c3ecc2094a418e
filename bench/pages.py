"""The pages people look at all day, at 1,000 and at 100,000 leads, in one run.

    python3 manage.py bench pages [ROUNDS]

The real application answers a signed-in test client: session, permissions, queries, templates. Both companies get as
many leads a day; one has done so for a week, the other for two years. Growth is the median at 100,000 leads over that
at 1,000; the goal for the queue, the dashboard and the list's pages is at most 1.5.
"""

import sys
from collections.abc import Callable
from statistics import median, quantiles
from time import perf_counter
from typing import NamedTuple

from flask.testing import FlaskClient
from sqlalchemy import func, select

from bench import _years
from bench._databases import KINDS, application
from smarketing.db import db, transaction
from smarketing.demo import staff
from smarketing.models.clocks import Clock
from smarketing.models.leads import Lead
from smarketing.models.people import User
from smarketing.services import sessions
from smarketing.services.sessions import Origin

SIZES = (1_000, 100_000)
ROUNDS = 40
GOAL = 1.5
HELD_TO_IT = {"queue", "dashboard", "leads, first page", "leads, far page", "leads, mql only", "lead"}


class Time(NamedTuple):
    """Milliseconds."""

    p50: float
    p95: float


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    for kind in KINDS:
        few, many = (measure(kind, size, rounds) for size in SIZES)
        print(f"\n{kind:20} {SIZES[0]:>9,} leads       {SIZES[1]:>9,} leads        growth")
        print(f"{'':20} {'p50':>8} {'p95':>8}  {'p50':>9} {'p95':>8} ms")
        for name in few:
            tell(name, few[name], many[name])


def measure(kind: str, size: int, rounds: int) -> dict[str, Time]:
    with application(kind, WALLCLOCK=lambda: _years.NOW) as app:
        start = perf_counter()
        _years.live(size)
        print(f"{kind}: {size:,} leads lived in {perf_counter() - start:.0f} s", flush=True)
        client = app.test_client()
        addresses = {name: make() for name, make in ADDRESSES.items()}
        times = {}
        for name, address in addresses.items():
            sign_in(client, staff.REPS[0].email if name == "queue" else staff.MARKETING_MANAGER.email)
            times[name] = timed(client, address, rounds)
        return times


def timed(client: FlaskClient, address: str, rounds: int) -> Time:
    taken = []
    for number in range(rounds + 3):
        start = perf_counter()
        answer = client.get(address, buffered=True)
        taken.append((perf_counter() - start) * 1000)
        if answer.status_code != 200:
            raise SystemExit(f"{address} answered {answer.status_code}")
        if number < 3:
            taken.clear()
    return Time(median(taken), quantiles(taken, n=20)[-1])


def sign_in(client: FlaskClient, email: str) -> None:
    with transaction():
        user = db.session.scalars(select(User).where(User.email_key == email)).one()
        token = sessions.open_session(user, origin=Origin("127.0.0.1", "bench"), now=_years.NOW)
    with client.session_transaction() as cookie:
        cookie["token"] = token


def far_page() -> str:
    """Nine tenths down the list."""
    total = db.session.scalar(select(func.count()).select_from(Lead)) or 0
    place = select(Lead.arrived_at, Lead.id).order_by(Lead.arrived_at.desc(), Lead.id.desc()).offset(total * 9 // 10)
    at, lead_id = db.session.execute(place.limit(1)).one()
    return f"/leads/?before={int(at.timestamp() * 1_000_000)}.{lead_id}"


def one_of_the_first() -> str:
    return f"/leads/?q={db.session.scalar(select(Lead.email).order_by(Lead.id).limit(1))}"


def open_lead() -> str:
    newest = select(Clock.lead_id).where(Clock.stopped_at.is_(None)).order_by(Clock.id.desc()).limit(1)
    return f"/leads/{db.session.scalar(newest)}"


ADDRESSES: dict[str, Callable[[], str]] = {
    "queue": lambda: "/queue/",
    "dashboard": lambda: "/",
    "leads, first page": lambda: "/leads/",
    "leads, far page": far_page,
    "leads, mql only": lambda: "/leads/?stage=mql",
    "leads, most points": lambda: "/leads/?sort=points",
    "search, all match": lambda: "/leads/?q=company",
    "search, one match": one_of_the_first,
    "search, no match": lambda: "/leads/?q=nobody+at+all",
    "leads of a source": lambda: "/leads/?source=Webinar",
    "clocks of a clause": lambda: "/leads/?clause=first-answer&clock=met",
    "lead": open_lead,
    "reports": lambda: "/reports/",
}


def tell(name: str, few: Time, many: Time) -> None:
    growth = many.p50 / few.p50
    goal = f"(goal <= {GOAL}: {'kept' if growth <= GOAL else 'MISSED'})" if name in HELD_TO_IT else ""
    print(f"  {name:18} {few.p50:8.1f} {few.p95:8.1f}  {many.p50:9.1f} {many.p95:8.1f}  {growth:6.2f} x  {goal}")


if __name__ == "__main__":
    main()
