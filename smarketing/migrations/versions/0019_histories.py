"""Past hand-offs of other systems.

Revision ID: 0019
Revises: 0018
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "histories",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("filename", sa.String(length=255), nullable=False),
        sa.Column("zone", sa.String(length=60), nullable=False, comment="of times in the file that name none"),
        sa.Column("lead_count", sa.Integer(), nullable=False),
        sa.Column("event_count", sa.Integer(), nullable=False, comment="rows that were taken, each once"),
        sa.Column("repeated_count", sa.Integer(), nullable=False, comment="rows that said again what another row says"),
        sa.Column("rejected_count", sa.Integer(), nullable=False),
        sa.Column(
            "rejected",
            sa.JSON(),
            nullable=False,
            comment="the first rows that could not be taken: row, field, msgid and params",
        ),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "last_at", sa.DateTime(timezone=True), nullable=False, comment="what was not due by then is not judged"
        ),
        sa.Column("created_by_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["created_by_id"], ["users.id"], name=op.f("fk_histories_created_by_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_histories")),
    )
    op.create_table(
        "history_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("history_id", sa.Integer(), nullable=False),
        sa.Column(
            "lead", sa.String(length=120), nullable=False, comment="its id in the other system, or a digest of it"
        ),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=120), nullable=False),
        sa.Column("owner", sa.String(length=120), nullable=False),
        sa.Column("detail", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(["history_id"], ["histories.id"], name=op.f("fk_history_events_history_id_histories")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_history_events")),
    )
    op.create_index(
        "ix_history_events_history_id_lead_at", "history_events", ["history_id", "lead", "at", "id"], unique=False
    )


def downgrade() -> None:
    op.drop_index("ix_history_events_history_id_lead_at", table_name="history_events")
    op.drop_table("history_events")
    op.drop_table("histories")
