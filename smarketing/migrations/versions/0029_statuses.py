"""Where leads stand in the company's own words.

Revision ID: 0029
Revises: 0028
"""

import json

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

HAS_STATUS = sa.text("status IS NOT NULL")
STATUS = "the company’s own name for it, of the agreement; null where it names none of the stage"
REASON = "the agreed reason it came there with"


def upgrade() -> None:
    op.add_column("leads", sa.Column("status", sa.String(length=60), nullable=True, comment=STATUS))
    op.add_column("leads", sa.Column("status_reason", sa.String(length=60), nullable=True, comment=REASON))
    op.add_column("leads", sa.Column("status_at", sa.DateTime(timezone=True), nullable=True, comment="since when"))
    op.create_index(
        "ix_leads_status_id",
        "leads",
        ["status", "id"],
        unique=False,
        sqlite_where=HAS_STATUS,
        postgresql_where=HAS_STATUS,
    )
    _begin()


def downgrade() -> None:
    op.drop_index("ix_leads_status_id", table_name="leads")
    for name in ("status_at", "status_reason", "status"):
        op.drop_column("leads", name)


def _begin() -> None:
    """Leads of an agreement that names statuses get the first of their stage, since it came into force."""
    connection = op.get_bind()
    in_force = sa.text("SELECT id, terms FROM agreement_versions WHERE status = 'in_force'")
    begin = sa.text(
        "UPDATE leads SET status = :status,"
        " status_at = (SELECT effective_at FROM agreement_versions WHERE id = :version_id) WHERE stage = :stage"
    )
    for version_id, terms in connection.execute(in_force).all():
        firsts = {clause["stage"]: clause["id"] for clause in reversed(json.loads(terms).get("statuses", []))}
        for stage, status in firsts.items():
            connection.execute(begin, {"version_id": version_id, "stage": stage, "status": status})
