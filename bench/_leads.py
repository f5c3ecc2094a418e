"""The same invented leads on every run: twelve columns, every twentieth row a lead that has come before."""

import csv
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from smarketing.domain.importing import folded

COLUMNS = (
    "external_id first_name last_name email phone company job_title country source campaign industry demo_request"
).split()
CAME = datetime(2026, 2, 2, 8, tzinfo=UTC)
"""When the first of them asked for a demonstration; the others within four weeks."""
FIRST_NAMES = "Adèle Benoît Camille Chloé Étienne Grace Hugo Inès José Karim Léa Manon Noémie Olivier Peter".split()
LAST_NAMES = "Bouchard Côté Dubois Fabre Gagné Haddad Kowalski Lévesque Martin Nadeau O’Brien Perrin Roy Weber".split()
JOB_TITLES = "Energy manager|Directeur d’usine|Plant manager|Responsable achats|Étudiant|Comptable".split("|")
INDUSTRIES = "metals paper plastics chemicals agri-food retail banking".split()
COUNTRIES = "FR FR FR BE CH CA DE".split()
SOURCES = ("Google", "Google Ads", "LinkedIn", "Webinar", "Partner", "")


def write(path: Path, count: int) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows(rows(count))


def rows(count: int) -> Iterator[tuple[str, ...]]:
    random = Random(20260302)
    recent: list[tuple[str, ...]] = []
    for number in range(count):
        if number % 20 == 19:
            yield random.choice(recent)
            continue
        row = _row(number, random)
        recent = [*recent[-999:], row]
        yield row


def _row(number: int, random: Random) -> tuple[str, ...]:
    first, last = random.choice(FIRST_NAMES), random.choice(LAST_NAMES)
    company = number % 9973
    asked_at = CAME + timedelta(minutes=random.randrange(28 * 1440))
    return (
        f"L{number:07d}",
        first,
        last,
        f"{folded(first)}.{folded(last)}.{number}@company{company}.example",
        f"+33 1 {random.randrange(10**8):08d}" if random.random() < 0.7 else "",
        f"Company {company}",
        random.choice(JOB_TITLES),
        random.choice(COUNTRIES),
        random.choice(SOURCES),
        f"Campaign {random.randrange(24):02d}",
        random.choice(INDUSTRIES),
        asked_at.isoformat() if random.random() < 0.47 else "",
    )
