"""The desk: queue, inbox, lead, search and one answer, at 10,000 and at 100,000 leads, in one run.

    python3 manage.py bench desk [ROUNDS] [KIND]

As bench/pages.py: the real application answers a signed-in test client, and both companies have as much open work. The
goal for every page is a growth of at most 1.5 between the sizes. An answer is sent from request to committed.
"""

import sys
from statistics import median, quantiles
from time import perf_counter

from flask import g
from flask.testing import FlaskClient
from sqlalchemy import select

from bench import _years
from bench._databases import KINDS, application
from bench.pages import GOAL, Time, one_of_the_first, open_lead, sign_in, timed
from smarketing.db import db
from smarketing.demo import staff
from smarketing.models.handoffs import Handoff
from smarketing.models.people import User

SIZES = (10_000, 100_000)
ROUNDS = 30


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    for kind in sys.argv[2:] or KINDS:
        few, many = (measure(kind, size, rounds) for size in SIZES)
        print(f"\n{kind:24} {SIZES[0]:>9,} leads       {SIZES[1]:>9,} leads        growth")
        print(f"{'':24} {'p50':>8} {'p95':>8}  {'p50':>9} {'p95':>8} ms")
        for name in few:
            growth = many[name].p50 / few[name].p50
            times = f"{few[name].p50:8.1f} {few[name].p95:8.1f}  {many[name].p50:9.1f} {many[name].p95:8.1f}"
            print(f"  {name:22} {times}  {growth:6.2f} x  (goal <= {GOAL}: {'kept' if growth <= GOAL else 'MISSED'})")


def measure(kind: str, size: int, rounds: int) -> dict[str, Time]:
    with application(kind, WALLCLOCK=lambda: _years.NOW) as app:
        start = perf_counter()
        _years.live(size)
        print(f"{kind}: {size:,} leads lived in {perf_counter() - start:.0f} s", flush=True)
        app.before_request_funcs.setdefault(None, []).insert(0, _forget)
        client = app.test_client()
        times = {}
        for email, addresses in _addresses().items():
            sign_in(client, email)
            times |= {name: timed(client, address, rounds) for name, address in addresses.items()}
        sign_in(client, staff.REPS[0].email)
        times["accept"] = _accepted(client)
        return times


def _forget() -> None:
    """The context that the benchmark stands in keeps nothing of the request before, as a server would not."""
    for name in list(g):
        g.pop(name)


def _addresses() -> dict[str, dict[str, str]]:
    waiting = db.session.scalar(select(Handoff.id).order_by(Handoff.id.desc()).limit(1))
    rep = {"queue of a rep": "/queue/", "context of a lead": f"/queue/{waiting}/context"}
    manager = {
        "queue of everybody": "/queue/",
        "inbox, near": "/inbox/",
        "inbox, to confirm": "/inbox/?view=held",
        "inbox, refused": "/inbox/?view=refused",
        "inbox, handed over": "/inbox/?view=handed",
        "inbox, near, no match": "/inbox/?q=nobody+at+all",
        "routing": "/routing/?country=FR",
        "ledger": "/routing/ledger",
        "disputes": "/disputes/",
        "search, no match": "/leads/?q=nobody+at+all",
        "search, one match": one_of_the_first(),
        "search, all match": "/leads/?q=company",
        "palette": "/search/?q=company",
        "lead": open_lead(),
    }
    return {staff.REPS[0].email: rep, staff.MARKETING_MANAGER.email: manager}


def _accepted(client: FlaskClient) -> Time:
    """Every hand-off that waits for this rep, one after the other."""
    rep = select(User.id).where(User.email_key == staff.REPS[0].email).scalar_subquery()
    waiting = select(Handoff.id).where(Handoff.owner_id == rep, Handoff.state == "offered").order_by(Handoff.id)
    ids = list(db.session.scalars(waiting))
    db.session.rollback()
    taken = []
    for handoff_id in ids:
        start = perf_counter()
        answer = client.post(f"/handoffs/{handoff_id}/acceptance")
        taken.append((perf_counter() - start) * 1000)
        if answer.status_code != 303:
            raise SystemExit(f"accepting answered {answer.status_code}")
    return Time(median(taken[1:]), quantiles(taken[1:], n=20)[-1])


if __name__ == "__main__":
    main()
