"""When versions of the agreement end, and notices to end one.

Revision ID: 0027
Revises: 0026
"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

NEXT, NO_MORE = "when the next version took its place", "when it was in force no more"


def upgrade() -> None:
    op.add_column(
        "agreement_versions",
        sa.Column(
            "ends_at", sa.DateTime(timezone=True), nullable=True, comment="when its term ends, or notice ends it"
        ),
    )
    _say_of_superseded_at(NO_MORE, instead_of=NEXT)
    op.create_table(
        "terminations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("side", sa.String(length=20), nullable=False),
        sa.Column("clause_id", sa.String(length=60), nullable=True, comment="the cause; null is the plain notice"),
        sa.Column("given_by_id", sa.Integer(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["version_id"], ["agreement_versions.id"], name=op.f("fk_terminations_version_id_agreement_versions")
        ),
        sa.ForeignKeyConstraint(["given_by_id"], ["users.id"], name=op.f("fk_terminations_given_by_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_terminations")),
    )
    op.create_index("ix_terminations_version_id", "terminations", ["version_id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_terminations_version_id", table_name="terminations")
    op.drop_table("terminations")
    _say_of_superseded_at(NEXT, instead_of=NO_MORE)
    op.drop_column("agreement_versions", "ends_at")


def _say_of_superseded_at(comment: str, *, instead_of: str) -> None:
    """SQLite keeps no comments."""
    if op.get_bind().dialect.name == "postgresql":
        kind = sa.DateTime(timezone=True)
        op.alter_column(
            "agreement_versions", "superseded_at", existing_type=kind, comment=comment, existing_comment=instead_of
        )
