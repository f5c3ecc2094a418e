"""Find the hand-offs offered, and the answers given, within a span of time.

Revision ID: 0011
Revises: 0010
"""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(op.f("ix_handoffs_offered_at"), "handoffs", ["offered_at"], unique=False)
    op.create_index("ix_dispositions_kind_occurred_at", "dispositions", ["kind", "occurred_at"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_dispositions_kind_occurred_at", table_name="dispositions")
    op.drop_index(op.f("ix_handoffs_offered_at"), table_name="handoffs")
