"""Statuses of a company for the small agreement: two for a new lead, two for one that sales has accepted."""

from typing import Any

from tests.cast import clause, words


def status(status_id: str, stage: str, *following: str, reasons: tuple[str, ...] = ()) -> dict[str, Any]:
    title = status_id.replace("-", " ").capitalize()
    return clause(status_id, title, f"{title} (fr)") | {
        "stage": stage,
        "meaning": words("It means that.", "Cela veut dire cela."),
        "held_by": "sales",
        "next": [*following],
        "reasons": [*reasons],
    }


STATUSES = [
    status("raw", "inquiry", "read", "new", "out"),
    status("read", "inquiry", "new"),
    status("new", "mql", "tried", "later", "out"),
    status("tried", "sal", "talking", "agreed", "later"),
    status("talking", "sal", "agreed", "later"),
    status("agreed", "sql"),
    status("later", "recycled", "new", reasons=("not-now", "no-budget")),
    status("out", "disqualified", reasons=("bad-data",)),
]
