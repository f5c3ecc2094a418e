"""What was agreed, as the figures need it: the terms in force, and clauses of older versions by their id."""

from typing import NamedTuple

from sqlalchemy import select

from smarketing.db import db
from smarketing.domain.business_time import BusinessCalendar
from smarketing.domain.calendars import compiled
from smarketing.domain.clauses import Words
from smarketing.domain.signing import OVER, VersionStatus
from smarketing.domain.terms import Terms, parse
from smarketing.domain.terms_clocks import ClockClause
from smarketing.domain.terms_consequences import ConsequenceClause
from smarketing.models.agreements import AgreementVersion

WAS_IN_FORCE = (VersionStatus.IN_FORCE, *OVER)
DEFAULT_ZONE = "UTC"


class Agreed(NamedTuple):
    """The version that figures are read under: the one in force, else the latest that was."""

    version_id: int
    number: int
    terms: Terms
    is_in_force: bool


def latest() -> Agreed | None:
    columns = (AgreementVersion.id, AgreementVersion.number, AgreementVersion.terms, AgreementVersion.status)
    newest = select(*columns).where(AgreementVersion.status.in_(WAS_IN_FORCE)).order_by(AgreementVersion.number.desc())
    row = db.session.execute(newest.limit(1)).first()
    if row is None:
        return None
    version_id, number, terms, status = row
    return Agreed(version_id, number, parse(terms), status is VersionStatus.IN_FORCE)


def zone_of(agreed: Agreed | None) -> str:
    """The zone whose days the figures count."""
    return agreed.terms.zone if agreed else DEFAULT_ZONE


def terms_of(version_id: int) -> Terms:
    text = select(AgreementVersion.terms).where(AgreementVersion.id == version_id)
    return parse(db.session.execute(text).scalar_one())


def calendar_of(version_id: int, clause_id: str) -> BusinessCalendar:
    """The calendar that a clock of this clause runs on under this version."""
    terms = terms_of(version_id)
    return compiled(terms.calendar(terms.clock(clause_id).calendar))


def first_answer(terms: Terms) -> ClockClause | None:
    """The clause under which sales answers a hand-off first; None when nothing of the kind was promised."""
    return next((clause for clause in terms.clocks if clause.starts_on == "handoff.offered"), None)


def leaving_out() -> list[tuple[int, list[str]]]:
    """Each version with its clocks of which a miss leaves the hand-off out of the conversion, where it has some."""
    texts = select(AgreementVersion.id, AgreementVersion.terms).where(AgreementVersion.status.in_(WAS_IN_FORCE))
    found = []
    for version_id, text in db.session.execute(texts.order_by(AgreementVersion.id)):
        terms = parse(text)
        clocks = {clause.id for clause in terms.clocks}
        named = {one for each in terms.consequences if _leaves_out(each) for one in each.promises}
        if clocks & named:
            found.append((version_id, sorted(clocks & named)))
    return found


def _leaves_out(clause: ConsequenceClause) -> bool:
    return clause.relief == "out_of_conversion" and clause.per == "case"


def refusal_reasons() -> dict[str, Words]:
    """The words of every reason that was ever agreed; those of the latest version win."""
    titles: dict[str, Words] = {}
    texts = select(AgreementVersion.terms).where(AgreementVersion.status.in_(WAS_IN_FORCE))
    for text in db.session.scalars(texts.order_by(AgreementVersion.number)):
        titles.update((reason.id, reason.title) for reason in parse(text).handoff.refusal_reasons)
    return titles
