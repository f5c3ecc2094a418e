"""Letters that do not wait for the recipient's own hours.

Revision ID: 0034
Revises: 0033
"""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "letters",
        sa.Column(
            "is_urgent",
            sa.Boolean(),
            nullable=False,
            server_default=sa.false(),
            comment="it does not wait for the recipient's own hours",
        ),
    )
    with op.batch_alter_table("letters") as letters:
        letters.alter_column("is_urgent", server_default=None)


def downgrade() -> None:
    op.drop_column("letters", "is_urgent")
