"""Views of the list of leads that people keep.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "saved_views",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column(
            "team_id", sa.Integer(), nullable=True, comment="the team that sees it too; null for the owner alone"
        ),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column(
            "query", sa.Text(), nullable=False, comment="filters, order and columns as in the address of the list"
        ),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name=op.f("fk_saved_views_owner_id_users")),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_saved_views_team_id_teams")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_views")),
        sa.UniqueConstraint("owner_id", "name", name=op.f("uq_saved_views_owner_id_name")),
    )
    op.create_index(op.f("ix_saved_views_team_id"), "saved_views", ["team_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_saved_views_team_id"), table_name="saved_views")
    op.drop_table("saved_views")
