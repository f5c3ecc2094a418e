"""The schema is made, unmade and made again by numbered steps; the database guards what must not change."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect, select, text, update
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session, scoped_session

from smarketing.db import Base, db, transaction
from smarketing.jobs import climb_ladders
from smarketing.models.agreements import AgreementVersion, Signature
from smarketing.models.clocks import Clock
from smarketing.models.escalations import Escalation
from smarketing.models.events import Event
from smarketing.models.leads import SEARCH_INDEX, Lead
from smarketing.reports import lead_search, readiness
from smarketing.services import agreements, handoffs
from tests.cast import Cast, agree, clause, terms
from tests.conftest import Hands, SqliteStore, application
from tests.services.desk import hand_off, owner

VERSIONS = Path(__file__).resolve().parent.parent / "smarketing" / "migrations" / "versions"


def tables(app: Flask) -> set[str]:
    with app.app_context():
        names = inspect(db.engine).get_table_names()
    return {name for name in names if name != "alembic_version" and is_modelled(name)}


def is_modelled(name: str | None, *_place: object) -> bool:
    """What a search is answered from is known to the migrations only."""
    return not (name or "").startswith(SEARCH_INDEX)


def differences(app: Flask) -> list[object]:
    with app.app_context(), db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "include_name": is_modelled})
        return list(compare_metadata(context, Base.metadata))


def test_the_steps_are_numbered_without_a_gap_and_end_in_one_head() -> None:
    names = sorted(path.name for path in VERSIONS.glob("*.py"))
    assert [name[:4] for name in names] == [f"{number:04}" for number in range(1, len(names) + 1)]
    assert all(re.fullmatch(r"\d{4}_[a-z_]+\.py", name) for name in names)
    assert readiness.expected_heads() == {names[-1][:4]}


def test_the_schema_is_what_the_models_say(app: Flask) -> None:
    assert differences(app) == []
    assert tables(app) == set(Base.metadata.tables)


@pytest.fixture
def elsewhere(database_url: str, database: str, tmp_path: Path) -> Iterator[Flask]:
    """An application on a database that may be left in any state."""
    app = application(f"sqlite:///{tmp_path / 'elsewhere.db'}" if database == "sqlite" else database_url)
    with app.app_context():
        upgrade()
        yield app
        upgrade()
        db.engine.dispose()


def test_all_steps_go_down_and_up_again(elsewhere: Flask) -> None:
    downgrade(revision="base")
    assert tables(elsewhere) == set()
    for number in range(1, len(list(VERSIONS.glob("*.py"))) + 1):
        upgrade(revision=f"{number:04}")
    assert differences(elsewhere) == []


def test_what_is_there_survives_the_last_step(
    app: Flask, session: scoped_session[Session], agreed: Cast, hands: Hands, database: str
) -> None:
    handed = hand_off(session, hands, "Zoé.Perrin@example.com")
    handoffs.accept(handed.id, actor=owner(session, handed), now=hands.now)
    session.commit()
    before = [(event.id, event.name) for event in session.query(Event).order_by(Event.id)]
    session.remove()
    downgrade(revision="-1")
    upgrade()
    assert [(event.id, event.name) for event in session.query(Event).order_by(Event.id)] == before
    assert before
    assert session.scalars(select(Lead.email).where(lead_search.found_by(["perrin"]))).all() == [
        "Zoé.Perrin@example.com"
    ]


def test_clocks_that_started_before_ladders_were_climbed_set_out_on_theirs(
    session: scoped_session[Session], cast: Cast, hands: Hands
) -> None:
    step = {"after": {"hours": 1}, "act": "list"}
    ladder = clause("ladder", "Ladder", "Paliers") | {"promises": ["first-answer"], "steps": [step]}
    agree(cast, hands.now, escalations=[ladder])
    hand_off(session, hands)
    answered = hand_off(session, hands, "b@example.com")
    handoffs.accept(answered.id, actor=owner(session, answered), now=hands.now)
    session.execute(update(Clock).values(escalates_at=None))
    session.commit()
    session.remove()
    downgrade(revision="0027")
    upgrade()
    climb_ladders.run(now=hands.turn(hours=2))
    listed = session.scalars(select(Escalation).join(Clock)).all()
    assert [(each.due_at, each.taken_at) for each in listed] == [(hands.now - timedelta(hours=1), hands.now)]
    assert session.scalars(select(Clock.escalates_at)).all() == [None] * 3


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE events SET name = 'lead.scored'",
        "DELETE FROM events",
        "UPDATE agreement_versions SET terms = '{}'",
        "UPDATE agreement_versions SET digest = 'another'",
        "UPDATE agreement_versions SET status = 'draft'",
        "DELETE FROM agreement_versions",
        "UPDATE signatures SET digest = 'another'",
        "DELETE FROM signatures",
    ],
)
def test_the_database_itself_refuses_to_change_what_was_signed_or_told(
    session: scoped_session[Session], agreed: Cast, statement: str
) -> None:
    session.commit()
    with pytest.raises(DatabaseError, match=r"append-only|never edited|never changed"), transaction():
        session.execute(text(statement))
    version = session.query(AgreementVersion).one()
    assert version.status == "in_force"
    assert session.query(Signature).count() == 2
    assert session.query(Event).count() > 0


def test_a_draft_may_still_be_edited_and_dropped(session: scoped_session[Session], cast: Cast, hands: Hands) -> None:
    agreements.draft(terms(), actor=cast.manny, now=hands.now)
    session.commit()
    session.execute(text("UPDATE agreement_versions SET digest = 'another'"))
    session.execute(text("DELETE FROM agreement_versions"))
    session.commit()
    assert session.query(AgreementVersion).count() == 0


def test_an_empty_database_on_disk_is_made_from_nothing(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path)
    store.empty()
    assert tables(application(store.url)) == set(Base.metadata.tables)
