"""Which column of a file is which field of a lead, and how the file is to be read."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple
from zoneinfo import available_timezones

from smarketing.domain.cells import READERS
from smarketing.domain.criteria_fields import CUSTOM_PREFIX
from smarketing.domain.errors import N_, DomainError, InvalidInput
from smarketing.domain.importing import MILESTONES, TEXT_LIMITS, folded
from smarketing.domain.terms_faults import KIND_PATTERN

FULL_NAME: Final = "full_name"
"""First and last name in one cell; used where they have no columns of their own."""
ENGAGEMENT: Final = "engagement"
ENGAGED_AT: Final = "engaged_at"
ENGAGEMENT_PREFIX: Final = "engagement."
"""engagement.demo_request is a column that tells when the lead asked for a demo."""

FIELDS: Final = (*TEXT_LIMITS, FULL_NAME, "arrived_at", *MILESTONES, "amount", ENGAGEMENT, ENGAGED_AT)
"""What a column can be, besides custom.… and engagement.…"""

CUSTOM_KEY_PATTERN: Final = "[a-z0-9_]{1,60}"
_CUSTOM_KEY: Final = re.compile(CUSTOM_KEY_PATTERN)
_KIND: Final = re.compile(KIND_PATTERN)


class Options(NamedTuple):
    """`day_first` tells 3/4 apart, None where the file need not be asked; `source` is for rows without one."""

    zone: str = "UTC"
    day_first: bool | None = None
    source: str = ""


def custom_field(header: str) -> str:
    """The field that keeps a column as a further fact under its own name."""
    return CUSTOM_PREFIX + (re.sub(r"[^a-z0-9]+", "_", folded(header)).strip("_")[:60].rstrip("_") or "fact")


def check_mapping(mapping: Mapping[str, str], headers: Sequence[str]) -> None:
    """Raises InvalidInput naming the column or field that is not there, twice there, or missing."""
    for column, field in mapping.items():
        if column not in headers:
            message = N_("The file has no column “%(column)s”. Its columns are: %(columns)s.")
            raise InvalidInput("mapping", message, column=column[:100], columns=", ".join(headers))
        if not is_field(field):
            message = N_("There is no field “%(name)s”. The fields are: %(fields)s, custom.… and engagement.….")
            raise InvalidInput("mapping", message, name=field[:60], fields=", ".join(FIELDS))
    field, count = Counter(mapping.values()).most_common(1)[0] if mapping else ("", 0)
    if count > 1:
        columns = [column for column, mapped in mapping.items() if mapped == field]
        raise InvalidInput(
            "mapping", N_("Only one column can be “%(name)s”: %(columns)s."), name=field, columns=", ".join(columns)
        )
    if not {"email", "external_id"} & set(mapping.values()):
        raise InvalidInput("mapping", N_("Leads are known by their e-mail or their id: say which column holds it."))
    if ENGAGED_AT in mapping.values() and ENGAGEMENT not in mapping.values():
        raise InvalidInput("mapping", N_("The time of an engagement needs a column that says which kind it was."))


def is_field(field: str) -> bool:
    if field.startswith(CUSTOM_PREFIX):
        return bool(_CUSTOM_KEY.fullmatch(field.removeprefix(CUSTOM_PREFIX)))
    if field.startswith(ENGAGEMENT_PREFIX):
        return bool(_KIND.match(field.removeprefix(ENGAGEMENT_PREFIX)))
    return field in FIELDS


def check_options(options: Options) -> None:
    """Raises InvalidInput for a zone that does not exist or a source that cannot be one."""
    if options.zone not in available_timezones():
        raise InvalidInput(
            "zone", N_("There is no time zone “%(zone)s”. Write it like Europe/Paris."), zone=options.zone[:60]
        )
    try:
        READERS["source"](options.source)
    except DomainError as fault:
        raise InvalidInput("source", fault.message, **fault.params) from None
