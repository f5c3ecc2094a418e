"""Addresses that take copies of e-mails, and the touches made of them.

Revision ID: 0012
Revises: 0011
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "users",
        sa.Column(
            "mail_key",
            sa.String(length=40),
            nullable=True,
            comment="the secret part of the address that takes copies of their e-mails",
        ),
    )
    op.create_index(op.f("ix_users_mail_key"), "users", ["mail_key"], unique=True)
    op.add_column(
        "touches",
        sa.Column(
            "message_id",
            sa.String(length=250),
            nullable=True,
            comment="of the e-mail whose copy came in; null for one that somebody logged",
        ),
    )
    op.create_index("ix_touches_handoff_id_message_id", "touches", ["handoff_id", "message_id"], unique=True)


def downgrade() -> None:
    op.drop_index("ix_touches_handoff_id_message_id", table_name="touches")
    op.drop_column("touches", "message_id")
    op.drop_index(op.f("ix_users_mail_key"), table_name="users")
    op.drop_column("users", "mail_key")
