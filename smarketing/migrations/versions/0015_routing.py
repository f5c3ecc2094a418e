"""Share leads out by weights, limits, places and absences; keep who was given what, and who was credited.

Revision ID: 0015
Revises: 0014
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def instant() -> sa.DateTime:
    return sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "routing_profiles",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column(
            "weight", sa.Integer(), nullable=False, comment="share of the turn, in per cent of a full one; 0 is none"
        ),
        sa.Column(
            "most_a_day",
            sa.Integer(),
            nullable=True,
            comment="leads a day of the agreement's zone; null without limit",
        ),
        sa.Column("countries", sa.JSON(), nullable=False, comment="as leads write them; empty takes all"),
        sa.Column("languages", sa.JSON(), nullable=False, comment="of the field custom.language; empty: all"),
        sa.Column(
            "started_on",
            sa.Date(),
            nullable=True,
            comment="from when the ramp counts; null for the account's first day",
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_routing_profiles_user_id_users")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_routing_profiles")),
    )
    op.create_table(
        "absences",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("starts_at", instant(), nullable=False),
        sa.Column("ends_at", instant(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("uid", sa.String(length=200), nullable=True, comment="of the calendar file it came from"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_absences_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absences")),
    )
    op.create_index("ix_absences_user_id_ends_at", "absences", ["user_id", "ends_at"], unique=False)
    op.create_table(
        "ledger_lines",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True, comment="null where it waits for the team"),
        sa.Column("lead_id", sa.Integer(), nullable=False),
        sa.Column("share", sa.String(length=20), nullable=False),
        sa.Column(
            "why",
            sa.String(length=60),
            nullable=False,
            comment="id of the route's clause, or the event that credited it",
        ),
        sa.Column("at", instant(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_ledger_lines_user_id_users")),
        sa.ForeignKeyConstraint(["lead_id"], ["leads.id"], name=op.f("fk_ledger_lines_lead_id_leads")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_lines")),
    )
    op.create_index("ix_ledger_lines_user_id_at", "ledger_lines", ["user_id", "at"], unique=False)
    op.create_index("ix_ledger_lines_lead_id", "ledger_lines", ["lead_id"], unique=False)
    op.execute("UPDATE users SET turn = 0")


def downgrade() -> None:
    op.execute("UPDATE users SET turn = 0")
    for table in ("ledger_lines", "absences", "routing_profiles"):
        op.drop_table(table)
