"""For the supervisor: alive, ready, and if not, why in one word."""

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text, update
from sqlalchemy.orm import Session, scoped_session

from smarketing.jobs.lease import Lease
from smarketing.models.runs import SchedulerLease

Db = scoped_session[Session]


def test_an_installation_that_is_whole_is_ready(app: Flask, client: FlaskClient) -> None:
    app.config["SCHEDULER"] = "embedded"
    Lease(app).renew()
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json) == (200, {"status": "ready"})


def test_without_a_scheduler_it_is_not_ready_where_one_is_expected(app: Flask, client: FlaskClient) -> None:
    app.config["SCHEDULER"] = "separate"
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json) == (503, {"status": "not ready", "fault": "scheduler"})
    app.config["SCHEDULER"] = "off"
    assert client.get("/readyz").status_code == 200


def test_a_scheduler_that_has_stopped_renewing_is_missed(app: Flask, client: FlaskClient, session: Db) -> None:
    app.config["SCHEDULER"] = "embedded"
    Lease(app).renew()
    session.execute(update(SchedulerLease).values(expires_at=SchedulerLease.held_since))
    session.commit()
    assert client.get("/readyz").json == {"status": "not ready", "fault": "scheduler"}


def test_pending_migrations_are_missed(client: FlaskClient, session: Db) -> None:
    revision = session.scalar(text("SELECT version_num FROM alembic_version"))
    session.execute(text("UPDATE alembic_version SET version_num = 'older'"))
    try:
        answer = client.get("/readyz")
        assert (answer.status_code, answer.json) == (503, {"status": "not ready", "fault": "migrations"})
        assert client.get("/healthz").json == {"status": "ok"}
    finally:
        session.execute(text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})
        session.commit()


def test_neither_needs_nor_gives_a_cookie(app: Flask, client: FlaskClient) -> None:
    for path in ("/healthz", "/readyz"):
        assert client.get(path).headers.getlist("Set-Cookie") == []
