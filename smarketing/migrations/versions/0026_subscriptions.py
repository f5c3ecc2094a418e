"""Themes of the report that go out by e-mail every week.

Revision ID: 0026
Revises: 0025
"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

IS_LIVE = sa.text("ended_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "subscriptions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("theme", sa.String(length=40), nullable=False),
        sa.Column("filters", sa.JSON(), nullable=False, comment="the filters of the page, as in its address"),
        sa.Column("weekday", sa.Integer(), nullable=False, comment="0 is Monday"),
        sa.Column(
            "is_for_all", sa.Boolean(), nullable=False, comment="both departments get it; else only who ordered it"
        ),
        sa.Column("created_by_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["created_by_id"], ["users.id"], name=op.f("fk_subscriptions_created_by_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscriptions")),
    )
    op.create_index(
        "ix_subscriptions_live_next_at",
        "subscriptions",
        ["next_at"],
        unique=False,
        sqlite_where=IS_LIVE,
        postgresql_where=IS_LIVE,
    )


def downgrade() -> None:
    op.drop_index("ix_subscriptions_live_next_at", table_name="subscriptions")
    op.drop_table("subscriptions")
