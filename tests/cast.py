"""The people of the tests, and the small agreement they live by.

Marta works in marketing, Saul and Sara in sales; Manny leads marketing, Sasha leads sales, Ada runs the machine.
"""

from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from argon2 import PasswordHasher

from smarketing.db import db
from smarketing.domain.roles import Department, Role
from smarketing.domain.terms import Terms, read_terms
from smarketing.models.agreements import AgreementVersion
from smarketing.models.people import Team, User
from smarketing.services import agreements

PASSWORD = "a lantern over still water"


class Cast(NamedTuple):
    marta: User
    manny: User
    saul: User
    sara: User
    sasha: User
    ada: User


def hire(now: datetime) -> Cast:
    """Everybody, with their teams."""
    marketing = Team(key="marketing", name="Marketing", department=Department.MARKETING)
    sales = Team(key="inside-sales", name="Inside sales", department=Department.SALES)
    cast = Cast(
        marta=person("Marta Keller", Role.MARKETER, marketing, now),
        manny=person("Manny Ortiz", Role.MANAGER, marketing, now),
        saul=person("Saul Berger", Role.SALES_REP, sales, now),
        sara=person("Sara Lindqvist", Role.SALES_REP, sales, now),
        sasha=person("Sasha Petit", Role.MANAGER, sales, now),
        ada=person("Ada Wong", Role.ADMIN, None, now),
    )
    db.session.add_all(cast)
    db.session.flush()
    return cast


def person(name: str, role: Role, team: Team | None, now: datetime) -> User:
    email = f"{name.partition(' ')[0]}@Example.com"
    return User(
        email=email,
        email_key=email.lower(),
        name=name,
        role=role,
        team=team,
        password_hash=_password_hash(),
        locale="en",
        zone="Europe/Paris",
        created_at=now,
        turn=0,
    )


def agree(cast: Cast, now: datetime, **changes: Any) -> AgreementVersion:
    """The small agreement, with these changes to its document, signed by both sides and in force from `now` on."""
    version = agreements.draft(terms(**changes), actor=cast.manny, now=now)
    agreements.propose(version, effective_at=now, actor=cast.manny, now=now)
    for signatory in (cast.manny, cast.sasha):
        agreements.sign(version, signed_digest=version.digest, actor=signatory, now=now)
    agreements.put_due_versions_in_force(now=now)
    return version


def terms(**changes: Any) -> Terms:
    return read_terms(document() | changes)


def document() -> dict[str, Any]:
    """An agreement in which a director from France or Belgium who asks for a demo is an MQL."""
    office = [["09:00", "12:30"], ["13:30", "18:00"]]
    return {
        "title": words("The agreement", "L’accord"),
        "preamble": words("We promise.", "Nous promettons."),
        "scope": words("All leads.", "Tous les leads."),
        "zone": "Europe/Paris",
        "currency": "EUR",
        "term_months": 12,
        "notice_days": 30,
        "parties": [
            {"department": "marketing", "team": "marketing"},
            {"department": "sales", "team": "inside-sales"},
        ],
        "calendars": [
            {
                "id": "office",
                "zone": "Europe/Paris",
                "weekly": dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), office),
                "holidays": [{"on": "2026-04-06", "name": "Lundi de Pâques"}],
            }
        ],
        "personas": [
            clause("director", "Director", "Directeur")
            | {
                "description": words("Decides.", "Décide."),
                "when": {"field": "job_title", "contains": ["director", "directeur"]},
            },
            clause("other", "Other", "Autre") | {"description": words("Anybody.", "N’importe qui.")},
        ],
        "scoring": clause("scoring", "Scoring", "Notation")
        | {
            "fit": [
                clause("is-director", "Is a director", "Est directeur")
                | {"when": {"field": "persona", "one_of": ["director"]}, "points": 30},
                clause("is-near", "Is near", "Est proche")
                | {"when": {"field": "country", "one_of": ["FR", "BE"]}, "points": 20},
            ],
            "engagement": [
                clause("asked-for-demo", "Asked for a demo", "A demandé une démo")
                | {"engagement": "demo_request", "points": 40},
                clause("saw-prices", "Saw the prices", "A vu les prix")
                | {"engagement": "pricing_page", "points": 10, "once_per": "day"},
            ],
            "fit_limit": 70,
            "engagement_limit": 80,
        },
        "mql": clause("mql", "What an MQL is", "Ce qu’est un MQL")
        | {
            "when": {
                "all": [
                    {"field": "points", "at_least": 60},
                    {"field": "engagement_points", "at_least": 1},
                ]
            }
        },
        "sql": clause("sql", "What an SQL is", "Ce qu’est un SQL")
        | {
            "items": [
                clause("need", "Need", "Besoin"),
                clause("budget", "Budget", "Budget") | {"is_required": False},
                clause("timing", "Timing", "Échéance") | {"is_required": False},
            ],
            "at_least": 2,
        },
        "handoff": clause("handoff", "Handing off", "Transmission")
        | {
            "team": "inside-sales",
            "refusal_reasons": [
                clause("below-criteria", "Below the criteria", "Sous les critères") | {"next_step": "return"},
                clause("not-now", "Not now", "Pas maintenant") | {"next_step": "recycle"},
                clause("bad-data", "Bad data", "Données fausses") | {"next_step": "disqualify"},
            ],
            "recycle_reasons": [clause("no-budget", "No budget", "Pas de budget")],
            "loss_reasons": [clause("competitor", "A competitor won", "Un concurrent a gagné")],
        },
        "clocks": [
            clause("first-answer", "First answer", "Première réponse")
            | {
                "side": "sales",
                "starts_on": "handoff.offered",
                "stops_on": ["handoff.accepted", "handoff.refused"],
                "allowance_minutes": 240,
                "calendar": "office",
                "objective": 0.9,
            },
            clause("sql-decision", "SQL decision", "Décision SQL")
            | {
                "side": "sales",
                "starts_on": "handoff.accepted",
                "stops_on": ["handoff.confirmed", "handoff.recycled"],
                "allowance_minutes": 2400,
                "calendar": "office",
                "objective": 0.8,
            },
        ],
        "targets": [
            clause("mqls-a-month", "MQLs a month", "MQL par mois")
            | {"side": "marketing", "metric": "mqls", "owed": 120, "calendar": "office"}
        ],
    }


def clause(clause_id: str, en: str, fr: str) -> dict[str, Any]:
    return {"id": clause_id, "title": words(en, fr)}


def words(en: str, fr: str) -> dict[str, str]:
    return {"en": en, "fr": fr}


@cache
def _password_hash() -> str:
    return PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash(PASSWORD)
