"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def instant() -> sa.DateTime:
    return sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "agreements",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("created_at", instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreements")),
    )
    op.create_table(
        "day_tallies",
        sa.Column("day_on", sa.Date(), nullable=False),
        sa.Column("clause_id", sa.String(length=60), nullable=False),
        sa.Column("source", sa.String(length=120), nullable=False, comment="empty when the lead has none"),
        sa.Column("met", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False, comment="met + breached; neither running nor void"),
        sa.Column("answer_seconds", sa.JSON(), nullable=False, comment="business seconds to each answer, ascending"),
        sa.PrimaryKeyConstraint("day_on", "clause_id", "source", name=op.f("pk_day_tallies")),
    )
    op.create_table(
        "events",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("subject_type", sa.String(length=20), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("lead_id", sa.Integer(), nullable=True),
        sa.Column("actor_id", sa.Integer(), nullable=True, comment="null when a rule or a job did it"),
        sa.Column("agreement_version_id", sa.Integer(), nullable=True),
        sa.Column("occurred_at", instant(), nullable=False, comment="when it was true"),
        sa.Column("recorded_at", instant(), nullable=False, comment="when we noticed"),
        sa.Column("data", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
    )
    op.create_index("ix_events_lead_id", "events", ["lead_id"], unique=False)
    op.create_table(
        "funnel_days",
        sa.Column("cohort", sa.String(length=20), nullable=False),
        sa.Column("day_on", sa.Date(), nullable=False),
        sa.Column("source", sa.String(length=120), nullable=False, comment="empty when the lead has none"),
        sa.Column("leads", sa.Integer(), nullable=False),
        sa.Column("mqls", sa.Integer(), nullable=False),
        sa.Column("sals", sa.Integer(), nullable=False),
        sa.Column("refusals", sa.Integer(), nullable=False, comment="MQLs refused, neither accepted nor offered since"),
        sa.Column("sqls", sa.Integer(), nullable=False),
        sa.Column("wons", sa.Integer(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("cohort", "day_on", "source", name=op.f("pk_funnel_days")),
    )
    op.create_table(
        "job_runs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("job", sa.String(length=40), nullable=False),
        sa.Column("started_at", instant(), nullable=False),
        sa.Column("finished_at", instant(), nullable=True),
        sa.Column(
            "count",
            sa.Integer(),
            nullable=True,
            comment="how many things it acted on; null while running or failed",
        ),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("holder", sa.String(length=120), nullable=False, comment="host and process that ran it"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_runs")),
    )
    op.create_index("ix_job_runs_job_started_at", "job_runs", ["job", "started_at"], unique=False)
    op.create_table(
        "scheduler_leases",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("holder", sa.String(length=120), nullable=False),
        sa.Column("token", sa.Integer(), nullable=False, comment="grows with each change of holder (fencing)"),
        sa.Column("held_since", instant(), nullable=False, comment="by the database's clock"),
        sa.Column("expires_at", instant(), nullable=False, comment="by the database's clock"),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_scheduler_leases")),
    )
    op.create_table(
        "sign_in_throttles",
        sa.Column("key", sa.String(length=100), nullable=False, comment="account:<hash> or address:<address>"),
        sa.Column("failure_count", sa.Integer(), nullable=False),
        sa.Column("last_failed_at", instant(), nullable=False),
        sa.Column("locked_until_at", instant(), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_sign_in_throttles")),
    )
    op.create_table(
        "stale_days",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False, comment="arrived or mql: FunnelDay; due: DayTally"),
        sa.Column("day_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stale_days")),
    )
    op.create_table(
        "teams",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False, comment="the name agreements use for this team"),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("department", sa.String(length=20), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_teams")),
        sa.UniqueConstraint("key", name=op.f("uq_teams_key")),
    )
    op.create_table(
        "users",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column(
            "email_key",
            sa.String(length=254),
            nullable=False,
            comment="lower-case e-mail, what people sign in by",
        ),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=True),
        sa.Column("password_hash", sa.String(length=200), nullable=False, comment="Argon2id"),
        sa.Column("locale", sa.String(length=5), nullable=False),
        sa.Column(
            "zone",
            sa.String(length=60),
            nullable=False,
            comment="IANA zone in which this person reads instants",
        ),
        sa.Column("theme", sa.String(length=5), nullable=False, comment="light, dark or auto"),
        sa.Column("has_shortcuts", sa.Boolean(), nullable=False, comment="single-key shortcuts are on"),
        sa.Column("created_at", instant(), nullable=False),
        sa.Column("disabled_at", instant(), nullable=True),
        sa.Column("turn", sa.Integer(), nullable=False, comment="place in the round robin: the lowest goes next"),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_users_team_id_teams")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("email_key", name=op.f("uq_users_email_key")),
    )
    op.create_index(op.f("ix_users_team_id"), "users", ["team_id"], unique=False)
    op.create_table(
        "agreement_versions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("agreement_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column(
            "terms",
            sa.Text(),
            nullable=False,
            comment="canonical JSON of the terms; what the digest is taken of",
        ),
        sa.Column("digest", sa.String(length=64), nullable=False, comment="SHA-256 of terms, hex"),
        sa.Column("drafted_by_id", sa.Integer(), nullable=False),
        sa.Column("drafted_at", instant(), nullable=False),
        sa.Column("proposed_at", instant(), nullable=True),
        sa.Column("effective_at", instant(), nullable=True, comment="when it comes, or came, into force"),
        sa.Column("superseded_at", instant(), nullable=True, comment="when the next version took its place"),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agreement_id"], ["agreements.id"], name=op.f("fk_agreement_versions_agreement_id_agreements")
        ),
        sa.ForeignKeyConstraint(
            ["drafted_by_id"], ["users.id"], name=op.f("fk_agreement_versions_drafted_by_id_users")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement_versions")),
        sa.UniqueConstraint("agreement_id", "number", name=op.f("uq_agreement_versions_agreement_id_number")),
    )
    op.create_index(
        "uq_agreement_versions_in_force",
        "agreement_versions",
        ["status"],
        unique=True,
        sqlite_where=sa.text("status = 'in_force'"),
        postgresql_where=sa.text("status = 'in_force'"),
    )
    op.create_table(
        "imports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("filename", sa.String(length=255), nullable=False),
        sa.Column("stored_as", sa.String(length=100), nullable=False, comment="file name within the uploads folder"),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("encoding", sa.String(length=20), nullable=False),
        sa.Column("delimiter", sa.String(length=1), nullable=False),
        sa.Column("headers", sa.JSON(), nullable=False),
        sa.Column("mapping", sa.JSON(), nullable=False, comment="column header to lead field"),
        sa.Column("options", sa.JSON(), nullable=False, comment="zone, day_first, source; see domain/importing.py"),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column(
            "read_bytes",
            sa.BigInteger(),
            nullable=False,
            comment="progress of the current pass over the file",
        ),
        sa.Column("row_count", sa.Integer(), nullable=False, comment="data rows seen in the current pass"),
        sa.Column("new_count", sa.Integer(), nullable=False),
        sa.Column("changed_count", sa.Integer(), nullable=False),
        sa.Column("unchanged_count", sa.Integer(), nullable=False),
        sa.Column("rejected_count", sa.Integer(), nullable=False),
        sa.Column("mql_count", sa.Integer(), nullable=False, comment="leads that became MQL through it"),
        sa.Column("error", sa.JSON(), nullable=True, comment="msgid and params when the file as a whole failed"),
        sa.Column("created_by_id", sa.Integer(), nullable=False),
        sa.Column("created_at", instant(), nullable=False),
        sa.Column("started_at", instant(), nullable=True),
        sa.Column("heartbeat_at", instant(), nullable=True, comment="last sign of life of the worker that runs it"),
        sa.Column("finished_at", instant(), nullable=True),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["created_by_id"], ["users.id"], name=op.f("fk_imports_created_by_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_imports")),
    )
    op.create_table(
        "user_sessions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False, comment="SHA-256 of the cookie's token, hex"),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("created_at", instant(), nullable=False),
        sa.Column("last_seen_at", instant(), nullable=False),
        sa.Column("expires_at", instant(), nullable=False),
        sa.Column("revoked_at", instant(), nullable=True),
        sa.Column("user_agent", sa.String(length=300), nullable=False),
        sa.Column("address", sa.String(length=45), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_user_sessions_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_sessions")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_user_sessions_token_hash")),
    )
    op.create_index(op.f("ix_user_sessions_user_id"), "user_sessions", ["user_id"], unique=False)
    op.create_table(
        "personas",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "key",
            sa.String(length=60),
            nullable=False,
            comment="the persona's id in the terms, stable across versions",
        ),
        sa.Column("name_en", sa.String(length=120), nullable=False),
        sa.Column("name_fr", sa.String(length=120), nullable=False),
        sa.Column(
            "agreement_version_id",
            sa.Integer(),
            nullable=False,
            comment="the latest version in force that describes it",
        ),
        sa.Column("retired_at", instant(), nullable=True, comment="when a version without it came into force"),
        sa.ForeignKeyConstraint(
            ["agreement_version_id"],
            ["agreement_versions.id"],
            name=op.f("fk_personas_agreement_version_id_agreement_versions"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_personas")),
        sa.UniqueConstraint("key", name=op.f("uq_personas_key")),
    )
    op.create_table(
        "rejected_rows",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("row_number", sa.Integer(), nullable=False, comment="1 is the header line"),
        sa.Column(
            "field",
            sa.String(length=120),
            nullable=False,
            comment="the column at fault; empty when it is the whole row",
        ),
        sa.Column("message", sa.Text(), nullable=False, comment="English msgid of the reason"),
        sa.Column("params", sa.JSON(), nullable=False),
        sa.Column("cells", sa.JSON(), nullable=False, comment="the row as read"),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name=op.f("fk_rejected_rows_import_id_imports")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rejected_rows")),
    )
    op.create_index("ix_rejected_rows_import_id_row_number", "rejected_rows", ["import_id", "row_number"], unique=False)
    op.create_table(
        "signatures",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("department", sa.String(length=20), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False, comment="the digest that was signed"),
        sa.Column("signed_at", instant(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_signatures_user_id_users")),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["agreement_versions.id"],
            name=op.f("fk_signatures_version_id_agreement_versions"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signatures")),
        sa.UniqueConstraint("version_id", "department", name=op.f("uq_signatures_version_id_department")),
        sa.UniqueConstraint("version_id", "user_id", name=op.f("uq_signatures_version_id_user_id")),
    )
    op.create_table(
        "targets",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("agreement_version_id", sa.Integer(), nullable=False),
        sa.Column("clause_id", sa.String(length=60), nullable=False),
        sa.Column("metric", sa.String(length=20), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False, comment="exclusive"),
        sa.Column("owed", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agreement_version_id"],
            ["agreement_versions.id"],
            name=op.f("fk_targets_agreement_version_id_agreement_versions"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_targets")),
        sa.UniqueConstraint("clause_id", "starts_on", name=op.f("uq_targets_clause_id_starts_on")),
    )
    op.create_table(
        "leads",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("external_id", sa.String(length=200), nullable=True, comment="id in the system it came from"),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("email_key", sa.String(length=254), nullable=True, comment="lower-case e-mail"),
        sa.Column("first_name", sa.String(length=200), nullable=True),
        sa.Column("last_name", sa.String(length=200), nullable=True),
        sa.Column("phone", sa.String(length=60), nullable=True),
        sa.Column("company", sa.String(length=200), nullable=True),
        sa.Column("job_title", sa.String(length=200), nullable=True),
        sa.Column(
            "country",
            sa.String(length=60),
            nullable=True,
            comment="as written in the source, ISO 3166 code where known",
        ),
        sa.Column("source", sa.String(length=120), nullable=True),
        sa.Column("campaign", sa.String(length=200), nullable=True),
        sa.Column("landing_page", sa.String(length=500), nullable=True),
        sa.Column("custom", sa.JSON(), nullable=False, comment="further facts, key to text"),
        sa.Column("search_text", sa.Text(), nullable=False, comment="names, company, e-mail: lower case, no accents"),
        sa.Column("stage", sa.String(length=20), nullable=False),
        sa.Column("cycle", sa.Integer(), nullable=False, comment="how many times it has become an MQL"),
        sa.Column(
            "is_held",
            sa.Boolean(),
            nullable=False,
            comment="taken back or returned: the criteria do not promote it until a marketer marks it",
        ),
        sa.Column(
            "recycled_until",
            sa.Date(),
            nullable=True,
            comment="the criteria do not promote it before this day",
        ),
        sa.Column("persona_id", sa.Integer(), nullable=True),
        sa.Column("owner_id", sa.Integer(), nullable=True, comment="the rep of the latest hand-off"),
        sa.Column("fit_points", sa.Integer(), nullable=True, comment="of the latest score; null before the first"),
        sa.Column("engagement_points", sa.Integer(), nullable=True),
        sa.Column("points", sa.Integer(), nullable=True, comment="fit_points + engagement_points"),
        sa.Column("amount_cents", sa.BigInteger(), nullable=True, comment="won amount, agreement currency, 1/100"),
        sa.Column("arrived_at", instant(), nullable=False, comment="the inquiry"),
        sa.Column("arrived_on", sa.Date(), nullable=False),
        sa.Column("mql_at", instant(), nullable=True),
        sa.Column("mql_on", sa.Date(), nullable=True),
        sa.Column("sal_at", instant(), nullable=True),
        sa.Column("sql_at", instant(), nullable=True),
        sa.Column("won_at", instant(), nullable=True),
        sa.Column("lost_at", instant(), nullable=True),
        sa.Column("recorded_at", instant(), nullable=False, comment="when this system first heard of it"),
        sa.Column("import_id", sa.Integer(), nullable=True, comment="the import that created it"),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name=op.f("fk_leads_import_id_imports")),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name=op.f("fk_leads_owner_id_users")),
        sa.ForeignKeyConstraint(["persona_id"], ["personas.id"], name=op.f("fk_leads_persona_id_personas")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leads")),
        sa.UniqueConstraint("email_key", name=op.f("uq_leads_email_key")),
        sa.UniqueConstraint("external_id", name=op.f("uq_leads_external_id")),
    )
    op.create_index("ix_leads_arrived_on_source", "leads", ["arrived_on", "source"], unique=False)
    op.create_index("ix_leads_mql_on_source", "leads", ["mql_on", "source"], unique=False)
    op.create_index("ix_leads_stage_id", "leads", ["stage", "id"], unique=False)
    op.create_table(
        "engagements",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("lead_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.String(length=60),
            nullable=False,
            comment="e.g. form, webinar, pricing_page; scoring rules name it",
        ),
        sa.Column("occurred_at", instant(), nullable=False),
        sa.Column("recorded_at", instant(), nullable=False),
        sa.ForeignKeyConstraint(["lead_id"], ["leads.id"], name=op.f("fk_engagements_lead_id_leads")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_engagements")),
        sa.UniqueConstraint("lead_id", "kind", "occurred_at", name=op.f("uq_engagements_lead_id_kind_occurred_at")),
    )
    op.create_table(
        "scores",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("lead_id", sa.Integer(), nullable=False),
        sa.Column("agreement_version_id", sa.Integer(), nullable=False),
        sa.Column("persona_id", sa.Integer(), nullable=True),
        sa.Column("fit_points", sa.Integer(), nullable=False),
        sa.Column("engagement_points", sa.Integer(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("is_mql", sa.Boolean(), nullable=False, comment="whether the MQL criteria held"),
        sa.Column("explanation", sa.JSON(), nullable=False, comment="see domain/scoring.py: Score.explanation"),
        sa.Column("scored_at", instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agreement_version_id"],
            ["agreement_versions.id"],
            name=op.f("fk_scores_agreement_version_id_agreement_versions"),
        ),
        sa.ForeignKeyConstraint(["lead_id"], ["leads.id"], name=op.f("fk_scores_lead_id_leads")),
        sa.ForeignKeyConstraint(["persona_id"], ["personas.id"], name=op.f("fk_scores_persona_id_personas")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scores")),
    )
    op.create_index(op.f("ix_scores_lead_id"), "scores", ["lead_id"], unique=False)
    op.create_table(
        "handoffs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("lead_id", sa.Integer(), nullable=False),
        sa.Column("cycle", sa.Integer(), nullable=False, comment="1 for the lead's first time as an MQL"),
        sa.Column("agreement_version_id", sa.Integer(), nullable=False),
        sa.Column("score_id", sa.Integer(), nullable=True, comment="the score it was handed off with"),
        sa.Column("points", sa.Integer(), nullable=True),
        sa.Column("persona_id", sa.Integer(), nullable=True),
        sa.Column("owner_id", sa.Integer(), nullable=True, comment="null while it waits in the team's queue"),
        sa.Column(
            "qualified_by_id",
            sa.Integer(),
            nullable=True,
            comment="the marketer who marked the MQL; null when the criteria did",
        ),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("mql_at", instant(), nullable=False),
        sa.Column("offered_at", instant(), nullable=False),
        sa.Column("answered_at", instant(), nullable=True),
        sa.Column("closed_at", instant(), nullable=True),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agreement_version_id"],
            ["agreement_versions.id"],
            name=op.f("fk_handoffs_agreement_version_id_agreement_versions"),
        ),
        sa.ForeignKeyConstraint(["lead_id"], ["leads.id"], name=op.f("fk_handoffs_lead_id_leads")),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name=op.f("fk_handoffs_owner_id_users")),
        sa.ForeignKeyConstraint(["persona_id"], ["personas.id"], name=op.f("fk_handoffs_persona_id_personas")),
        sa.ForeignKeyConstraint(["qualified_by_id"], ["users.id"], name=op.f("fk_handoffs_qualified_by_id_users")),
        sa.ForeignKeyConstraint(["score_id"], ["scores.id"], name=op.f("fk_handoffs_score_id_scores")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handoffs")),
    )
    op.create_index("ix_handoffs_lead_id", "handoffs", ["lead_id"], unique=False)
    op.create_index(
        "ix_handoffs_open_owner",
        "handoffs",
        ["owner_id", "state"],
        unique=False,
        sqlite_where=sa.text("state IN ('offered', 'accepted', 'confirmed')"),
        postgresql_where=sa.text("state IN ('offered', 'accepted', 'confirmed')"),
    )
    op.create_index(
        "uq_handoffs_open_lead",
        "handoffs",
        ["lead_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('offered', 'accepted', 'confirmed')"),
        postgresql_where=sa.text("state IN ('offered', 'accepted', 'confirmed')"),
    )
    op.create_table(
        "clocks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("handoff_id", sa.Integer(), nullable=False),
        sa.Column("lead_id", sa.Integer(), nullable=False),
        sa.Column("agreement_version_id", sa.Integer(), nullable=False),
        sa.Column(
            "clause_id",
            sa.String(length=60),
            nullable=False,
            comment="the clock clause in the version's terms",
        ),
        sa.Column("owner_id", sa.Integer(), nullable=True, comment="who has to act"),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("started_at", instant(), nullable=False),
        sa.Column("at_risk_at", instant(), nullable=False),
        sa.Column("due_at", instant(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False, comment="the day of due_at in the zone of the agreement"),
        sa.Column(
            "stopped_at",
            instant(),
            nullable=True,
            comment="when its milestone was reached, or when nobody had to act any more",
        ),
        sa.Column("warned_at", instant(), nullable=True, comment="when its owner was told that it is at risk"),
        sa.Column(
            "elapsed_seconds",
            sa.Integer(),
            nullable=True,
            comment="business seconds from start to milestone; null while, or when for good, it was not reached",
        ),
        sa.ForeignKeyConstraint(
            ["agreement_version_id"],
            ["agreement_versions.id"],
            name=op.f("fk_clocks_agreement_version_id_agreement_versions"),
        ),
        sa.ForeignKeyConstraint(["handoff_id"], ["handoffs.id"], name=op.f("fk_clocks_handoff_id_handoffs")),
        sa.ForeignKeyConstraint(["lead_id"], ["leads.id"], name=op.f("fk_clocks_lead_id_leads")),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name=op.f("fk_clocks_owner_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clocks")),
    )
    op.create_index("ix_clocks_clause_due_on", "clocks", ["clause_id", "due_on", "outcome", "owner_id"], unique=False)
    op.create_index("ix_clocks_handoff_id", "clocks", ["handoff_id"], unique=False)
    op.create_index(
        "ix_clocks_running_due_at",
        "clocks",
        ["due_at"],
        unique=False,
        sqlite_where=sa.text("outcome = 'running'"),
        postgresql_where=sa.text("outcome = 'running'"),
    )
    op.create_index(
        "ix_clocks_unstopped_owner_due_at",
        "clocks",
        ["owner_id", "due_at"],
        unique=False,
        sqlite_where=sa.text("stopped_at IS NULL AND outcome <> 'void'"),
        postgresql_where=sa.text("stopped_at IS NULL AND outcome <> 'void'"),
    )
    op.create_index(
        "ix_clocks_unanswered_due_on",
        "clocks",
        ["due_on", "clause_id"],
        unique=False,
        sqlite_where=sa.text("elapsed_seconds IS NULL AND outcome <> 'void'"),
        postgresql_where=sa.text("elapsed_seconds IS NULL AND outcome <> 'void'"),
    )
    op.create_index(
        "ix_clocks_unwarned_at_risk_at",
        "clocks",
        ["at_risk_at"],
        unique=False,
        sqlite_where=sa.text("outcome = 'running' AND warned_at IS NULL"),
        postgresql_where=sa.text("outcome = 'running' AND warned_at IS NULL"),
    )
    op.create_table(
        "dispositions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("handoff_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column(
            "reason",
            sa.String(length=60),
            nullable=True,
            comment="id of the reason in the version's vocabulary",
        ),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("checklist", sa.JSON(), nullable=True, comment="item id to evidence, when confirmed as SQL"),
        sa.Column("amount_cents", sa.BigInteger(), nullable=True, comment="won amount, agreement currency, 1/100"),
        sa.Column("actor_id", sa.Integer(), nullable=False),
        sa.Column("occurred_at", instant(), nullable=False),
        sa.Column("recorded_at", instant(), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["users.id"], name=op.f("fk_dispositions_actor_id_users")),
        sa.ForeignKeyConstraint(["handoff_id"], ["handoffs.id"], name=op.f("fk_dispositions_handoff_id_handoffs")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispositions")),
        sa.UniqueConstraint("handoff_id", "kind", name=op.f("uq_dispositions_handoff_id_kind")),
    )
    op.create_index(
        "ix_dispositions_refused_occurred_at",
        "dispositions",
        ["occurred_at", "reason"],
        unique=False,
        sqlite_where=sa.text("kind = 'refused'"),
        postgresql_where=sa.text("kind = 'refused'"),
    )
    op.create_index(
        "uq_dispositions_answer",
        "dispositions",
        ["handoff_id"],
        unique=True,
        sqlite_where=sa.text("kind IN ('accepted', 'refused')"),
        postgresql_where=sa.text("kind IN ('accepted', 'refused')"),
    )
    op.create_table(
        "notices",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("recipient_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False, comment="the event name it tells of"),
        sa.Column("handoff_id", sa.Integer(), nullable=True),
        sa.Column("lead_id", sa.Integer(), nullable=True),
        sa.Column("data", sa.JSON(), nullable=True),
        sa.Column("dedupe_key", sa.String(length=120), nullable=False, comment="a notice is owed once per key"),
        sa.Column("created_at", instant(), nullable=False),
        sa.Column("read_at", instant(), nullable=True),
        sa.ForeignKeyConstraint(["handoff_id"], ["handoffs.id"], name=op.f("fk_notices_handoff_id_handoffs")),
        sa.ForeignKeyConstraint(["lead_id"], ["leads.id"], name=op.f("fk_notices_lead_id_leads")),
        sa.ForeignKeyConstraint(["recipient_id"], ["users.id"], name=op.f("fk_notices_recipient_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
        sa.UniqueConstraint("dedupe_key", name=op.f("uq_notices_dedupe_key")),
    )
    op.create_index("ix_notices_recipient_id_id", "notices", ["recipient_id", "id"], unique=False)
    op.create_index(
        "ix_notices_unread",
        "notices",
        ["recipient_id"],
        unique=False,
        sqlite_where=sa.text("read_at IS NULL"),
        postgresql_where=sa.text("read_at IS NULL"),
    )
    op.create_table(
        "touches",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("lead_id", sa.Integer(), nullable=False),
        sa.Column("handoff_id", sa.Integer(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("occurred_at", instant(), nullable=False),
        sa.Column("recorded_at", instant(), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["users.id"], name=op.f("fk_touches_actor_id_users")),
        sa.ForeignKeyConstraint(["handoff_id"], ["handoffs.id"], name=op.f("fk_touches_handoff_id_handoffs")),
        sa.ForeignKeyConstraint(["lead_id"], ["leads.id"], name=op.f("fk_touches_lead_id_leads")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_touches")),
    )
    op.create_index(op.f("ix_touches_handoff_id"), "touches", ["handoff_id"], unique=False)
    op.create_index(op.f("ix_touches_lead_id"), "touches", ["lead_id"], unique=False)
    op.create_table(
        "pauses",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("clock_id", sa.Integer(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("paused_at", instant(), nullable=False),
        sa.Column("resumed_at", instant(), nullable=True),
        sa.ForeignKeyConstraint(["actor_id"], ["users.id"], name=op.f("fk_pauses_actor_id_users")),
        sa.ForeignKeyConstraint(["clock_id"], ["clocks.id"], name=op.f("fk_pauses_clock_id_clocks")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pauses")),
    )
    op.create_index(op.f("ix_pauses_clock_id"), "pauses", ["clock_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_pauses_clock_id"), table_name="pauses")
    op.drop_table("pauses")
    op.drop_index(op.f("ix_touches_lead_id"), table_name="touches")
    op.drop_index(op.f("ix_touches_handoff_id"), table_name="touches")
    op.drop_table("touches")
    op.drop_index(
        "ix_notices_unread",
        table_name="notices",
        sqlite_where=sa.text("read_at IS NULL"),
        postgresql_where=sa.text("read_at IS NULL"),
    )
    op.drop_index("ix_notices_recipient_id_id", table_name="notices")
    op.drop_table("notices")
    op.drop_index(
        "ix_dispositions_refused_occurred_at",
        table_name="dispositions",
        sqlite_where=sa.text("kind = 'refused'"),
        postgresql_where=sa.text("kind = 'refused'"),
    )
    op.drop_index(
        "uq_dispositions_answer",
        table_name="dispositions",
        sqlite_where=sa.text("kind IN ('accepted', 'refused')"),
        postgresql_where=sa.text("kind IN ('accepted', 'refused')"),
    )
    op.drop_table("dispositions")
    op.drop_index(
        "ix_clocks_unwarned_at_risk_at",
        table_name="clocks",
        sqlite_where=sa.text("outcome = 'running' AND warned_at IS NULL"),
        postgresql_where=sa.text("outcome = 'running' AND warned_at IS NULL"),
    )
    op.drop_index(
        "ix_clocks_unstopped_owner_due_at",
        table_name="clocks",
        sqlite_where=sa.text("stopped_at IS NULL AND outcome <> 'void'"),
        postgresql_where=sa.text("stopped_at IS NULL AND outcome <> 'void'"),
    )
    op.drop_index(
        "ix_clocks_running_due_at",
        table_name="clocks",
        sqlite_where=sa.text("outcome = 'running'"),
        postgresql_where=sa.text("outcome = 'running'"),
    )
    op.drop_index("ix_clocks_handoff_id", table_name="clocks")
    op.drop_index(
        "ix_clocks_unanswered_due_on",
        table_name="clocks",
        sqlite_where=sa.text("elapsed_seconds IS NULL AND outcome <> 'void'"),
        postgresql_where=sa.text("elapsed_seconds IS NULL AND outcome <> 'void'"),
    )
    op.drop_index("ix_clocks_clause_due_on", table_name="clocks")
    op.drop_table("clocks")
    op.drop_index(
        "uq_handoffs_open_lead",
        table_name="handoffs",
        sqlite_where=sa.text("state IN ('offered', 'accepted', 'confirmed')"),
        postgresql_where=sa.text("state IN ('offered', 'accepted', 'confirmed')"),
    )
    op.drop_index(
        "ix_handoffs_open_owner",
        table_name="handoffs",
        sqlite_where=sa.text("state IN ('offered', 'accepted', 'confirmed')"),
        postgresql_where=sa.text("state IN ('offered', 'accepted', 'confirmed')"),
    )
    op.drop_index("ix_handoffs_lead_id", table_name="handoffs")
    op.drop_table("handoffs")
    op.drop_index(op.f("ix_scores_lead_id"), table_name="scores")
    op.drop_table("scores")
    op.drop_table("engagements")
    op.drop_index("ix_leads_stage_id", table_name="leads")
    op.drop_index("ix_leads_mql_on_source", table_name="leads")
    op.drop_index("ix_leads_arrived_on_source", table_name="leads")
    op.drop_table("leads")
    op.drop_table("targets")
    op.drop_table("signatures")
    op.drop_index("ix_rejected_rows_import_id_row_number", table_name="rejected_rows")
    op.drop_table("rejected_rows")
    op.drop_table("personas")
    op.drop_index(op.f("ix_user_sessions_user_id"), table_name="user_sessions")
    op.drop_table("user_sessions")
    op.drop_table("imports")
    op.drop_index(
        "uq_agreement_versions_in_force",
        table_name="agreement_versions",
        sqlite_where=sa.text("status = 'in_force'"),
        postgresql_where=sa.text("status = 'in_force'"),
    )
    op.drop_table("agreement_versions")
    op.drop_index(op.f("ix_users_team_id"), table_name="users")
    op.drop_table("users")
    op.drop_table("teams")
    op.drop_table("stale_days")
    op.drop_table("sign_in_throttles")
    op.drop_table("scheduler_leases")
    op.drop_index("ix_job_runs_job_started_at", table_name="job_runs")
    op.drop_table("job_runs")
    op.drop_table("funnel_days")
    op.drop_index("ix_events_lead_id", table_name="events")
    op.drop_table("events")
    op.drop_table("day_tallies")
    op.drop_table("agreements")
