"""Bring rows in without writing anything: what each would become, rows of the same file counted in.

The leads that earlier rows spoke of are kept as they would be, on disk: memory does not grow with the file.
"""

import json
import pickle
import sqlite3
from collections.abc import Iterable, Sequence
from datetime import datetime

from smarketing.domain.importing import Row
from smarketing.domain.lifecycle import Stage
from smarketing.domain.merging import Draft, Fate
from smarketing.services import intake, leads
from smarketing.services.intake import Outcome


class Rehearsal:
    """One pass over one file. Leads that are not known have negative ids here."""

    def __init__(self) -> None:
        self._drafts = sqlite3.connect("")  # a temporary file of its own, gone when closed
        self._drafts.execute("CREATE TABLE drafts (lead_id INTEGER PRIMARY KEY, draft BLOB)")
        self._drafts.execute("CREATE TABLE keys (key TEXT PRIMARY KEY, lead_id INTEGER) WITHOUT ROWID")
        self._last_id = 0

    def close(self) -> None:
        self._drafts.close()

    def take(self, rows: Sequence[Row], *, now: datetime) -> Outcome:
        known = self._known_to(rows)
        batch, fates, rejected = intake.merge(rows, known, now=now)
        for draft in batch.new:
            self._last_id -= 1
            draft.lead_id = self._last_id
        promoted = intake.foresee(batch, now=now)
        self._keep([*batch.new, *(draft for draft in known if draft.is_stated)], promoted)
        return Outcome(
            fates[Fate.NEW], fates[Fate.CHANGED], fates[Fate.UNCHANGED], len(promoted), rejected, batch.early
        )

    def _known_to(self, rows: Sequence[Row]) -> list[Draft]:
        """As earlier rows left them, or else as the database has them."""
        known = {draft.lead_id: draft for draft in leads.known_to(rows)}
        keys = [key for row in rows for key in _keys(row.facts.get("external_id"), row.facts.get("email"))]
        named = "SELECT lead_id FROM keys WHERE key IN (SELECT value FROM json_each(?))"
        either = f"SELECT draft FROM drafts WHERE lead_id IN ({named} UNION SELECT value FROM json_each(?))"  # noqa: S608
        for (pickled,) in self._drafts.execute(either, (json.dumps(keys), json.dumps(list(known)))):
            draft: Draft = pickle.loads(pickled)  # noqa: S301 - our own, written below
            if stored := known.get(draft.lead_id):
                draft.engagements |= stored.engagements
            known[draft.lead_id] = draft
        return list(known.values())

    def _keep(self, drafts: Iterable[Draft], promoted: frozenset[int]) -> None:
        pickled, keys = [], []
        for draft in drafts:
            if draft.lead_id in promoted:
                draft.stage, draft.is_worked = Stage.MQL, True
            draft.changes, draft.engaged = [], []
            pickled.append((draft.lead_id, pickle.dumps(draft, protocol=5)))
            keys += [(key, draft.lead_id) for key in _keys(draft.facts.get("external_id"), draft.facts.get("email"))]
        self._drafts.executemany("REPLACE INTO drafts VALUES (?, ?)", pickled)
        self._drafts.executemany("REPLACE INTO keys VALUES (?, ?)", keys)


def _keys(external_id: str | None, email: str | None) -> list[str]:
    keys = [f"i{external_id}"] if external_id else []
    return [*keys, f"e{email.lower()}"] if email else keys
