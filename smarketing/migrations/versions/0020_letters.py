"""Notices go by e-mail: an outbox, and what people settle about how they are reached.

Revision ID: 0020
Revises: 0019
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

IS_WAITING = sa.text("state = 'waiting'")
STATES = ("waiting", "sent", "failed", "read", "dropped")


def upgrade() -> None:
    op.create_table(
        "reach_settings",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column(
            "quiet_from",
            sa.Integer(),
            nullable=False,
            comment="minutes from local midnight; no quiet hours when both are alike",
        ),
        sa.Column("quiet_until", sa.Integer(), nullable=False, comment="minutes from local midnight"),
        sa.Column("quiet_on", sa.JSON(), nullable=False, comment="weekdays without e-mails, 0 is Monday"),
        sa.Column(
            "daily_at",
            sa.Integer(),
            nullable=False,
            comment="when the e-mail of the day goes, in minutes from local midnight",
        ),
        sa.Column("choices", sa.JSON(), nullable=False, comment="bell, at_once or daily by topic, where chosen"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_reach_settings_user_id_users")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_reach_settings")),
    )
    op.create_table(
        "letters",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("notice_id", sa.Integer(), nullable=False),
        sa.Column("recipient_id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False, comment="email"),
        sa.Column("state", sa.Enum(*STATES, name="letterstate", native_enum=False, length=20), nullable=False),
        sa.Column(
            "attempt_count", sa.Integer(), nullable=False, comment="how often it was tried, the try under way included"
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "next_try_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="not before; while it is being sent, when the lease ends",
        ),
        sa.Column(
            "message_id",
            sa.String(length=200),
            nullable=True,
            comment="of the e-mail it went into, alike at every try; letters that have one share that e-mail",
        ),
        sa.Column("last_error", sa.String(length=300), nullable=True, comment="why the latest try failed"),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["notice_id"], ["notices.id"], name=op.f("fk_letters_notice_id_notices")),
        sa.ForeignKeyConstraint(["recipient_id"], ["users.id"], name=op.f("fk_letters_recipient_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letters")),
    )
    op.create_index("ix_letters_notice_id_channel", "letters", ["notice_id", "channel"], unique=True)
    op.create_index("ix_letters_state_id", "letters", ["state", "id"])
    for column in ("next_try_at", "recipient_id"):
        op.create_index(
            f"ix_letters_waiting_{column}", "letters", [column], sqlite_where=IS_WAITING, postgresql_where=IS_WAITING
        )


def downgrade() -> None:
    op.drop_table("letters")
    op.drop_table("reach_settings")
