"""What a criterion may ask of a lead: its fields, each text, a number or an instant."""

from typing import Final

TEXT_FIELDS: Final = frozenset(
    "email first_name last_name phone company job_title country source campaign landing_page persona".split()
)
DERIVED_TEXTS: Final = frozenset({"email_domain", "stage", "status", "grade"})
"""Texts that follow from others: what stands after the @, where the lead is, how the company calls that, its grade."""
NUMBER_FIELDS: Final = frozenset({"points", "fit_points", "engagement_points", "engagement_count", "cycle"})
"""`cycle` is how many times it has become an MQL."""
INSTANT_FIELDS: Final = frozenset({"arrived_at", "mql_at", "sal_at", "sql_at", "last_engaged_at"})

CUSTOM_PREFIX: Final = "custom."
SCORE_FIELDS: Final = frozenset({"points", "fit_points", "engagement_points", "grade"})
"""What only a score tells: a rule that the score is made of may not ask for it."""
ANY_KIND: Final = "any"
"""In place of a kind: an engagement of whatever kind."""

KNOWN_FIELDS: Final = TEXT_FIELDS | DERIVED_TEXTS | NUMBER_FIELDS | INSTANT_FIELDS


def is_custom(field: str) -> bool:
    return field.removeprefix(CUSTOM_PREFIX) not in ("", field)


def is_text(field: str) -> bool:
    """Whether it is compared as text; a custom field may be either."""
    return field in TEXT_FIELDS or field in DERIVED_TEXTS or is_custom(field)


def email_domain(email: str | None) -> str:
    """What stands after the last @; empty without one."""
    _name, at, domain = (email or "").rpartition("@")
    return domain if at else ""
