"""Invented facts, with the roll-ups in every state they can be in."""

from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from smarketing.models.agreements import AgreementVersion
from smarketing.models.leads import Lead
from smarketing.services import tallies
from tests.cast import Cast
from tests.conftest import Hands
from tests.reports import invented

Db = scoped_session[Session]


def nothing_is_rolled_up(_session: Db) -> None:
    """Every day is counted live."""


def all_is_rolled_up(_session: Db) -> None:
    while tallies.recount_stale():
        pass


def half_is_rolled_up(_session: Db) -> None:
    tallies.recount_stale(limit=60)


def much_has_changed_since(session: Db) -> None:
    """Days that were rolled up are marked again, because facts came late."""
    all_is_rolled_up(session)
    for lead in session.scalars(select(Lead).where(Lead.id % 7 == 0)):
        lead.won_at = lead.sql_at = lead.sal_at = lead.mql_at
        lead.source = "Webinar" if lead.source is None else None
    session.flush()
    tallies.mark_leads([*session.scalars(select(Lead.id).where(Lead.id % 7 == 0))])


@pytest.fixture(params=[nothing_is_rolled_up, all_is_rolled_up, half_is_rolled_up, much_has_changed_since])
def facts(request: pytest.FixtureRequest, session: Db, agreed: Cast, hands: Hands) -> list[Lead]:
    """Every lead there is."""
    hands.set(invented.NOW)
    version_id = session.scalars(select(AgreementVersion.id)).one()
    invented.leads(150, agreed, version_id, seed=2026)
    invented.mark_all()
    state: Callable[[Db], None] = request.param
    state(session)
    return [*session.scalars(select(Lead))]
