"""What figures can be narrowed to: teams, personas and versions."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from smarketing.db import db
from smarketing.domain.roles import Department, Role
from smarketing.models.agreements import AgreementVersion
from smarketing.models.people import Team, User
from smarketing.models.personas import Persona
from smarketing.reports.agreed import WAS_IN_FORCE


def sales_teams() -> list[tuple[str, str]]:
    """Keys and names."""
    query = select(Team.key, Team.name).where(Team.department == Department.SALES).order_by(Team.name, Team.id)
    return [(key, name) for key, name in db.session.execute(query)]


def personas() -> Sequence[Persona]:
    return db.session.scalars(select(Persona).order_by(Persona.id)).all()


def versions() -> Sequence[int]:
    """Numbers of those that are or were in force, the newest first."""
    query = select(AgreementVersion.number).where(AgreementVersion.status.in_(WAS_IN_FORCE))
    return db.session.scalars(query.order_by(AgreementVersion.number.desc())).all()


def names() -> dict[int, str]:
    """Of everybody, by id."""
    return dict(db.session.execute(select(User.id, User.name)).all())


def version_with_before(number: int | None) -> Sequence[AgreementVersion]:
    """The version of this number, else the latest, that is or was in force, and the one before it."""
    query = select(AgreementVersion).where(AgreementVersion.status.in_(WAS_IN_FORCE))
    if number is not None:
        query = query.where(AgreementVersion.number <= number)
    return db.session.scalars(query.order_by(AgreementVersion.number.desc()).limit(2)).all()


def seen_by(reader: User) -> dict[int, str]:
    """Names, by id, of the people whose own figures somebody may see: themselves, and for a manager their side."""
    seen = {reader.id: reader.name}
    if reader.role is not Role.MANAGER or reader.department is None:
        return seen
    query = select(User.id, User.name).join(Team, Team.id == User.team_id)
    return seen | dict(db.session.execute(query.where(Team.department == reader.department)).all())


def effective() -> list[tuple[datetime, int]]:
    """When each version came into force, with its number, the earliest first."""
    query = select(AgreementVersion.effective_at, AgreementVersion.number)
    came = query.where(AgreementVersion.status.in_(WAS_IN_FORCE), AgreementVersion.effective_at.is_not(None))
    rows = db.session.execute(came.order_by(AgreementVersion.effective_at))
    return [(at, number) for at, number in rows if at is not None]
