"""Keep a view of the list of leads under a name, and forget it again."""

from datetime import datetime

from sqlalchemy import func, select

from smarketing.db import db
from smarketing.domain.errors import N_, Conflict, InvalidInput, Missing
from smarketing.domain.event_names import EventName
from smarketing.models.people import User
from smarketing.models.views import SavedView
from smarketing.services import journal

LONGEST_NAME = 60
LONGEST_QUERY = 2_000
MOST = 50


def save(name: str, query: str, *, is_shared: bool, actor: User, now: datetime) -> SavedView:
    """Keep a view; one of this person's with the same name is replaced."""
    name = " ".join(name.split())
    if not 0 < len(name) <= LONGEST_NAME:
        message = N_("Give the view a name of 1 to %(limit)s characters.")
        raise InvalidInput("name", message, limit=LONGEST_NAME)
    if len(query) > LONGEST_QUERY:
        raise InvalidInput("name", N_("This view has too many filters to be kept."))
    if is_shared and actor.team_id is None:
        raise InvalidInput("is_shared", N_("You belong to no team to share it with."))
    view = _known(name, actor) or _new(name, actor)
    view.query, view.team_id, view.saved_at = query, actor.team_id if is_shared else None, now
    db.session.add(view)
    db.session.flush()
    _record(EventName.VIEW_SAVED, view, actor=actor, now=now)
    return view


def forget(view_id: int, *, actor: User, now: datetime) -> SavedView:
    """Raises Missing for a view that is not this person's own."""
    view = db.session.get(SavedView, view_id)
    if view is None or view.owner_id != actor.id:
        raise Missing(N_("This view does not exist, or is not yours."))
    db.session.delete(view)
    _record(EventName.VIEW_FORGOTTEN, view, actor=actor, now=now)
    return view


def _known(name: str, actor: User) -> SavedView | None:
    is_it = (SavedView.owner_id == actor.id, SavedView.name == name)
    return db.session.scalars(select(SavedView).where(*is_it)).one_or_none()


def _new(name: str, actor: User) -> SavedView:
    of_actor = select(func.count()).select_from(SavedView).where(SavedView.owner_id == actor.id)
    if (db.session.scalar(of_actor) or 0) >= MOST:
        raise Conflict(N_("You keep %(limit)s views, which is the most. Forget one first."), limit=MOST)
    return SavedView(owner_id=actor.id, name=name)


def _record(name: EventName, view: SavedView, *, actor: User, now: datetime) -> None:
    data = {"team": view.team_id}
    journal.record(name, "view", view.id, occurred_at=now, now=now, actor_id=actor.id, data=data)
