"""Rules and leads made up at random, with texts that databases easily fold, read or compare unlike Python."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from random import Random
from typing import Any

from sqlalchemy import select

from smarketing.db import db
from smarketing.domain.criteria_fields import INSTANT_FIELDS, NUMBER_FIELDS
from smarketing.domain.facts import Facts
from smarketing.domain.lifecycle import Stage
from smarketing.models.leads import Engagement, Lead
from smarketing.models.personas import Persona
from smarketing.services.subjects import facts_of

TEXTS = (
    "FR fr Director DIRECTRICE Straße STRASSE straße İstanbul ıI ΣΑΣ σας ﬁn FIN Ŀ ŉ éÉ 日本 ÀB àb a%b a_b A\\B"
    " it's 😀x Ǆ ǆ ẞ"
).split()
NUMBERS = [
    "0",
    " 17 ",
    "-3",
    "+4",
    "1e3",
    "٣",
    "12345678901234567",
    "999999999999999",
    "\u00a05\u2003",
    "5\n",
    "--1",
    "",
]
EMAILS = [None, "", "a@x.example", "A@X.Example", "two@at@y.example", "none", "b@", "@z", "l\n@x.example"]
KINDS = ["visit", "demo_request", "webinar"]
TEXT_FIELDS = ["country", "job_title", "company", "email", "email_domain", "persona", "stage", "grade", "custom.size"]


def rule(random: Random, depth: int = 0) -> dict[str, Any]:
    kind = random.random()
    if depth < 4 and kind < 0.35:
        return {random.choice(["all", "any"]): [rule(random, depth + 1) for _ in range(random.randint(1, 3))]}
    if depth < 4 and kind < 0.45:
        return {"not": rule(random, depth + 1)}
    return random.choice([_on_text, _on_number, _on_instant, _present, _engaged])(random)


def _on_text(random: Random) -> dict[str, Any]:
    field = random.choice([*TEXT_FIELDS, "custom.a\"b.c'd"])
    options = [_part(random) for _ in range(random.randint(1, 3))]
    return {"field": field, random.choice(["one_of", "contains", "starts_with", "ends_with"]): options}


def _part(random: Random) -> str:
    text = random.choice([*TEXTS, *TEXTS, "x.example", "won", "inquiry", "B2", "vip", "5", " 17 "])
    if random.random() < 0.5:
        return text
    start = random.randrange(len(text))
    return text[start : start + random.randint(1, 3)]


def _on_number(random: Random) -> dict[str, Any]:
    field = random.choice([*sorted(NUMBER_FIELDS), "custom.size", "custom.size"])
    low, high = sorted((random.randint(-20, 90), random.randint(-20, 90)))
    bound = random.choice([low, high, 10**15 - 1])
    return {"field": field} | random.choice([{"at_least": bound}, {"at_most": bound}, {"between": [low, high]}])


def _on_instant(random: Random) -> dict[str, Any]:
    return {
        "field": random.choice(sorted(INSTANT_FIELDS)),
        random.choice(["within_days", "older_than_days"]): random.randint(1, 40),
    }


def _present(random: Random) -> dict[str, Any]:
    field = random.choice([*TEXT_FIELDS, *sorted(NUMBER_FIELDS), *sorted(INSTANT_FIELDS), "custom.none"])
    return {"field": field, "present": random.random() < 0.5}


def _engaged(random: Random) -> dict[str, Any]:
    asked: dict[str, Any] = {"engagement": random.choice([*KINDS, "any"])}
    if random.random() < 0.5:
        asked["at_least"] = random.randint(1, 4)
    return asked | ({"within_days": random.randint(1, 40)} if random.random() < 0.6 else {})


def write_leads(random: Random, count: int, *, version_id: int, now: datetime) -> None:
    """Leads with engagements around now, on the session."""
    personas = [
        Persona(key=key, name_en=key, name_fr=key, agreement_version_id=version_id) for key in ("vip", "Straße")
    ]
    db.session.add_all(personas)
    db.session.flush()
    for number in range(count):
        db.session.add(_lead(random, number, personas, now))
    db.session.flush()


def _lead(random: Random, number: int, personas: Sequence[Persona], now: datetime) -> Lead:
    text = [None, "", *TEXTS, *(f"{one} {other}" for one, other in pairwise(TEXTS))]
    custom = {"size": random.choice([*NUMBERS, *TEXTS]), "a\"b.c'd": random.choice(TEXTS)}
    number_or_none = [None, -5, 0, 17, 40, 88]

    def at() -> datetime:
        return now - random.choice(
            [timedelta(days=random.randint(-3, 41)), timedelta(seconds=random.randint(-(9**7), 9**7))]
        )

    acts = {(random.choice(KINDS), at()) for _ in range(random.randint(0, 5))}
    return Lead(
        external_id=str(number),
        email=random.choice(EMAILS),
        country=random.choice(text),
        job_title=random.choice(text),
        company=random.choice(text),
        custom=custom if random.random() < 0.7 else {},
        stage=random.choice(list(Stage)),
        cycle=random.randint(0, 3),
        persona_id=random.choice([None, *(persona.id for persona in personas)]),
        points=random.choice(number_or_none),
        fit_points=random.choice(number_or_none),
        engagement_points=random.choice(number_or_none),
        grade=random.choice([None, "A1", "B2"]),
        arrived_at=at(),
        arrived_on=now.date(),
        mql_at=random.choice([None, at()]),
        sal_at=random.choice([None, at()]),
        sql_at=random.choice([None, at()]),
        recorded_at=now,
        engagements=[Engagement(kind=kind, occurred_at=acted, recorded_at=now) for kind, acted in acts],
    )


def facts_on_record(*, now: datetime) -> Mapping[int, Facts]:
    """What the database holds of every lead, as criteria in Python are asked."""
    return facts_of(db.session.scalars(select(Lead.id)).all(), now=now)
