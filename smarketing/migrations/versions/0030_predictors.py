"""Predictors are trained on the team's own outcomes, beside the agreement.

Revision ID: 0030
Revises: 0029
"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

IS_UNDER_WAY = sa.text("state IN ('waiting', 'reading', 'fitting')")
IS_SHOWN = sa.text("state = 'shown'")


def upgrade() -> None:
    op.create_table(
        "predictors",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "state", sa.String(length=20), nullable=False, comment="shown is trained, and switched on for everybody"
        ),
        sa.Column("left_out", sa.JSON(), nullable=False, comment="facts that may not be used"),
        sa.Column("asked_by_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "ended_at", sa.DateTime(timezone=True), nullable=True, comment="when it was trained, refused or failed"
        ),
        sa.Column(
            "starts_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="when the first hand-off it was fitted to was offered",
        ),
        sa.Column(
            "split_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="hand-offs offered from then on were held out",
        ),
        sa.Column(
            "ends_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="later hand-offs were too young for an outcome",
        ),
        sa.Column("trained_count", sa.Integer(), nullable=True, comment="hand-offs it was fitted to"),
        sa.Column("trained_came", sa.Integer(), nullable=True, comment="those of them that sales confirmed as SQLs"),
        sa.Column("refusals", sa.JSON(), nullable=True, comment="see domain/training.py: Refusal"),
        sa.Column("numbers", sa.Text(), nullable=True, comment="JSON, see domain/predictor.py: Predictor"),
        sa.Column("judgement", sa.Text(), nullable=True, comment="JSON, see domain/judgement.py: Judgement"),
        sa.Column(
            "shown_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="when it was last switched on; null while it is not",
        ),
        sa.Column("watched_at", sa.DateTime(timezone=True), nullable=True, comment="when drift was last looked for"),
        sa.Column("drift", sa.Text(), nullable=True, comment="JSON, see domain/drift.py: Drift"),
        sa.Column(
            "warned_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="when managers were told that it has drifted",
        ),
        sa.ForeignKeyConstraint(["asked_by_id"], ["users.id"], name=op.f("fk_predictors_asked_by_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_predictors")),
    )
    op.create_index(
        "ix_predictors_under_way", "predictors", ["id"], sqlite_where=IS_UNDER_WAY, postgresql_where=IS_UNDER_WAY
    )
    op.create_index(
        "uq_predictors_shown",
        "predictors",
        ["state"],
        unique=True,
        sqlite_where=IS_SHOWN,
        postgresql_where=IS_SHOWN,
    )


def downgrade() -> None:
    op.drop_table("predictors")
