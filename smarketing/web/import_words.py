"""What the fields of a file are called, and how an import stands."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from flask_babel import gettext, ngettext

from smarketing.domain.column_names import suggested
from smarketing.domain.criteria_fields import CUSTOM_PREFIX
from smarketing.domain.errors import N_, InvalidInput
from smarketing.domain.importing import ImportState
from smarketing.domain.lifecycle import Stage
from smarketing.domain.mapping import ENGAGEMENT_PREFIX, custom_field, is_field
from smarketing.domain.rejection import is_own
from smarketing.domain.terms import Terms
from smarketing.models.imports import Import
from smarketing.web.engagement_words import engagement_name
from smarketing.web.filters import number
from smarketing.web.lead_score import engagement_kinds
from smarketing.web.words import field_name, label

GROUPS = (
    (N_("Who it is"), "email external_id first_name last_name full_name phone company job_title country"),
    (N_("Where it comes from"), "source campaign landing_page arrived_at"),
    (N_("How far it has come"), "mql_at sal_at sql_at won_at lost_at amount"),
    (N_("What it did"), "engagement engaged_at"),
)
FIELDS = {
    "full_name": N_("First and last name"),
    "arrived_at": N_("Arrived"),
    "amount": N_("Amount"),
    "engagement": N_("Kind of engagement"),
    "engaged_at": N_("Time of that engagement"),
}
BADGES = {
    ImportState.UPLOADED: "paused",
    ImportState.CHECKING: "on_track",
    ImportState.CHECKED: "paused",
    ImportState.IMPORTING: "on_track",
    ImportState.DONE: "met",
    ImportState.CANCELLED: "void",
    ImportState.FAILED: "overdue",
}
"""The looks of badges that these states borrow."""

Choices = list[tuple[str, list[tuple[str, str]]]]


class Column(NamedTuple):
    """One column to map: what it holds, what it may be, and what it is taken for."""

    place: int
    header: str
    samples: Sequence[str]
    choices: Choices
    field: str


def name_of(field: str) -> str:
    """A field as people call it."""
    if field in FIELDS:
        return gettext(FIELDS[field])
    if field.endswith("_at") and field.removesuffix("_at") in set(Stage):
        return gettext("%(stage)s since", stage=label(Stage(field.removesuffix("_at"))))
    if field.startswith(ENGAGEMENT_PREFIX):
        return gettext("Time of: %(engagement)s", engagement=engagement_name(field.removeprefix(ENGAGEMENT_PREFIX)))
    if field.startswith(CUSTOM_PREFIX):
        return gettext("Further fact: %(name)s", name=field.removeprefix(CUSTOM_PREFIX).replace("_", " "))
    return field_name(field)


def named(fault: InvalidInput) -> InvalidInput:
    """The refusal with the field as people call it, where it names one."""
    field = fault.params.get("name", "")
    words = {"name": name_of(field)} if is_field(field) else {}
    return InvalidInput(fault.field, fault.message, **fault.params | words)


def columns_of(brought: Import, samples: Sequence[Sequence[str]], terms: Terms | None) -> list[Column]:
    mapping = brought.mapping or suggested(brought.headers)
    groups = _groups(terms)
    return [
        Column(
            place,
            header,
            [row[place].strip()[:60] for row in samples if place < len(row) and row[place].strip()],
            _choices(groups, header, mapping.get(header)),
            mapping.get(header, ""),
        )
        for place, header in enumerate(brought.headers)
        if not is_own(header)
    ]


def _groups(terms: Terms | None) -> Choices:
    groups = [(gettext(title), [(field, name_of(field)) for field in fields.split()]) for title, fields in GROUPS]
    kinds = engagement_kinds(terms) if terms else []
    groups[-1][1].extend((ENGAGEMENT_PREFIX + kind, name_of(ENGAGEMENT_PREFIX + kind)) for kind, _name in kinds)
    return groups


def _choices(groups: Choices, header: str, field: str | None) -> Choices:
    """With a place of its own, and the one that is set already."""
    listed = {each for _title, fields in groups for each, _name in fields}
    own = dict.fromkeys([custom_field(header), *([field] if field else [])])
    return [*groups, (gettext("Further facts"), [(each, name_of(each)) for each in own if each not in listed])]


def badge_of(brought: Import) -> str:
    return BADGES[brought.state]


def rows_seen(brought: Import) -> int:
    return brought.new_count + brought.changed_count + brought.unchanged_count + brought.rejected_count


def taken(brought: Import) -> int:
    """Leads that it brings or changes."""
    return brought.new_count + brought.changed_count


def import_label(brought: Import) -> str:
    count = taken(brought)
    return ngettext("Import %(count)s lead", "Import %(count)s leads", count, count=number(count))


def consequence(brought: Import, *, has_agreement: bool) -> str:
    """What the next click does to sales."""
    count = brought.mql_count
    if not has_agreement:
        return gettext("No agreement is in force, so nothing is scored or handed to sales.")
    if not count:
        return gettext("None of them becomes an MQL, so nothing is handed to sales.")
    return ngettext(
        "%(count)s becomes an MQL and is handed to sales now: its clock starts.",
        "%(count)s become MQLs and are handed to sales now: their clocks start.",
        count,
        count=number(count),
    )


def progress_words(brought: Import) -> str:
    count = rows_seen(brought)
    words = ngettext("%(count)s row read", "%(count)s rows read", count, count=number(count))
    if brought.rejected_count:
        words += ", " + gettext("%(count)s rejected", count=number(brought.rejected_count))
    return words


GLOBALS: dict[str, Any] = {
    "import_badge": badge_of,
    "import_rows": rows_seen,
    "import_taken": taken,
    "import_label": import_label,
    "import_progress": progress_words,
    "import_field": name_of,
}
