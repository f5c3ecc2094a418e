"""Instants, transactions and bulk loading, on both databases."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError, StatementError
from sqlalchemy.orm import Session, scoped_session

from smarketing.db import among, bulk_insert, database_now, db, next_ids, transaction
from smarketing.domain.roles import Department
from smarketing.models.events import Event
from smarketing.models.people import Team, User
from tests.cast import Cast

Db = scoped_session[Session]
COLUMNS = ("id", "key", "name", "department")


def team(number: int) -> tuple[int, str, str, str]:
    return number, f"team-{number}", f"Team {number}", Department.SALES.value


@pytest.mark.parametrize(
    "instant",
    [
        datetime(2026, 3, 2, 8, tzinfo=UTC),
        datetime(2026, 3, 2, 8, 0, 0, 123456, tzinfo=UTC),
        datetime(2026, 10, 25, 2, 30, tzinfo=ZoneInfo("Europe/Paris"), fold=0),
        datetime(2026, 10, 25, 2, 30, tzinfo=ZoneInfo("Europe/Paris"), fold=1),
        datetime(2026, 3, 2, 8, tzinfo=timezone(timedelta(hours=-3, minutes=-30))),
    ],
)
def test_an_instant_comes_back_as_it_went_in_and_in_utc(session: Db, cast: Cast, instant: datetime) -> None:
    cast.saul.created_at = instant
    session.commit()
    session.expire_all()
    assert cast.saul.created_at == instant.astimezone(UTC)
    assert cast.saul.created_at.utcoffset() == timedelta(0)


def test_a_naive_instant_is_refused(session: Db, cast: Cast) -> None:
    cast.saul.created_at = datetime(2026, 3, 2, 8)  # noqa: DTZ001 - that is the point
    with pytest.raises(StatementError, match="naive datetime refused"):
        session.flush()


def test_the_clock_of_the_database_is_aware_and_right(session: Db) -> None:
    told = database_now()
    assert told.utcoffset() == timedelta(0)
    assert abs(told - datetime.now(UTC)) < timedelta(minutes=1)  # noqa: TID251 - compared with the machine's own


def test_a_block_that_fails_leaves_nothing(session: Db, cast: Cast) -> None:
    session.commit()

    def spoil() -> None:
        with transaction():
            cast.saul.name = "Somebody else"
            session.flush()
            raise LookupError

    with pytest.raises(LookupError):
        spoil()
    assert session.scalar(select(User.name).where(User.id == cast.saul.id)) == "Saul Berger"


def in_threads(app: Flask, work: Callable[[int], None], *, threads: int, times: int) -> None:
    def run(number: int) -> None:
        with app.app_context():
            for _time in range(times):
                work(number)
            db.session.remove()

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(run, range(threads)))


def test_of_many_who_count_at_once_none_is_lost(app: Flask, session: Db, cast: Cast) -> None:
    """Read, then write, as a deferred transaction on SQLite would lose it."""
    saul_id = cast.saul.id
    session.commit()

    def count(_number: int) -> None:
        with transaction():
            turn = db.session.scalar(select(User.turn).where(User.id == saul_id).with_for_update())
            db.session.execute(update(User).where(User.id == saul_id).values(turn=(turn or 0) + 1))

    in_threads(app, count, threads=8, times=50)
    session.expire_all()
    assert cast.saul.turn == 400


def test_ids_that_are_reserved_at_once_never_meet(app: Flask, session: Db) -> None:
    session.commit()

    def load(_number: int) -> None:
        with transaction():
            bulk_insert(Team, COLUMNS, [team(number) for number in next_ids(Team, 5)])

    in_threads(app, load, threads=6, times=10)
    assert session.scalar(select(func.count()).select_from(Team)) == 300


def test_rows_loaded_in_bulk_read_as_those_that_are_added(session: Db, cast: Cast) -> None:
    at = datetime(2026, 3, 2, 8, 0, 0, 5, tzinfo=UTC)
    (event_id,) = next_ids(Event, 1)
    columns = "id name subject_type subject_id lead_id occurred_at recorded_at data".split()
    bulk_insert(Event, columns, [(event_id, "lead.arrived", "lead", 7, None, at, at, '{"é":"\\t\\n\\\\"}')])
    event = session.get_one(Event, event_id)
    assert (event.occurred_at, event.lead_id, event.data) == (at, None, {"é": "\t\n\\"})


def test_a_row_that_is_there_already_stops_the_whole_load(session: Db) -> None:
    bulk_insert(Team, COLUMNS, [team(1)])
    session.commit()
    with pytest.raises(IntegrityError), transaction():
        bulk_insert(Team, COLUMNS, [team(2), team(1)])
    assert session.scalars(select(Team.id)).all() == [1]


def test_nothing_to_load_is_no_fault(session: Db) -> None:
    bulk_insert(Team, COLUMNS, [])
    assert list(next_ids(Team, 0)) == []


@pytest.mark.parametrize("wanted", [[], ["team-2"], ["team-1", "team-3", "nobody"], [f"team-{n}" for n in range(5000)]])
def test_among_is_the_same_as_in_however_many_there_are(session: Db, wanted: list[str]) -> None:
    bulk_insert(Team, COLUMNS, [team(number) for number in (1, 2, 3)])
    found = session.scalars(select(Team.key).where(among(Team.key, wanted)).order_by(Team.id)).all()
    assert found == [key for key in ("team-1", "team-2", "team-3") if key in wanted]
