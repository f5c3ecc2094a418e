"""When time alone can change a score, and its place in the agreed grid.

Leads that have been scored are judged once more, so that each gets its moment.

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

IS_WAITING = sa.text("rescore_at IS NOT NULL")


def upgrade() -> None:
    op.add_column(
        "leads",
        sa.Column("grade", sa.String(length=2), nullable=True, comment="place in the agreed grid, of the latest score"),
    )
    op.add_column(
        "leads",
        sa.Column(
            "rescore_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="when its score can next change by time alone; null when only a new fact can change it",
        ),
    )
    op.create_index(
        op.f("ix_leads_rescore_at"),
        "leads",
        ["rescore_at"],
        unique=False,
        sqlite_where=IS_WAITING,
        postgresql_where=IS_WAITING,
    )
    op.execute(
        "UPDATE leads SET rescore_at = CURRENT_TIMESTAMP"
        " WHERE points IS NOT NULL AND stage NOT IN ('won', 'lost', 'disqualified')"
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_leads_rescore_at"), table_name="leads")
    op.drop_column("leads", "rescore_at")
    op.drop_column("leads", "grade")
