"""Tokens of other systems, and what those were answered.

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def instant() -> sa.DateTime:
    return sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "api_tokens",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False, comment="SHA-256 of the token, hex"),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False, comment="what its owner calls the system that uses it"),
        sa.Column("may_write", sa.Boolean(), nullable=False),
        sa.Column("created_at", instant(), nullable=False),
        sa.Column("expires_at", instant(), nullable=True, comment="null for one that only its owner ends"),
        sa.Column("last_used_at", instant(), nullable=True, comment="to about five minutes"),
        sa.Column("revoked_at", instant(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_api_tokens_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_tokens")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_api_tokens_token_hash")),
    )
    op.create_index(op.f("ix_api_tokens_user_id"), "api_tokens", ["user_id"], unique=False)
    op.create_table(
        "api_replies",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column(
            "request_hash", sa.String(length=64), nullable=False, comment="SHA-256 of method, path and body, hex"
        ),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("created_at", instant(), nullable=False),
        sa.ForeignKeyConstraint(["token_id"], ["api_tokens.id"], name=op.f("fk_api_replies_token_id_api_tokens")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_replies")),
        sa.UniqueConstraint("token_id", "key", name=op.f("uq_api_replies_token_id_key")),
    )
    op.create_index(op.f("ix_api_replies_created_at"), "api_replies", ["created_at"], unique=False)


def downgrade() -> None:
    op.drop_table("api_replies")
    op.drop_table("api_tokens")
