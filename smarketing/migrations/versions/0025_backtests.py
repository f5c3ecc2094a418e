"""Drafts are judged over past days before anybody signs.

Revision ID: 0025
Revises: 0024
"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

IS_UNFINISHED = sa.text("finished_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "backtests",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("base_version_id", sa.Integer(), nullable=False, comment="what it is compared with"),
        sa.Column("terms", sa.Text(), nullable=False, comment="canonical JSON of the version as it was judged"),
        sa.Column("digest", sa.String(length=64), nullable=False, comment="SHA-256 of terms, hex"),
        sa.Column(
            "starts_on", sa.Date(), nullable=False, comment="days of the zone of the version it is compared with"
        ),
        sa.Column("ends_on", sa.Date(), nullable=False, comment="the day after the last"),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lead_count", sa.Integer(), nullable=False, comment="leads to judge, as of asked_at"),
        sa.Column("judged_count", sa.Integer(), nullable=False),
        sa.Column(
            "last_lead_id", sa.Integer(), nullable=False, comment="how far it is: leads up to this id are judged"
        ),
        sa.Column(
            "partly_known_count",
            sa.Integer(),
            nullable=False,
            comment="leads with facts that were written later, which are left out until then",
        ),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("result", sa.Text(), nullable=True, comment="JSON, see domain/backtest.py: Comparison"),
        sa.ForeignKeyConstraint(["asked_by_id"], ["users.id"], name=op.f("fk_backtests_asked_by_id_users")),
        sa.ForeignKeyConstraint(
            ["base_version_id"], ["agreement_versions.id"], name=op.f("fk_backtests_base_version_id_agreement_versions")
        ),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["agreement_versions.id"],
            name=op.f("fk_backtests_version_id_agreement_versions"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_backtests")),
    )
    op.create_index("ix_backtests_version_id", "backtests", ["version_id", "id"])
    op.create_index(
        "ix_backtests_unfinished", "backtests", ["id"], sqlite_where=IS_UNFINISHED, postgresql_where=IS_UNFINISHED
    )
    op.create_table(
        "backtest_leads",
        sa.Column("backtest_id", sa.Integer(), nullable=False),
        sa.Column("lead_id", sa.Integer(), nullable=False),
        sa.Column("fate", sa.String(length=20), nullable=False),
        sa.Column("base_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("base_points", sa.Integer(), nullable=True),
        sa.Column("base_persona", sa.String(length=60), nullable=True),
        sa.Column(
            "base_is_stock", sa.Boolean(), nullable=True, comment="met the criteria on the first day, known before"
        ),
        sa.Column("draft_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("draft_points", sa.Integer(), nullable=True),
        sa.Column("draft_persona", sa.String(length=60), nullable=True),
        sa.Column("draft_is_stock", sa.Boolean(), nullable=True),
        sa.Column(
            "other_points",
            sa.Integer(),
            nullable=True,
            comment="under the version that did not make it one, at that instant",
        ),
        sa.Column(
            "other_reasons",
            sa.JSON(),
            nullable=True,
            comment="why not: reasons as stored with a score, without texts found",
        ),
        sa.ForeignKeyConstraint(
            ["backtest_id"], ["backtests.id"], name=op.f("fk_backtest_leads_backtest_id_backtests"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["lead_id"], ["leads.id"], name=op.f("fk_backtest_leads_lead_id_leads")),
        sa.PrimaryKeyConstraint("backtest_id", "lead_id", name=op.f("pk_backtest_leads")),
    )
    op.create_index("ix_backtest_leads_fate", "backtest_leads", ["backtest_id", "fate", "lead_id"])


def downgrade() -> None:
    op.drop_table("backtest_leads")
    op.drop_table("backtests")
