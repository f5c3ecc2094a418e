"""Whether two leads may be one person: the same telephone, the same name at one company, or the same mail name there.

A likeness is a question for people to answer; nothing is ever merged by it.
"""

import re
from enum import StrEnum
from typing import Final, NamedTuple

from smarketing.domain.importing import words_of

PHONE_DIGITS: Final = 9
"""The last digits of a number, which do not depend on whether its country is written."""
FEWEST_DIGITS: Final = 7
FEWEST_LETTERS: Final = 3
_NOT_DIGIT: Final = re.compile(r"\D+")
_LEGAL_FORMS: Final = frozenset("ag bv co corp gmbh inc llc ltd nv plc sa sarl sas se spa srl".split())


class Likeness(StrEnum):
    PHONE = "phone"
    NAME = "name"
    MAIL = "mail"


class Person(NamedTuple):
    first_name: str | None
    last_name: str | None
    company: str | None
    email: str | None
    phone: str | None


def likenesses(one: Person, other: Person) -> list[Likeness]:
    """In what they are alike; empty where nothing says that they are one."""
    found = {
        Likeness.PHONE: _same(phone_key(one.phone), phone_key(other.phone)),
        Likeness.NAME: _same(names(one), names(other)) and _same(_company(one), _company(other)),
        Likeness.MAIL: _same(mail_name(one.email), mail_name(other.email)) and _is_one_company(one, other),
    }
    return [likeness for likeness, holds in found.items() if holds]


def phone_key(phone: str | None) -> str:
    """What a telephone number is known again by, however it is written; empty for too few digits."""
    digits = _NOT_DIGIT.sub("", phone or "")
    return digits[-PHONE_DIGITS:] if len(digits) >= FEWEST_DIGITS else ""


def names(person: Person) -> list[str]:
    """The words of the whole name; empty where the first or the last name is not known."""
    if not (person.first_name and person.last_name):
        return []
    return sorted(words_of(f"{person.first_name} {person.last_name}"))


def mail_name(email: str | None) -> list[str]:
    """The words before the @; empty where they are too short to tell people apart."""
    name = (email or "").partition("@")[0]
    return words_of(name) if len(name) >= FEWEST_LETTERS else []


def _is_one_company(one: Person, other: Person) -> bool:
    """By its name, or because a company has its domain in several countries."""
    return _same(_company(one), _company(other)) or _same(_domain_name(one.email), _domain_name(other.email))


def _company(person: Person) -> list[str]:
    words = words_of(person.company or "")
    return [word for word in words if word not in _LEGAL_FORMS] or words


def _domain_name(email: str | None) -> str:
    """The part of the domain that a company chose: “acme” of acme.fr and of mail.acme.com."""
    parts = (email or "").lower().partition("@")[2].split(".")
    return next((part for part in reversed(parts[:-1]) if len(part) >= FEWEST_LETTERS), "")


def _same(one: str | list[str], other: str | list[str]) -> bool:
    return bool(one) and one == other
