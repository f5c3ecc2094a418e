"""Alembic on the application's own engine; SQLite alters tables by making them anew (batch mode)."""

from alembic import context

from smarketing import models  # noqa: F401 - every table must be known
from smarketing.db import Base, db
from smarketing.models.leads import SEARCH_INDEX


def run() -> None:
    with db.engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=connection.dialect.name == "sqlite",
            compare_type=True,
            include_name=lambda name, _kind, _parents: not (name or "").startswith(SEARCH_INDEX),
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()
    db.engine.dispose()


run()
