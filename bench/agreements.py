"""Reading agreements: the largest of the library from its text, from its canonical form, and the version in force.

    python3 manage.py bench agreements [ROUNDS]

The goals: the largest agreement is parsed and validated in less than 20 ms (the median of many), and the version in
force is looked up without parsing it. Beside each stands a bound of the same run: the JSON of the same document parsed
by the standard library, which checks nothing.
"""

import json
import sys
from collections.abc import Callable
from statistics import median
from time import perf_counter

from bench import _years
from bench._databases import KINDS, application
from smarketing import library
from smarketing.db import db, transaction
from smarketing.domain import terms_text
from smarketing.domain.roles import Role
from smarketing.domain.terms import Terms, canonical, parse, read_terms
from smarketing.models.agreements import Agreement, AgreementVersion
from smarketing.models.people import User
from smarketing.services import agreements
from smarketing.web.differences import differences

GOAL = 20.0
DIFFERENCE = 50.0
"""In ms, for the difference of two versions of that size in words."""


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    name = max(library.names(), key=lambda each: len(library.text(each)))
    text = library.text(name)
    whole = canonical(terms_text.read(text))
    clauses = sum(1 for _ in parse(whole).clauses())
    print(f"{name}: {clauses} clauses, {len(text):,} characters as YAML, {len(whole):,} as canonical JSON; p50 in ms")
    bound = measured(lambda: json.loads(whole), rounds)
    tell("JSON read by the standard library", bound, bound)
    tell("canonical form parsed and validated", measured(lambda: Terms.model_validate_json(whole), rounds), bound)
    tell("YAML parsed and validated, with its lines", measured(lambda: terms_text.read(text), rounds), bound)
    tell("canonical form written", measured(lambda: canonical(parse(whole)), rounds), bound)
    old, new = parse(whole), changed(whole)
    with application("sqlite") as app, app.test_request_context():
        found = len(differences(old, new, {}))
        took = measured(lambda: differences(old, new, {}), rounds)
        tell(f"two versions compared ({found} clauses differ)", took, bound, goal=DIFFERENCE)
    for kind in KINDS:
        with application(kind, WALLCLOCK=lambda: _years.NOW) as app, app.app_context():
            put_in_force(whole)
            parse.cache_clear()
            tell(f"{kind}: version in force looked up", measured(look_up, rounds), bound)
            print(f"  … and parsed {parse.cache_info().misses} times in {rounds} look-ups")


def put_in_force(whole: str) -> None:
    with transaction():
        author = User(email="a@example.com", email_key="a@example.com", name="A", role=Role.MANAGER, password_hash="-",
                      locale="en", zone="UTC", created_at=_years.NOW, turn=0)  # fmt: skip
        agreement = Agreement(name="Measured", created_at=_years.NOW)
        db.session.add_all([author, agreement])
        db.session.flush()
        version = AgreementVersion(agreement_id=agreement.id, number=1, status="in_force", terms=whole, digest="0" * 64,
                                   drafted_by_id=author.id, drafted_at=_years.NOW, effective_at=_years.NOW)  # fmt: skip
        db.session.add(version)


def look_up() -> None:
    agreements.in_force()
    db.session.rollback()


def measured(work: Callable[[], object], rounds: int) -> float:
    times = []
    for _ in range(rounds + 3):
        start = perf_counter()
        work()
        times.append((perf_counter() - start) * 1000)
    return median(times[3:])


def changed(whole: str) -> Terms:
    """Another version: every promise in time twice as long, every title of a reason in other words."""
    document = json.loads(whole)
    for clock in document["clocks"]:
        clock.update({name: clock[name] * 2 for name in ("allowance_minutes", "allowance_days") if clock.get(name)})
        clock.pop("limit_minutes", None)
    for reason in document["handoff"]["refusal_reasons"]:
        reason["title"]["en"] = f"{reason['title']['en']}, as we see it"
    return read_terms(document)


def tell(name: str, took: float, bound: float, *, goal: float = GOAL) -> None:
    late = "" if took < goal else f"  OVER {goal:.0f}"
    print(f"  {name:42} {took:8.2f} ms  {took / bound:6.1f} × the bound{late}")


if __name__ == "__main__":
    main()
