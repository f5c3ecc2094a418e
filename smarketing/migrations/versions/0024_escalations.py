"""Ladders of escalation are climbed: the next step of each clock, the steps taken, and whom they tell.

Revision ID: 0024
Revises: 0023
"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

IS_CLIMBING = sa.text("escalates_at IS NOT NULL AND stopped_at IS NULL AND outcome <> 'void'")
IS_TO_DO = sa.text("act IS NOT NULL AND acted_at IS NULL")
IS_TO_TELL = sa.text("told_at IS NULL AND dropped_at IS NULL")


def instant() -> sa.DateTime:
    return sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column(
        "clocks",
        sa.Column(
            "escalates_at",
            instant(),
            nullable=True,
            comment="when the next step of its ladders is due; null when there is none",
        ),
    )
    op.create_index(
        "ix_clocks_climbing_escalates_at",
        "clocks",
        ["escalates_at"],
        sqlite_where=IS_CLIMBING,
        postgresql_where=IS_CLIMBING,
    )
    op.create_table(
        "escalations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("clock_id", sa.Integer(), nullable=False),
        sa.Column(
            "ladder_id", sa.String(length=60), nullable=False, comment="the escalation clause in the version's terms"
        ),
        sa.Column("step", sa.Integer(), nullable=False, comment="its place on the ladder, from 0"),
        sa.Column("due_at", instant(), nullable=False),
        sa.Column("taken_at", instant(), nullable=False),
        sa.Column("is_void", sa.Boolean(), nullable=False, comment="the ladder did not apply to the lead at that time"),
        sa.Column("is_urgent", sa.Boolean(), nullable=False, comment="told at once, whatever the hours of who is told"),
        sa.Column("act", sa.String(length=20), nullable=True, comment="reassign or list"),
        sa.Column("acted_at", instant(), nullable=True, comment="when that was done, or found to be no longer needed"),
        sa.ForeignKeyConstraint(["clock_id"], ["clocks.id"], name=op.f("fk_escalations_clock_id_clocks")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_escalations")),
    )
    op.create_index(
        "ix_escalations_clock_id_ladder_id_step", "escalations", ["clock_id", "ladder_id", "step"], unique=True
    )
    op.create_index("ix_escalations_to_do", "escalations", ["id"], sqlite_where=IS_TO_DO, postgresql_where=IS_TO_DO)
    op.create_table(
        "escalation_calls",
        sa.Column("escalation_id", sa.Integer(), nullable=False),
        sa.Column("recipient_id", sa.Integer(), nullable=False),
        sa.Column(
            "due_at",
            instant(),
            nullable=False,
            comment="when their hours begin; at once where it is urgent",
        ),
        sa.Column("told_at", instant(), nullable=True),
        sa.Column(
            "dropped_at", instant(), nullable=True, comment="when it was found that the clock had stopped before"
        ),
        sa.ForeignKeyConstraint(
            ["escalation_id"], ["escalations.id"], name=op.f("fk_escalation_calls_escalation_id_escalations")
        ),
        sa.ForeignKeyConstraint(["recipient_id"], ["users.id"], name=op.f("fk_escalation_calls_recipient_id_users")),
        sa.PrimaryKeyConstraint("escalation_id", "recipient_id", name=op.f("pk_escalation_calls")),
    )
    op.create_index(
        "ix_escalation_calls_to_tell_due_at",
        "escalation_calls",
        ["due_at"],
        sqlite_where=IS_TO_TELL,
        postgresql_where=IS_TO_TELL,
    )


def downgrade() -> None:
    op.drop_table("escalation_calls")
    op.drop_table("escalations")
    op.drop_index("ix_clocks_climbing_escalates_at", table_name="clocks")
    op.drop_column("clocks", "escalates_at")
