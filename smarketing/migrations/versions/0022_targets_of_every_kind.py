"""Volumes owed per period of any length by a side, a team or a person, and what there was; MQLs by day and persona.

Revision ID: 0022
Revises: 0021
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

WHO = {
    "whole": (["clause_id", "starts_on"], "user_id IS NULL AND team IS NULL"),
    "team": (["clause_id", "starts_on", "team"], "team IS NOT NULL"),
    "person": (["clause_id", "starts_on", "user_id"], "user_id IS NOT NULL"),
}


def upgrade() -> None:
    with op.batch_alter_table("targets") as targets:
        targets.drop_constraint(op.f("uq_targets_clause_id_starts_on"), type_="unique")
        targets.add_column(
            sa.Column(
                "user_id",
                sa.Integer(),
                nullable=True,
                comment="who owes it; null for a team, and for the side as a whole",
            )
        )
        targets.add_column(sa.Column("team", sa.String(60), nullable=True, comment="key of the team that owes it"))
        targets.add_column(
            sa.Column(
                "ramp_ratio",
                sa.Double(),
                nullable=False,
                server_default="1",
                comment="share of the clause's volume left by the ramp",
            )
        )
        targets.alter_column(
            "owed",
            existing_type=sa.Integer(),
            type_=sa.BigInteger(),
            existing_nullable=False,
            comment="leads or acts, or 1/100 of the currency as the clause says",
        )
        targets.add_column(
            sa.Column(
                "actual", sa.BigInteger(), nullable=True, comment="what there was; null until the period has ended"
            )
        )
        targets.add_column(
            sa.Column(
                "closed_actual",
                sa.BigInteger(),
                nullable=True,
                comment="what there was when it was first counted; actual differs when late facts restated it",
            )
        )
        targets.add_column(sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True))
        targets.add_column(
            sa.Column(
                "restated_at",
                sa.DateTime(timezone=True),
                nullable=True,
                comment="when late facts last changed what there was",
            )
        )
        targets.create_foreign_key(op.f("fk_targets_user_id_users"), "users", ["user_id"], ["id"])
    for name, (columns, condition) in WHO.items():
        where = {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}
        op.create_index(f"uq_targets_{name}", "targets", columns, unique=True, **where)
    op.create_index(op.f("ix_targets_ends_on"), "targets", ["ends_on"])
    op.create_table(
        "persona_days",
        sa.Column("day_on", sa.Date(), nullable=False),
        sa.Column("source", sa.String(120), nullable=False, comment="empty when the lead has none"),
        sa.Column("persona", sa.String(60), nullable=False, comment="key; empty when there was none"),
        sa.Column("mqls", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day_on", "source", "persona", name=op.f("pk_persona_days")),
    )
    op.execute(
        "INSERT INTO stale_days (kind, day_on) SELECT DISTINCT 'mql', mql_on FROM leads WHERE mql_on IS NOT NULL"
    )
    op.create_index("ix_touches_occurred_at_actor_id", "touches", ["occurred_at", "actor_id"])


def downgrade() -> None:
    op.drop_index("ix_touches_occurred_at_actor_id", table_name="touches")
    op.drop_table("persona_days")
    op.execute("DELETE FROM targets WHERE user_id IS NOT NULL OR team IS NOT NULL")
    op.drop_index(op.f("ix_targets_ends_on"), table_name="targets")
    for name in WHO:
        op.drop_index(f"uq_targets_{name}", table_name="targets")
    with op.batch_alter_table("targets") as targets:
        targets.drop_constraint(op.f("fk_targets_user_id_users"), type_="foreignkey")
        for name in ("restated_at", "closed_at", "closed_actual", "actual", "ramp_ratio", "team", "user_id"):
            targets.drop_column(name)
        targets.alter_column(
            "owed", existing_type=sa.BigInteger(), type_=sa.Integer(), existing_nullable=False, comment=None
        )
        targets.create_unique_constraint(op.f("uq_targets_clause_id_starts_on"), ["clause_id", "starts_on"])
