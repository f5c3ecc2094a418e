"""Which rules counted in the score a hand-off was made with, and what it would have been without each.

Revision ID: 0032
Revises: 0031
"""

import json

import sqlalchemy as sa
from alembic import op

from smarketing.domain import calibration
from smarketing.domain.scoring import Scorer
from smarketing.domain.terms import parse

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

AT_ONCE = 2000


def upgrade() -> None:
    op.create_table(
        "counted_rules",
        sa.Column("handoff_id", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(60), nullable=False, comment="id of the clause in the version's scoring"),
        sa.Column(
            "points_without",
            sa.Integer(),
            nullable=False,
            comment="what the score would have been without this rule, under the same limits",
        ),
        sa.ForeignKeyConstraint(["handoff_id"], ["handoffs.id"], name=op.f("fk_counted_rules_handoff_id_handoffs")),
        sa.PrimaryKeyConstraint("handoff_id", "rule", name=op.f("pk_counted_rules")),
    )
    _count()


def _count() -> None:
    """In the scores that are there, under the rules they were made by."""
    connection = op.get_bind()
    texts = connection.execute(sa.text("SELECT id, terms FROM agreement_versions WHERE status <> 'draft'"))
    rules = {version_id: Scorer(parse(text)).rules for version_id, text in texts}
    asked = sa.text(
        "SELECT handoffs.id, scores.agreement_version_id, CAST(scores.explanation AS TEXT) FROM handoffs"
        " JOIN scores ON scores.id = handoffs.score_id WHERE handoffs.id > :last ORDER BY handoffs.id LIMIT :most"
    )
    insert = sa.text("INSERT INTO counted_rules (handoff_id, rule, points_without) VALUES (:handoff, :rule, :points)")
    last = 0
    while rows := connection.execute(asked, {"last": last, "most": AT_ONCE}).all():
        last = rows[-1][0]
        found = [
            {"handoff": handoff_id, "rule": rule, "points": points}
            for handoff_id, version_id, told in rows
            if version_id in rules
            for rule, points in calibration.counted(json.loads(told), rules[version_id])
        ]
        if found:
            connection.execute(insert, found)


def downgrade() -> None:
    op.drop_table("counted_rules")
