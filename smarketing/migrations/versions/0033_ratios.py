"""Shares owed per period by a side, a team or a person, and what there was.

Revision ID: 0033
Revises: 0032
"""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

WHO = {
    "whole": (["clause_id", "starts_on"], "user_id IS NULL AND team IS NULL"),
    "team": (["clause_id", "starts_on", "team"], "team IS NOT NULL"),
    "person": (["clause_id", "starts_on", "user_id"], "user_id IS NOT NULL"),
}


def upgrade() -> None:
    op.create_table(
        "ratios",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("agreement_version_id", sa.Integer(), nullable=False),
        sa.Column("clause_id", sa.String(60), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False, comment="exclusive"),
        sa.Column(
            "user_id",
            sa.Integer(),
            nullable=True,
            comment="who owes it; null for a team, and for the side as a whole",
        ),
        sa.Column("team", sa.String(60), nullable=True, comment="key of the team that owes it"),
        sa.Column("ramp_ratio", sa.Double(), nullable=False, comment="part of the least share left by the ramp"),
        sa.Column("part", sa.Integer(), nullable=True, comment="how many counted; null until the period has ended"),
        sa.Column("total", sa.Integer(), nullable=True, comment="among how many; null until the period has ended"),
        sa.Column(
            "closed_part",
            sa.Integer(),
            nullable=True,
            comment="as first counted; part differs when late facts restated it",
        ),
        sa.Column("closed_total", sa.Integer(), nullable=True, comment="as first counted"),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "restated_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="when late facts last changed what there was",
        ),
        sa.ForeignKeyConstraint(
            ["agreement_version_id"],
            ["agreement_versions.id"],
            name=op.f("fk_ratios_agreement_version_id_agreement_versions"),
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_ratios_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ratios")),
    )
    for name, (columns, condition) in WHO.items():
        where = {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}
        op.create_index(f"uq_ratios_{name}", "ratios", columns, unique=True, **where)
    op.create_index(op.f("ix_ratios_ends_on"), "ratios", ["ends_on"])


def downgrade() -> None:
    op.drop_table("ratios")
