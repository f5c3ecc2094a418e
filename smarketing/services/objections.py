"""Keep people out who asked never to be brought in again, without keeping their address."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import select

from smarketing.db import among, db
from smarketing.domain.erasing import digest
from smarketing.domain.errors import N_, InvalidInput
from smarketing.domain.importing import Row
from smarketing.models.objections import Objection
from smarketing.models.people import User

REFUSED: Final = N_("This person has asked never to be brought in again.")


def write(email: str, *, actor: User, now: datetime) -> None:
    """Once per address, however often they ask."""
    known = digest(email)
    if db.session.get(Objection, known) is None:
        db.session.add(Objection(digest=known, recorded_at=now, recorded_by_id=actor.id))


def among_rows(rows: Sequence[Row]) -> frozenset[str]:
    """The addresses of these rows that are kept out, as the rows write them."""
    if db.session.scalar(select(Objection.digest).limit(1)) is None:
        return frozenset()
    by_digest = {digest(row.facts["email"]): row.facts["email"] for row in rows if "email" in row.facts}
    found = db.session.scalars(select(Objection.digest).where(among(Objection.digest, by_digest)))
    return frozenset(by_digest[each] for each in found)


def check(email: str) -> None:
    """Raises InvalidInput naming the field for an address that is kept out."""
    if db.session.get(Objection, digest(email)) is not None:
        raise InvalidInput("email", REFUSED)
