"""Statements of a period and their signatures; what is in them does not change.

Revision ID: 0013
Revises: 0012
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

KEPT = "A statement does not change. Late facts make another edition."
SIGNED = "A signature does not change."
GUARDS = {
    "statements_are_not_updated": ("BEFORE UPDATE ON statements", KEPT),
    "statements_are_not_deleted": ("BEFORE DELETE ON statements", KEPT),
    "statement_signatures_are_not_updated": ("BEFORE UPDATE ON statement_signatures", SIGNED),
    "statement_signatures_are_not_deleted": ("BEFORE DELETE ON statement_signatures", SIGNED),
}


def upgrade() -> None:
    op.create_table(
        "statements",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False, comment="exclusive"),
        sa.Column(
            "number",
            sa.Integer(),
            nullable=False,
            comment="1 for the first edition; another when late facts changed it unsigned",
        ),
        sa.Column("text", sa.Text(), nullable=False, comment="canonical JSON, see domain/statements.py"),
        sa.Column("digest", sa.String(length=64), nullable=False, comment="SHA-256 of text, hex"),
        sa.Column("composed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statements")),
        sa.UniqueConstraint("starts_on", "number", name=op.f("uq_statements_starts_on_number")),
    )
    op.create_table(
        "statement_signatures",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("statement_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("department", sa.Enum("marketing", "sales", native_enum=False, length=20), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False, comment="the digest that was signed"),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["statement_id"], ["statements.id"], name=op.f("fk_statement_signatures_statement_id_statements")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_statement_signatures_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statement_signatures")),
        sa.UniqueConstraint("statement_id", "department", name=op.f("uq_statement_signatures_statement_id_department")),
    )
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for name, (event, message) in GUARDS.items():
        act = f"BEGIN SELECT RAISE(ABORT, '{message}'); END" if is_sqlite else f"EXECUTE FUNCTION refuse('{message}')"
        op.execute(f"CREATE TRIGGER {name} {event} FOR EACH ROW {act}")


def downgrade() -> None:
    op.drop_table("statement_signatures")
    op.drop_table("statements")
