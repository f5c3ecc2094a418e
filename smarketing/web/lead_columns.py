"""The columns of the list of leads that may be chosen; the name always stands first."""

from collections.abc import Sequence

from smarketing.domain.errors import N_

LABELS = {
    "stage": N_("Stage"),
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
USUAL = ("stage", "clock", "points", "persona", "source", "owner", "arrived")


def read(texts: Sequence[str]) -> tuple[str, ...]:
    """The columns that the address names, in their own order; the usual ones where it names none that are known."""
    asked = {name.strip() for text in texts for name in text.split(",")}
    return tuple(name for name in LABELS if name in asked) or USUAL
