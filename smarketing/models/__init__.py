"""Tables and named selects. Rows hold facts: no rules, no commits, no clock. Importing this imports them all."""

from smarketing.models import (  # noqa: F401 - registers every table with the metadata
    agreements,
    bulks,
    clocks,
    criteria,
    disputes,
    events,
    handoffs,
    imports,
    leads,
    notices,
    people,
    personas,
    runs,
    shares,
    statements,
    tallies,
    targets,
    tokens,
    touches,
    views,
)
