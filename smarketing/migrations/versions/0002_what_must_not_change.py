"""The database itself refuses to change the journal, a signed version or a signature."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

JOURNAL = "the journal is append-only"
SIGNED = "a version that was proposed is never edited: draft a new one"
SIGNATURE = "a signature is never changed"

FROZEN_COLUMNS = "agreement_id, number, terms, digest, drafted_by_id, drafted_at"
GUARDS = {
    "events_are_not_updated": ("BEFORE UPDATE ON events", "", JOURNAL),
    "events_are_not_deleted": ("BEFORE DELETE ON events", "", JOURNAL),
    "versions_are_not_edited": (
        f"BEFORE UPDATE OF {FROZEN_COLUMNS} ON agreement_versions",
        "WHEN OLD.status <> 'draft'",
        SIGNED,
    ),
    "versions_do_not_go_back": (
        "BEFORE UPDATE OF status ON agreement_versions",
        "WHEN NEW.status = 'draft' AND OLD.status <> 'draft'",
        SIGNED,
    ),
    "versions_are_not_deleted": ("BEFORE DELETE ON agreement_versions", "WHEN OLD.status <> 'draft'", SIGNED),
    "signatures_are_not_updated": ("BEFORE UPDATE ON signatures", "", SIGNATURE),
    "signatures_are_not_deleted": ("BEFORE DELETE ON signatures", "", SIGNATURE),
}


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for name, (event, condition, message) in GUARDS.items():
            op.execute(
                f"CREATE TRIGGER {name} {event} FOR EACH ROW {condition} BEGIN SELECT RAISE(ABORT, '{message}'); END"
            )
        return
    op.execute("""
        CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'restrict_violation';
        END $$
    """)
    for name, (event, condition, message) in GUARDS.items():
        when = condition.replace("WHEN ", "WHEN (") + ")" if condition else ""
        op.execute(f"CREATE TRIGGER {name} {event} FOR EACH ROW {when} EXECUTE FUNCTION refuse('{message}')")
    for table, message in (("events", JOURNAL), ("agreement_versions", SIGNED), ("signatures", SIGNATURE)):
        op.execute(
            f"CREATE TRIGGER {table}_are_not_truncated BEFORE TRUNCATE ON {table}"
            f" FOR EACH STATEMENT EXECUTE FUNCTION refuse('{message}')"
        )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for name in GUARDS:
            op.execute(f"DROP TRIGGER {name}")
        return
    op.execute("DROP FUNCTION refuse() CASCADE")
