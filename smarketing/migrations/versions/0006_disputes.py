"""What one side contests, and what upheld disputes correct: excused clocks, overturned refusals.

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def instant() -> sa.DateTime:
    return sa.DateTime(timezone=True)


OF_HANDOFF = sa.text("kind <> 'breach' AND state <> 'taken_back'")
OF_CLOCK = sa.text("kind = 'breach' AND state <> 'taken_back'")
IS_UPHELD = sa.text("state = 'upheld'")
IS_EXCUSED = sa.text("excused_at IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "disputes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("lead_id", sa.Integer(), nullable=False),
        sa.Column("handoff_id", sa.Integer(), nullable=False),
        sa.Column("clock_id", sa.Integer(), nullable=True, comment="the breach; null for the other kinds"),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("side", sa.String(length=20), nullable=False, comment="who contests"),
        sa.Column("ground", sa.String(length=20), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("raised_by_id", sa.Integer(), nullable=False),
        sa.Column("raised_at", instant(), nullable=False),
        sa.Column(
            "answer_due_at", instant(), nullable=False, comment="from then on the arbiters may rule without an answer"
        ),
        sa.Column(
            "figures_on",
            sa.Date(),
            nullable=False,
            comment="the day whose figures change if it is upheld, in the zone agreed",
        ),
        sa.Column("evidence", sa.Text(), nullable=False, comment="canonical JSON of the facts when it was raised"),
        sa.Column("digest", sa.String(length=64), nullable=False, comment="SHA-256 of evidence, hex"),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.Column("answered_at", instant(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("closed_at", instant(), nullable=True),
        sa.Column("search_text", sa.Text(), nullable=False, comment="folded words of its notes, a space before each"),
        sa.ForeignKeyConstraint(["lead_id"], ["leads.id"], name=op.f("fk_disputes_lead_id_leads")),
        sa.ForeignKeyConstraint(["handoff_id"], ["handoffs.id"], name=op.f("fk_disputes_handoff_id_handoffs")),
        sa.ForeignKeyConstraint(["clock_id"], ["clocks.id"], name=op.f("fk_disputes_clock_id_clocks")),
        sa.ForeignKeyConstraint(["raised_by_id"], ["users.id"], name=op.f("fk_disputes_raised_by_id_users")),
        sa.ForeignKeyConstraint(["answered_by_id"], ["users.id"], name=op.f("fk_disputes_answered_by_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disputes")),
    )
    op.create_index(
        "uq_disputes_handoff",
        "disputes",
        ["handoff_id", "kind"],
        unique=True,
        sqlite_where=OF_HANDOFF,
        postgresql_where=OF_HANDOFF,
    )
    op.create_index(
        "uq_disputes_clock", "disputes", ["clock_id"], unique=True, sqlite_where=OF_CLOCK, postgresql_where=OF_CLOCK
    )
    op.create_index("ix_disputes_lead_id", "disputes", ["lead_id"], unique=False)
    op.create_index("ix_disputes_state_id", "disputes", ["state", "id"], unique=False)
    op.create_index(
        "ix_disputes_upheld_figures_on",
        "disputes",
        ["figures_on", "kind"],
        unique=False,
        sqlite_where=IS_UPHELD,
        postgresql_where=IS_UPHELD,
    )
    op.create_table(
        "dispute_votes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dispute_id", sa.Integer(), nullable=False),
        sa.Column("side", sa.String(length=20), nullable=False),
        sa.Column("verdict", sa.String(length=20), nullable=False, comment="upheld or dismissed"),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("voter_id", sa.Integer(), nullable=False),
        sa.Column("voted_at", instant(), nullable=False),
        sa.ForeignKeyConstraint(["dispute_id"], ["disputes.id"], name=op.f("fk_dispute_votes_dispute_id_disputes")),
        sa.ForeignKeyConstraint(["voter_id"], ["users.id"], name=op.f("fk_dispute_votes_voter_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispute_votes")),
        sa.UniqueConstraint("dispute_id", "side", name=op.f("uq_dispute_votes_dispute_id_side")),
    )
    op.add_column(
        "dispositions",
        sa.Column(
            "overturned_at", instant(), nullable=True, comment="when a ruling said that this refusal does not stand"
        ),
    )
    op.add_column(
        "clocks",
        sa.Column(
            "excused_at", instant(), nullable=True, comment="when the other side, or a ruling, excused its breach"
        ),
    )
    op.create_index(
        "ix_clocks_excused_due_on",
        "clocks",
        ["due_on", "clause_id"],
        unique=False,
        sqlite_where=IS_EXCUSED,
        postgresql_where=IS_EXCUSED,
    )


def downgrade() -> None:
    op.drop_index("ix_clocks_excused_due_on", table_name="clocks", sqlite_where=IS_EXCUSED, postgresql_where=IS_EXCUSED)
    op.drop_column("clocks", "excused_at")
    op.drop_column("dispositions", "overturned_at")
    op.drop_table("dispute_votes")
    op.drop_index(
        "ix_disputes_upheld_figures_on", table_name="disputes", sqlite_where=IS_UPHELD, postgresql_where=IS_UPHELD
    )
    for name in ("ix_disputes_state_id", "ix_disputes_lead_id", "uq_disputes_clock", "uq_disputes_handoff"):
        op.drop_index(name, table_name="disputes")
    op.drop_table("disputes")
