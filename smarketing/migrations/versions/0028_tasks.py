"""Tasks of steps, people told in place of others, and ladders for clocks that started before these were climbed.

Revision ID: 0028
Revises: 0027
"""

import json

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

IS_OPEN = sa.text("done_at IS NULL")
ACTS, ACTS_BEFORE = "reassign, recycle, task or list", "reassign or list"
WARNED = "when it was seen to be at risk: its owner was told then, unless its ladder does so"
WARNED_BEFORE = "when its owner was told that it is at risk"

FORGOTTEN = sa.text(
    "UPDATE clocks SET escalates_at = started_at WHERE agreement_version_id IN :ids"
    " AND escalates_at IS NULL AND paused_at IS NULL AND stopped_at IS NULL AND outcome <> 'void'"
    " AND NOT EXISTS (SELECT 1 FROM escalations WHERE escalations.clock_id = clocks.id)"
)


def upgrade() -> None:
    op.create_table(
        "tasks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("escalation_id", sa.Integer(), nullable=False),
        sa.Column("assignee_id", sa.Integer(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True, comment="null while it is to be done"),
        sa.Column("done_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["escalation_id"], ["escalations.id"], name=op.f("fk_tasks_escalation_id_escalations")),
        sa.ForeignKeyConstraint(["assignee_id"], ["users.id"], name=op.f("fk_tasks_assignee_id_users")),
        sa.ForeignKeyConstraint(["done_by_id"], ["users.id"], name=op.f("fk_tasks_done_by_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tasks")),
        sa.UniqueConstraint("escalation_id", name=op.f("uq_tasks_escalation_id")),
    )
    op.create_index(
        "ix_tasks_open_assignee_id", "tasks", ["assignee_id"], sqlite_where=IS_OPEN, postgresql_where=IS_OPEN
    )
    with op.batch_alter_table("escalation_calls") as batch:
        batch.add_column(
            sa.Column(
                "instead_of_id",
                sa.Integer(),
                nullable=True,
                comment="who is away for days, so that this person is told as well",
            )
        )
        batch.create_foreign_key(op.f("fk_escalation_calls_instead_of_id_users"), "users", ["instead_of_id"], ["id"])
    _say(ACTS, WARNED, instead_of=(ACTS_BEFORE, WARNED_BEFORE))
    _set_out()


def downgrade() -> None:
    _say(ACTS_BEFORE, WARNED_BEFORE, instead_of=(ACTS, WARNED))
    with op.batch_alter_table("escalation_calls") as batch:
        batch.drop_constraint(op.f("fk_escalation_calls_instead_of_id_users"), type_="foreignkey")
        batch.drop_column("instead_of_id")
    op.drop_index("ix_tasks_open_assignee_id", table_name="tasks")
    op.drop_table("tasks")


def _say(act: str, warned_at: str, *, instead_of: tuple[str, str]) -> None:
    """SQLite keeps no comments."""
    if op.get_bind().dialect.name != "postgresql":
        return
    kind = sa.String(length=20)
    op.alter_column("escalations", "act", existing_type=kind, comment=act, existing_comment=instead_of[0])
    at = sa.DateTime(timezone=True)
    op.alter_column("clocks", "warned_at", existing_type=at, comment=warned_at, existing_comment=instead_of[1])


def _set_out() -> None:
    """Have the sweep look at each open clock of a version with ladders that has climbed none so far.

    It works out what is due and what is next; a clock that stands still is looked at when it goes on.
    """
    connection = op.get_bind()
    versions = connection.execute(sa.text("SELECT id, terms FROM agreement_versions")).all()
    with_ladders = [version_id for version_id, terms in versions if json.loads(terms).get("escalations")]
    if not with_ladders:
        return
    connection.execute(FORGOTTEN.bindparams(sa.bindparam("ids", expanding=True)), {"ids": with_ladders})
