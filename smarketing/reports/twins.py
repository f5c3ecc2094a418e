"""Leads that may be one person with another: found by telephone, name and mail name, judged by the domain."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import select

from smarketing.db import db
from smarketing.domain import twins
from smarketing.domain.importing import words_of
from smarketing.domain.twins import Likeness, Person
from smarketing.models.leads import IS_KNOWN, Lead
from smarketing.models.merges import Merge
from smarketing.reports import lead_search

MOST = 5
LOOKED_AT = 20
"""How many leads are looked at for each way of being alike."""


class Twin(NamedTuple):
    lead: Lead
    likenesses: Sequence[Likeness]


def of(lead: Lead) -> list[Twin]:
    """The most alike first; none that people have said is somebody else."""
    if lead.erased_at is not None:
        return []
    person, others = _person(lead), _candidates(lead)
    found = [Twin(each, likenesses) for each in others if (likenesses := twins.likenesses(person, _person(each)))]
    return sorted(found, key=lambda twin: (-len(twin.likenesses), twin.lead.id))[:MOST] if found else []


def _candidates(lead: Lead) -> Sequence[Lead]:
    person = _person(lead)
    phone = twins.phone_key(lead.phone)
    ways = (twins.names(person), twins.mail_name(lead.email), [phone] if phone else [])
    apart = {each for pair in db.session.execute(Merge.ever_with([lead.id])) for each in pair} | {lead.id}
    found: dict[int, Lead] = {}
    for words in ways:
        if words := [each for word in words for each in words_of(word)][: lead_search.MOST_WORDS]:
            is_alike = (lead_search.found_by(words), Lead.id.not_in(apart), IS_KNOWN)
            found |= {each.id: each for each in db.session.scalars(select(Lead).where(*is_alike).limit(LOOKED_AT))}
    return list(found.values())


def _person(lead: Lead) -> Person:
    return Person(lead.first_name, lead.last_name, lead.company, lead.email, lead.phone)
