"""What goes on around a draft: revisions, unfinished entries, comments.

Revision ID: 0016
Revises: 0015
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

IS_OPEN = sa.text("resolved_at IS NULL AND answers_id IS NULL")


def instant() -> sa.DateTime:
    return sa.DateTime(timezone=True)


def of_version(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_version_id_agreement_versions")
    return sa.ForeignKeyConstraint(["version_id"], ["agreement_versions.id"], name=name, ondelete="CASCADE")


def by_user(table: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], ["users.id"], name=op.f(f"fk_{table}_{column}_users"))


def upgrade() -> None:
    op.create_table(
        "revisions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("terms", sa.Text(), nullable=False, comment="canonical JSON, as in agreement_versions"),
        sa.Column("digest", sa.String(length=64), nullable=False, comment="SHA-256 of terms, hex"),
        sa.Column(
            "piece", sa.String(length=200), nullable=True, comment="the part that was edited; null for the whole"
        ),
        sa.Column(
            "restores", sa.Integer(), nullable=True, comment="the number of the revision whose text this brings back"
        ),
        sa.Column("saved_by_id", sa.Integer(), nullable=False),
        sa.Column("begun_at", instant(), nullable=False, comment="the first of the changes that this revision gathers"),
        sa.Column("saved_at", instant(), nullable=False, comment="the last of them"),
        of_version("revisions"),
        by_user("revisions", "saved_by_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revisions")),
        sa.UniqueConstraint("version_id", "number", name=op.f("uq_revisions_version_id_number")),
    )
    op.create_table(
        "unfinished_pieces",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("piece", sa.String(length=200), nullable=False),
        sa.Column("value", sa.Text(), nullable=False, comment="JSON of the part as it was typed"),
        sa.Column("saved_by_id", sa.Integer(), nullable=False),
        sa.Column("saved_at", instant(), nullable=False),
        of_version("unfinished_pieces"),
        by_user("unfinished_pieces", "saved_by_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unfinished_pieces")),
        sa.UniqueConstraint("version_id", "piece", name=op.f("uq_unfinished_pieces_version_id_piece")),
    )
    op.create_table(
        "comments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column(
            "clause", sa.String(length=80), nullable=False, comment="the id of the clause, or of another provision"
        ),
        sa.Column(
            "digest", sa.String(length=64), nullable=False, comment="the digest of the version when this was written"
        ),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("answers_id", sa.Integer(), nullable=True),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("written_at", instant(), nullable=False),
        sa.Column("resolved_by_id", sa.Integer(), nullable=True),
        sa.Column("resolved_at", instant(), nullable=True),
        of_version("comments"),
        sa.ForeignKeyConstraint(
            ["answers_id"], ["comments.id"], name=op.f("fk_comments_answers_id_comments"), ondelete="CASCADE"
        ),
        by_user("comments", "author_id"),
        by_user("comments", "resolved_by_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comments")),
    )
    op.create_index("ix_comments_version_id_clause", "comments", ["version_id", "clause"], unique=False)
    op.create_index(
        "ix_comments_open", "comments", ["version_id"], unique=False, sqlite_where=IS_OPEN, postgresql_where=IS_OPEN
    )


def downgrade() -> None:
    op.drop_table("comments")
    op.drop_table("unfinished_pieces")
    op.drop_table("revisions")
