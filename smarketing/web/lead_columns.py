"""The columns of the list of leads that may be chosen; the name always stands first."""

from collections.abc import Sequence

from smarketing.domain.errors import N_
from smarketing.web import status_words

LABELS = {
    "stage": N_("Stage"),
    "status": N_("Status"),
    "status_at": N_("Status since"),
    "clock": N_("Clock"),
    "points": N_("Points"),
    "persona": N_("Persona"),
    "source": N_("Source"),
    "owner": N_("Owner"),
    "arrived": N_("Arrived"),
    "email": N_("E-mail"),
    "phone": N_("Phone"),
    "job_title": N_("Job title"),
    "country": N_("Country"),
    "campaign": N_("Campaign"),
    "mql": N_("MQL since"),
    "sal": N_("SAL since"),
    "sql": N_("SQL since"),
}
OF_STATUSES = frozenset({"status", "status_at"})
"""Those that there are only where the agreement names statuses."""
USUAL = ("stage", "clock", "points", "persona", "source", "owner", "arrived")
WITH_STATUS = ("stage", "status", *USUAL[1:])


def offered() -> dict[str, str]:
    """Those that may be chosen, with their msgids."""
    return {name: label for name, label in LABELS.items() if name not in OF_STATUSES or status_words.are_named()}


def usual() -> tuple[str, ...]:
    """Those of a list that asks for none."""
    return WITH_STATUS if status_words.are_named() else USUAL


def read(texts: Sequence[str]) -> tuple[str, ...]:
    """The columns that the address names, in their own order; the usual ones where it names none that are known."""
    asked = {name.strip() for text in texts for name in text.split(",")}
    return tuple(name for name in offered() if name in asked) or usual()
