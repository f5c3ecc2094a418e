"""What people of either side say to each other about a lead.

Revision ID: 0017
Revises: 0016
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "remarks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("lead_id", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True, comment="when its author removed it"),
        sa.ForeignKeyConstraint(["lead_id"], ["leads.id"], name=op.f("fk_remarks_lead_id_leads")),
        sa.ForeignKeyConstraint(["author_id"], ["users.id"], name=op.f("fk_remarks_author_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remarks")),
    )
    op.create_index("ix_remarks_lead_id", "remarks", ["lead_id", "id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_remarks_lead_id", table_name="remarks")
    op.drop_table("remarks")
