"""Leads take other records of the same person in, are known by further addresses and ids, and found by telephone.

Revision ID: 0031
Revises: 0030
"""

import re

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

BATCH = 10_000
STANDS = sa.text("separated_at IS NULL")
APPEND_ONLY = "the journal is append-only"
KEPT = "id name subject_type subject_id lead_id actor_id agreement_version_id occurred_at recorded_at".split()
IS_ERASED = "EXISTS (SELECT 1 FROM leads WHERE id = OLD.lead_id AND erased_at IS NOT NULL)"
IS_OR_WAS_ERASED = (  # with the lead that it is part of now
    f"({IS_ERASED} OR EXISTS (SELECT 1 FROM merges JOIN leads ON leads.id = merges.lead_id"  # noqa: S608
    " WHERE merges.absorbed_id = OLD.lead_id AND merges.separated_at IS NULL AND leads.erased_at IS NOT NULL))"
)


def upgrade() -> None:
    _make_merges()
    _make_lead_keys()
    _let_go_of_what_was_typed(IS_OR_WAS_ERASED)
    _find_by_telephone()


def downgrade() -> None:
    """What was merged stays so; its further addresses and ids are lost. Leads go on being found by telephone."""
    _let_go_of_what_was_typed(IS_ERASED)
    op.drop_table("lead_keys")
    op.drop_table("merges")


def _make_merges() -> None:
    op.create_table(
        "merges",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("lead_id", sa.Integer(), nullable=False, comment="the lead that both are part of now"),
        sa.Column("absorbed_id", sa.Integer(), nullable=False, comment="the number of the lead that was taken in"),
        sa.Column(
            "before",
            sa.JSON(),
            nullable=True,
            comment="both leads as they stood, and rows that were there twice; null once erased",
        ),
        sa.Column("moved", sa.JSON(), nullable=False, comment="table to keys of the rows that went along"),
        sa.Column(
            "ended_handoff_id",
            sa.Integer(),
            nullable=True,
            comment="the unanswered hand-off that ended, since there were two",
        ),
        sa.Column("mql_on", sa.Date(), nullable=True, comment="the day that counts an MQL less since; null for none"),
        sa.Column(
            "last_event_id",
            sa.BigInteger(),
            nullable=True,
            comment="the last line of the journal that the merge itself wrote",
        ),
        sa.Column("merged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("merged_by_id", sa.Integer(), nullable=False),
        sa.Column("separated_at", sa.DateTime(timezone=True), nullable=True, comment="when they were made two again"),
        sa.Column("separated_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["lead_id"], ["leads.id"], name=op.f("fk_merges_lead_id_leads")),
        sa.ForeignKeyConstraint(
            ["ended_handoff_id"], ["handoffs.id"], name=op.f("fk_merges_ended_handoff_id_handoffs")
        ),
        sa.ForeignKeyConstraint(["merged_by_id"], ["users.id"], name=op.f("fk_merges_merged_by_id_users")),
        sa.ForeignKeyConstraint(["separated_by_id"], ["users.id"], name=op.f("fk_merges_separated_by_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merges")),
    )
    op.create_index(
        "uq_merges_absorbed_id", "merges", ["absorbed_id"], unique=True, sqlite_where=STANDS, postgresql_where=STANDS
    )
    op.create_index("ix_merges_lead_id", "merges", ["lead_id"], unique=False)
    op.create_index(
        "ix_merges_mql_on", "merges", ["mql_on"], unique=False, sqlite_where=STANDS, postgresql_where=STANDS
    )


def _make_lead_keys() -> None:
    op.create_table(
        "lead_keys",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("lead_id", sa.Integer(), nullable=False),
        sa.Column("merge_id", sa.Integer(), nullable=True, comment="the merge that brought it"),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("key", sa.String(length=254), nullable=False, comment="an e-mail in lower case, an id as it is"),
        sa.Column("text", sa.String(length=254), nullable=False, comment="as it was written"),
        sa.ForeignKeyConstraint(["lead_id"], ["leads.id"], name=op.f("fk_lead_keys_lead_id_leads")),
        sa.ForeignKeyConstraint(["merge_id"], ["merges.id"], name=op.f("fk_lead_keys_merge_id_merges")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lead_keys")),
        sa.UniqueConstraint("kind", "key", name=op.f("uq_lead_keys_kind_key")),
    )
    op.create_index("ix_lead_keys_lead_id", "lead_keys", ["lead_id"], unique=False)


def _let_go_of_what_was_typed(is_erased: str) -> None:
    """The journal lets go of the data of a line once its person is erased, and of nothing else."""
    if op.get_bind().dialect.name == "sqlite":
        same = " AND ".join(f"NEW.{name} IS OLD.{name}" for name in KEPT)
        op.execute("DROP TRIGGER events_are_not_updated")
        op.execute(
            "CREATE TRIGGER events_are_not_updated BEFORE UPDATE ON events FOR EACH ROW"
            f" WHEN NOT (NEW.data IS NULL AND {same} AND {is_erased})"
            f" BEGIN SELECT RAISE(ABORT, '{APPEND_ONLY}'); END"
        )
        return
    same = " AND ".join(f"NEW.{name} IS NOT DISTINCT FROM OLD.{name}" for name in KEPT)
    op.execute(f"""
        CREATE OR REPLACE FUNCTION refuse_unless_erased() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF NEW.data IS NULL AND {same} AND {is_erased} THEN RETURN NEW; END IF;
          RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'restrict_violation';
        END $$
    """)


def _find_by_telephone() -> None:
    """The last nine digits become one of the words that a lead is found by."""
    leads = sa.table("leads", sa.column("id"), sa.column("search_text"), sa.column("phone"))
    write = sa.update(leads).where(leads.c.id == sa.bindparam("lead")).values(search_text=sa.bindparam("words"))
    last = 0
    while True:
        query = sa.select(leads).where(leads.c.id > last, leads.c.phone.is_not(None)).order_by(leads.c.id).limit(BATCH)
        rows = op.get_bind().execute(query).all()
        if not rows:
            return
        keys = {row.id: re.sub(r"\D+", "", row.phone) for row in rows}
        changed = [
            {"lead": row.id, "words": f"{row.search_text} {keys[row.id][-9:]}".strip()}
            for row in rows
            if len(keys[row.id]) >= 7
        ]
        if changed:
            op.get_bind().execute(write, changed)
        last = rows[-1].id
