"""People are erased: leads keep when, objections by digest; the journal lets go of what was typed about them.

Revision ID: 0018
Revises: 0017
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

APPEND_ONLY = "the journal is append-only"
IS_KNOWN = sa.text("erased_at IS NULL")
ERASED_AT = "when what was known of the person was erased; the dates and the answers remain"
KEPT = "id name subject_type subject_id lead_id actor_id agreement_version_id occurred_at recorded_at".split()
IS_ERASED = "EXISTS (SELECT 1 FROM leads WHERE id = OLD.lead_id AND erased_at IS NOT NULL)"


def upgrade() -> None:
    op.add_column("leads", sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True, comment=ERASED_AT))
    op.create_index(
        "ix_leads_known_arrived_at", "leads", ["arrived_at"], sqlite_where=IS_KNOWN, postgresql_where=IS_KNOWN
    )
    op.create_table(
        "objections",
        sa.Column("digest", sa.String(length=64), nullable=False, comment="SHA-256 of the lower-case e-mail, hex"),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["recorded_by_id"], ["users.id"], name=op.f("fk_objections_recorded_by_id_users")),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_objections")),
    )
    if op.get_bind().dialect.name == "sqlite":
        same = " AND ".join(f"NEW.{name} IS OLD.{name}" for name in KEPT)
        op.execute("DROP TRIGGER events_are_not_updated")
        op.execute(
            "CREATE TRIGGER events_are_not_updated BEFORE UPDATE ON events FOR EACH ROW"
            f" WHEN NOT (NEW.data IS NULL AND {same} AND {IS_ERASED})"
            f" BEGIN SELECT RAISE(ABORT, '{APPEND_ONLY}'); END"
        )
        return
    same = " AND ".join(f"NEW.{name} IS NOT DISTINCT FROM OLD.{name}" for name in KEPT)
    op.execute(f"""
        CREATE FUNCTION refuse_unless_erased() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF NEW.data IS NULL AND {same} AND {IS_ERASED} THEN RETURN NEW; END IF;
          RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'restrict_violation';
        END $$
    """)
    op.execute("DROP TRIGGER events_are_not_updated ON events")
    op.execute(
        "CREATE TRIGGER events_are_not_updated BEFORE UPDATE ON events"
        f" FOR EACH ROW EXECUTE FUNCTION refuse_unless_erased('{APPEND_ONLY}')"
    )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER events_are_not_updated")
        op.execute(
            "CREATE TRIGGER events_are_not_updated BEFORE UPDATE ON events FOR EACH ROW"
            f"  BEGIN SELECT RAISE(ABORT, '{APPEND_ONLY}'); END"
        )
    else:
        op.execute("DROP TRIGGER events_are_not_updated ON events")
        op.execute("DROP FUNCTION refuse_unless_erased()")
        op.execute(
            "CREATE TRIGGER events_are_not_updated BEFORE UPDATE ON events"
            f" FOR EACH ROW EXECUTE FUNCTION refuse('{APPEND_ONLY}')"
        )
    op.drop_table("objections")
    op.drop_index("ix_leads_known_arrived_at", table_name="leads")
    op.drop_column("leads", "erased_at")
