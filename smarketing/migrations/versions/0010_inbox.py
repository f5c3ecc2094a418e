"""The marketer's inbox: refusals agreed with, decisions about many leads, and the indexes that find what waits.

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

IS_TO_DO = sa.text("state IN ('waiting', 'undoing')")
IS_HELD = sa.text("is_held")
IS_UNANSWERED = sa.text("kind = 'refused' AND agreed_at IS NULL AND overturned_at IS NULL")
INDEXES = (
    ("ix_leads_held_id", "leads", ["id"], IS_HELD),
    ("ix_dispositions_refused_unanswered", "dispositions", ["id"], IS_UNANSWERED),
)


def instant() -> sa.DateTime:
    return sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "bulks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("verb", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=False),
        sa.Column("begun_at", instant(), nullable=False),
        sa.Column("row_count", sa.Integer(), nullable=False),
        sa.Column("undone_at", instant(), nullable=True, comment="when it was asked to be undone"),
        sa.ForeignKeyConstraint(["actor_id"], ["users.id"], name=op.f("fk_bulks_actor_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulks")),
    )
    op.create_table(
        "bulk_rows",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("bulk_id", sa.Integer(), nullable=False),
        sa.Column("lead_id", sa.Integer(), nullable=False),
        sa.Column("handoff_id", sa.Integer(), nullable=True, comment="whose refusal is agreed with"),
        sa.Column(
            "was_held",
            sa.Boolean(),
            nullable=False,
            comment="whether the lead was held back before, to be put back by an undo",
        ),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("message", sa.Text(), nullable=True, comment="English msgid: why it failed, or stands"),
        sa.Column("params", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(["bulk_id"], ["bulks.id"], name=op.f("fk_bulk_rows_bulk_id_bulks")),
        sa.ForeignKeyConstraint(["lead_id"], ["leads.id"], name=op.f("fk_bulk_rows_lead_id_leads")),
        sa.ForeignKeyConstraint(["handoff_id"], ["handoffs.id"], name=op.f("fk_bulk_rows_handoff_id_handoffs")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_rows")),
    )
    op.create_index("ix_bulk_rows_bulk_id_state", "bulk_rows", ["bulk_id", "state", "id"], unique=False)
    op.create_index(
        "ix_bulk_rows_to_do",
        "bulk_rows",
        ["bulk_id", "id"],
        unique=False,
        sqlite_where=IS_TO_DO,
        postgresql_where=IS_TO_DO,
    )
    op.add_column(
        "dispositions",
        sa.Column(
            "agreed_at", instant(), nullable=True, comment="when marketing said that it agrees with this refusal"
        ),
    )
    for name, table, columns, condition in INDEXES:
        op.create_index(name, table, columns, unique=False, sqlite_where=condition, postgresql_where=condition)


def downgrade() -> None:
    for name, table, _columns, condition in reversed(INDEXES):
        op.drop_index(name, table_name=table, sqlite_where=condition, postgresql_where=condition)
    op.drop_column("dispositions", "agreed_at")
    op.drop_table("bulk_rows")
    op.drop_table("bulks")
