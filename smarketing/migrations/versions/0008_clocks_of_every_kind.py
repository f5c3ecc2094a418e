"""Clocks that stand still, go on in parts, know their side, their calendar, their hard limit and what ended them.

Revision ID: 0008
Revises: 0007
"""

import json

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

OF_CALENDAR = "id of the calendar in the agreement by which their clocks go, where a clause asks for it"


def instant() -> sa.DateTime:
    return sa.DateTime(timezone=True)


def clock_columns() -> tuple[sa.Column, ...]:
    return (
        sa.Column("side", sa.String(length=20), nullable=False, server_default="sales", comment="who has promised"),
        sa.Column(
            "calendar_id",
            sa.String(length=60),
            nullable=True,
            comment="in the version's terms; the clause's, when null",
        ),
        sa.Column(
            "part",
            sa.Integer(),
            nullable=False,
            server_default="1",
            comment="the how-many-th of its clause and hand-off",
        ),
        sa.Column("limit_at", instant(), nullable=True, comment="when the hard limit ends; null where none was agreed"),
        sa.Column(
            "paused_at",
            instant(),
            nullable=True,
            comment="since when it stands still; due_at is out of reach meanwhile",
        ),
        sa.Column("ended_by", sa.String(length=40), nullable=True, comment="the event that ended it"),
        sa.Column(
            "restated_at", instant(), nullable=True, comment="when its verdict was last changed after it had been told"
        ),
    )


def upgrade() -> None:
    for column in clock_columns():
        op.add_column("clocks", column)
    for table in ("users", "teams"):
        op.add_column(table, sa.Column("calendar_key", sa.String(length=60), nullable=True, comment=OF_CALENDAR))
    with op.batch_alter_table("pauses") as batch:
        batch.alter_column(
            "actor_id", existing_type=sa.Integer(), nullable=True, comment="null when an event of the lead did it"
        )
    _say_whose()


def downgrade() -> None:
    op.execute("DELETE FROM pauses WHERE actor_id IS NULL")
    with op.batch_alter_table("pauses") as batch:
        batch.alter_column("actor_id", existing_type=sa.Integer(), nullable=False, comment=None)
    for table in ("teams", "users"):
        op.drop_column(table, "calendar_key")
    for column in reversed(clock_columns()):
        op.drop_column("clocks", column.name)


def _say_whose() -> None:
    """Clocks of promises that marketing has made."""
    connection = op.get_bind()
    for version_id, text in connection.execute(sa.text("SELECT id, terms FROM agreement_versions")).all():
        for clause in json.loads(text)["clocks"]:
            if clause["side"] != "sales":
                told = {"side": clause["side"], "version": version_id, "clause": clause["id"]}
                connection.execute(
                    sa.text(
                        "UPDATE clocks SET side = :side WHERE agreement_version_id = :version AND clause_id = :clause"
                    ),
                    told,
                )
