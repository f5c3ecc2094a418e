"""Answers that a time-box gives, because nobody had.

Revision ID: 0023
Revises: 0022
"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

IS_BOXED = sa.text("timebox_at IS NOT NULL")


def upgrade() -> None:
    op.add_column(
        "handoffs",
        sa.Column(
            "timebox_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="when the first agreed time-box of its stage ends; null where nothing happens by itself",
        ),
    )
    op.create_index(
        "ix_handoffs_timebox_at",
        "handoffs",
        ["timebox_at"],
        unique=False,
        sqlite_where=IS_BOXED,
        postgresql_where=IS_BOXED,
    )
    # what stands open is looked at once by the job, which then knows when to look again
    op.execute("UPDATE handoffs SET timebox_at = offered_at WHERE state IN ('offered', 'accepted', 'confirmed')")
    with op.batch_alter_table("dispositions") as batch:
        batch.add_column(
            sa.Column("clause_id", sa.String(length=60), nullable=True, comment="the time-box that answered")
        )
        batch.alter_column(
            "actor_id",
            existing_type=sa.Integer(),
            nullable=True,
            comment="null when a time-box answered, because nobody had",
        )


def downgrade() -> None:
    op.execute("DELETE FROM dispositions WHERE actor_id IS NULL")
    with op.batch_alter_table("dispositions") as batch:
        batch.alter_column("actor_id", existing_type=sa.Integer(), nullable=False, comment=None)
        batch.drop_column("clause_id")
    op.drop_index("ix_handoffs_timebox_at", table_name="handoffs")
    op.drop_column("handoffs", "timebox_at")
