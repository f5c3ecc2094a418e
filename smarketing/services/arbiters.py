"""Who rules for a side: those its agreement names, or else its managers."""

from collections.abc import Sequence

from sqlalchemy import select

from smarketing.db import among, db
from smarketing.domain.roles import Department
from smarketing.domain.terms import Terms
from smarketing.models.people import Team, User
from smarketing.services import notices


def of_side(side: Department, terms: Terms) -> Sequence[int]:
    """The ids of those who can sign in and belong to this side; empty where nobody does."""
    named = terms.disputes.arbiters if terms.disputes else ()
    known = (among(User.email_key, named), User.disabled_at.is_(None), Team.department == side)
    return db.session.scalars(select(User.id).join(Team).where(*known)).all() or notices.managers_of(side)


def of_both(terms: Terms) -> list[int]:
    return [user_id for side in Department for user_id in of_side(side, terms)]
