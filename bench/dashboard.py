"""The dashboard and the report of a small and of a large business, in one run.

    python3 manage.py bench dashboard [ROUNDS]

Both have lived the same year, one with 1,000 leads in it and the other with 100,000: a hundred times as many on every
day, the harder case than a longer history. Growth is the median at 100,000 over that at 1,000, asked in turn, so that
a machine that slows down slows both; the goal for the dashboard is at most 1.5.
"""

import sys
from statistics import median, quantiles
from time import perf_counter

from flask import Flask
from flask.testing import FlaskClient

from bench import _year, _years
from bench._databases import KINDS, application
from bench.pages import sign_in
from smarketing.demo import staff

SIZES = (1_000, 100_000)
GOAL = 1.5
PAGES = {
    "dashboard": "/",
    "dashboard of a source": "/?source=Webinar",
    "dashboard of a year": "/?period=last-year",
    "report": "/reports/",
    "promises": "/reports/themes/promises?period=this-month",
    "promises of a persona": "/reports/themes/promises?period=this-month&persona=energy-manager",
    "volume": "/reports/themes/volume",
    "speed": "/reports/themes/speed?period=this-month",
    "quality": "/reports/themes/quality?period=this-month",
    "conversion": "/reports/themes/conversion?period=this-month",
    "people": "/reports/themes/people?period=this-month",
}


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 40
    for kind in KINDS:
        settings = {"WALLCLOCK": lambda: _years.NOW}
        with application(kind, **settings) as small, application(kind, **settings) as large:
            clients = [prepared(app, size) for app, size in zip((small, large), SIZES, strict=True)]
            print(f"{kind}: p50 and p95 in ms at {SIZES[0]:,} and at {SIZES[1]:,} leads")
            for name, address in PAGES.items():
                tell(name, *measured(clients, address, rounds))


def prepared(app: Flask, size: int) -> FlaskClient:
    with app.app_context():
        _year.live(size)
        client = app.test_client()
        sign_in(client, staff.MARKETING_MANAGER.email)
        return client


def measured(clients: list[FlaskClient], address: str, rounds: int) -> list[list[float]]:
    taken: list[list[float]] = [[] for _ in clients]
    for number in range(rounds + 3):
        for times, client in zip(taken, clients, strict=True):
            start = perf_counter()
            answer = client.get(address, buffered=True)
            if number >= 3:
                times.append((perf_counter() - start) * 1000)
            if answer.status_code != 200:
                raise SystemExit(f"{address} answered {answer.status_code}")
    return taken


def tell(name: str, few: list[float], many: list[float]) -> None:
    growth = median(many) / median(few)
    verdict = f"(goal <= {GOAL}: {'kept' if growth <= GOAL else 'MISSED'})" if name == "dashboard" else ""
    told = "  ".join(f"{median(times):7.1f} {quantiles(times, n=20)[-1]:7.1f}" for times in (few, many))
    print(f"  {name:22} {told}  {growth:5.2f} x  {verdict}", flush=True)


if __name__ == "__main__":
    main()
