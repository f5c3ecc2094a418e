"""Newest leads first: an index on when they arrived.

Revision ID: 0003
Revises: 0002
"""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_leads_arrived_at_id", "leads", ["arrived_at", "id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_leads_arrived_at_id", table_name="leads")
