"""The people of Cadran Boréal. Everybody signs in with the one password of the demo."""

from typing import NamedTuple

from smarketing.domain.roles import Department, Role
from smarketing.services.accounts import Person

DOMAIN = "cadran-boreal.example"
PASSWORD = "one watt at a time"  # noqa: S105 - the demo's, known to everybody
PARIS, MONTREAL = "Europe/Paris", "America/Toronto"


class Crew(NamedTuple):
    key: str
    name: str
    department: Department


TEAMS = (
    Crew("marketing", "Marketing", Department.MARKETING),
    Crew("inside-sales", "Ventes internes · Inside sales", Department.SALES),
)


def _address(name: str) -> str:
    return f"{name}@{DOMAIN}"


ADMIN = Person(_address("lucas"), "Lucas Tremblay", Role.ADMIN, None, "en", MONTREAL)
MARKETING_MANAGER = Person(_address("helene"), "Hélène Marchand", Role.MANAGER, "marketing", "fr", MONTREAL)
SALES_MANAGER = Person(_address("james"), "James Whitfield", Role.MANAGER, "inside-sales", "en", PARIS)
MARKETERS = (
    Person(_address("olivia"), "Olivia Bouchard", Role.MARKETER, "marketing", "en", MONTREAL),
    Person(_address("theo"), "Théo Lefèvre", Role.MARKETER, "marketing", "fr", PARIS),
    Person(_address("nadia"), "Nadia El Amrani · نادية العمراني", Role.MARKETER, "marketing", "fr", MONTREAL),
)
REPS = (
    Person(_address("camille"), "Camille Dufresne", Role.SALES_REP, "inside-sales", "fr", PARIS),
    Person(_address("peter"), "Peter O’Sullivan", Role.SALES_REP, "inside-sales", "en", PARIS),
    Person(
        _address("anne-sophie"),
        "Anne-Sophie de la Rochefoucauld-Montbel",
        Role.SALES_REP,
        "inside-sales",
        "fr",
        PARIS,
    ),
    Person(_address("youssef"), "Youssef Benali", Role.SALES_REP, "inside-sales", "fr", PARIS),
    Person(_address("ines"), "Inès García", Role.SALES_REP, "inside-sales", "en", PARIS),
)
EVERYBODY = (ADMIN, MARKETING_MANAGER, SALES_MANAGER, *MARKETERS, *REPS)


class SignIn(NamedTuple):
    """Whom to be, to see the product as this role sees it."""

    what: str
    person: Person


SIGN_INS = (
    SignIn("Sales rep", REPS[0]),
    SignIn("Marketer", MARKETERS[0]),
    SignIn("Manager, marketing", MARKETING_MANAGER),
    SignIn("Manager, sales", SALES_MANAGER),
    SignIn("Administrator", ADMIN),
)
