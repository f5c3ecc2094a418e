"""Who works here: people by name, page by page, with how many open hand-offs are theirs; and their teams."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Select, func, select, tuple_
from sqlalchemy.orm import joinedload

from smarketing.db import among, db
from smarketing.domain.dispositions import OPEN_STATES
from smarketing.domain.importing import folded
from smarketing.domain.roles import Department, Role
from smarketing.models.handoffs import Handoff
from smarketing.models.people import Team, User

SIZE = 50
_PLACE = (func.lower(User.name), User.id)


class Wanted(NamedTuple):
    """`text` is part of a name or an e-mail address; None is any."""

    text: str = ""
    role: Role | None = None
    department: Department | None = None
    is_disabled: bool | None = None


class Line(NamedTuple):
    user: User
    open_count: int


class Page(NamedTuple):
    """`previous_id` and `next_id` are the people whose neighbours the other pages show; None where none is."""

    lines: Sequence[Line]
    previous_id: int | None
    next_id: int | None


def page_after(user_id: int | None, wanted: Wanted) -> Page:
    """The people whose names follow that person's; the first ones for None."""
    query = _chosen(wanted)
    if user_id is not None:
        query = query.where(tuple_(*_PLACE) > _place_of(user_id))
    lines = _lines(query.order_by(*_PLACE))
    shown = lines[:SIZE]
    return Page(shown, _first(shown) if user_id is not None else None, _last(shown) if len(lines) > SIZE else None)


def page_before(user_id: int, wanted: Wanted) -> Page:
    query = _chosen(wanted).where(tuple_(*_PLACE) < _place_of(user_id))
    lines = _lines(query.order_by(*(key.desc() for key in _PLACE)))
    shown = lines[:SIZE][::-1]
    return Page(shown, _first(shown) if len(lines) > SIZE else None, _last(shown))


def open_count_of(user_id: int) -> int:
    return db.session.scalar(_open_counts().where(Handoff.owner_id == user_id)) or 0


def teams() -> Sequence[tuple[Team, int]]:
    """Every team, with how many people of it can sign in."""
    is_member = (User.team_id == Team.id) & User.disabled_at.is_(None)
    query = select(Team, func.count(User.id)).outerjoin(User, is_member)
    rows = db.session.execute(query.group_by(Team.id).order_by(Team.department, Team.name))
    return [(team, count) for team, count in rows]


def _chosen(wanted: Wanted) -> Select[*tuple[Any, ...]]:
    open_counts = _open_counts().add_columns(Handoff.owner_id).group_by(Handoff.owner_id).subquery()
    query: Select[*tuple[Any, ...]] = (
        select(User, func.coalesce(open_counts.c.open_count, 0))
        .outerjoin(open_counts, open_counts.c.owner_id == User.id)
        .outerjoin(User.team)
        .options(joinedload(User.team))
    )
    if wanted.text:
        query = query.where(among(User.id, _named(wanted.text)))
    if wanted.role:
        query = query.where(User.role == wanted.role)
    if wanted.department:
        query = query.where(Team.department == wanted.department)
    if wanted.is_disabled is None:
        return query
    return query.where(User.disabled_at.is_not(None) if wanted.is_disabled else User.disabled_at.is_(None))


def _named(text: str) -> list[int]:
    """Looks at every name: a company has hundreds of people, and databases fold accents each in its own way."""
    sought = folded(text)
    people = db.session.execute(select(User.id, User.name, User.email_key))
    return [user_id for user_id, name, email in people if sought in folded(f"{name} {email}")]


def _place_of(user_id: int) -> Any:
    return select(*_PLACE).where(User.id == user_id).correlate(None).scalar_subquery()


def _lines(query: Select[*tuple[Any, ...]]) -> list[Line]:
    return [Line(user, count) for user, count in db.session.execute(query.limit(SIZE + 1))]


def _first(lines: Sequence[Line]) -> int | None:
    return lines[0].user.id if lines else None


def _last(lines: Sequence[Line]) -> int | None:
    return lines[-1].user.id if lines else None


def _open_counts() -> Select[int]:
    return select(func.count().label("open_count")).where(Handoff.state.in_(OPEN_STATES))
