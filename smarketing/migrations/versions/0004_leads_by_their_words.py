"""Leads are found by their words: a GIN index on PostgreSQL, an FTS5 table kept by triggers on SQLite.

Revision ID: 0004
Revises: 0003
"""

import re
import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

BATCH = 10_000
WORDS = "array_to_tsvector(array_remove(string_to_array(search_text, ' '), ''))"
OLD = "INSERT INTO leads_words (leads_words, rowid, search_text) VALUES ('delete', old.id, old.search_text);"
NEW = "INSERT INTO leads_words (rowid, search_text) VALUES (new.id, new.search_text);"
FTS = (
    "CREATE VIRTUAL TABLE leads_words USING fts5"
    " (search_text, content='leads', content_rowid='id', detail=none, columnsize=0, prefix='2 3')",
    "INSERT INTO leads_words (leads_words) VALUES ('rebuild')",
    f"CREATE TRIGGER leads_words_insert AFTER INSERT ON leads BEGIN {NEW} END",
    f"CREATE TRIGGER leads_words_delete AFTER DELETE ON leads BEGIN {OLD} END",
    "CREATE TRIGGER leads_words_update AFTER UPDATE OF search_text ON leads"
    f" WHEN new.search_text IS NOT old.search_text BEGIN {OLD} {NEW} END",
)


def upgrade() -> None:
    _rewrite()
    if op.get_bind().dialect.name == "postgresql":
        _comment("what it is found by: folded words, a space between")
        op.execute(f"CREATE INDEX leads_words ON leads USING gin ({WORDS})")
        return
    for statement in FTS:
        op.execute(statement)


def downgrade() -> None:
    """The words stay as they are: they are found by the older search too."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP INDEX leads_words")
        _comment("names, company, e-mail: lower case, no accents")
        return
    for name in ("update", "delete", "insert"):
        op.execute(f"DROP TRIGGER leads_words_{name}")
    op.execute("DROP TABLE leads_words")


def _comment(words: str) -> None:
    """SQLite knows no comments, and would make the table anew."""
    op.alter_column("leads", "search_text", existing_type=sa.Text(), existing_nullable=False, comment=words)


def _rewrite() -> None:
    leads = sa.table("leads", sa.column("id"), sa.column("search_text"), sa.column("job_title"))
    last = 0
    while True:
        query = sa.select(leads).where(leads.c.id > last).order_by(leads.c.id).limit(BATCH)
        rows = op.get_bind().execute(query).all()
        if not rows:
            return
        changed = [{"lead": row.id, "words": _words(f"{row.search_text} {row.job_title or ''}")} for row in rows]
        statement = sa.update(leads).where(leads.c.id == sa.bindparam("lead"))
        op.get_bind().execute(statement.values(search_text=sa.bindparam("words")), changed)
        last = rows[-1].id


def _words(text: str) -> str:
    folded = unicodedata.normalize("NFKD", text.casefold())
    return " ".join(re.findall(r"[^\W_]+", "".join(c for c in folded if not unicodedata.combining(c))))
