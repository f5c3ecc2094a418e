"""What one side asks to change in the version in force, and what the other answered.

Revision ID: 0021
Revises: 0020
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

IS_OPEN = sa.text("state = 'open'")


def instant() -> sa.DateTime:
    return sa.DateTime(timezone=True)


def to(table: str, column: str, *, ondelete: str | None = None) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_amendments_{column}_{table}")
    return sa.ForeignKeyConstraint([column], [f"{table}.id"], name=name, ondelete=ondelete)


def upgrade() -> None:
    op.create_table(
        "amendments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False, comment="the whole text as it would be, frozen"),
        sa.Column("base_id", sa.Integer(), nullable=False, comment="the version in force that it would change"),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("side", sa.String(length=20), nullable=False, comment="who asks"),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column(
            "request",
            sa.JSON(),
            nullable=False,
            comment="what the agreement asks a request to say, by the id of the item",
        ),
        sa.Column("is_correction", sa.Boolean(), nullable=False),
        sa.Column("sent_by_id", sa.Integer(), nullable=False),
        sa.Column("sent_at", instant(), nullable=False),
        sa.Column("acceptable_at", instant(), nullable=False, comment="from when on it may be accepted"),
        sa.Column("answer_due_at", instant(), nullable=False, comment="from then on it has lapsed unless answered"),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("closed_at", instant(), nullable=True),
        sa.Column("draft_id", sa.Integer(), nullable=True, comment="the draft that became of it"),
        to("agreement_versions", "version_id"),
        to("agreement_versions", "base_id"),
        to("users", "sent_by_id"),
        to("users", "answered_by_id"),
        to("agreement_versions", "draft_id", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_amendments")),
    )
    op.create_index("uq_amendments_version_id", "amendments", ["version_id"], unique=True)
    op.create_index(
        "ix_amendments_open", "amendments", ["answer_due_at"], sqlite_where=IS_OPEN, postgresql_where=IS_OPEN
    )


def downgrade() -> None:
    op.drop_table("amendments")
    op.execute("UPDATE agreement_versions SET status = 'withdrawn' WHERE status = 'amendment'")
