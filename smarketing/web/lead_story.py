"""The journal of a lead in words: each line's sentence, its particulars, and who did it under which version."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from flask_babel import gettext

from smarketing.domain.clauses import Clause
from smarketing.domain.dispositions import Channel
from smarketing.domain.erasing import Ground
from smarketing.domain.event_names import EventName
from smarketing.domain.terms import Terms
from smarketing.models.events import Event
from smarketing.reports import lead_history
from smarketing.reports.lead_history import Version
from smarketing.web.clause_words import listed
from smarketing.web.engagement_words import engagement_name
from smarketing.web.filters import local_date, money, number
from smarketing.web.words import field_name, in_language, label

ICONS = {
    EventName.LEAD_ARRIVED: "stage-inquiry",
    EventName.LEAD_QUALIFIED: "stage-mql",
    EventName.LEAD_TAKEN_BACK: "arrow-back-up",
    EventName.HANDOFF_ACCEPTED: "stage-sal",
    EventName.HANDOFF_CONFIRMED: "stage-sql",
    EventName.HANDOFF_REFUSED: "x",
    EventName.HANDOFF_RECYCLED: "stage-recycled",
    EventName.HANDOFF_WON: "stage-won",
    EventName.HANDOFF_LOST: "stage-lost",
    EventName.CLOCK_WARNED: "state-at_risk",
    EventName.CLOCK_BREACHED: "state-overdue",
}
STATES = {EventName.CLOCK_WARNED: "at_risk", EventName.CLOCK_BREACHED: "overdue", EventName.HANDOFF_WON: "met"}


class Entry(NamedTuple):
    """`by` is None where a rule or a job did it. `noticed_at` is given where it was recorded later than it happened."""

    id: int
    sentence: str
    detail: str | None
    by: str | None
    version: int | None
    at: datetime
    noticed_at: datetime | None
    icon: str
    state: str | None


def entries(rows: Sequence[Any]) -> list[Entry]:
    """Rows of `lead_history.events`; two queries for what they name, however many they are."""
    versions = lead_history.versions(row.Event.agreement_version_id for row in rows)
    names = lead_history.user_names((row.Event.data or {}).get("owner") for row in rows)
    return [_entry(row.Event, row.actor_name, versions, names) for row in rows]


def _entry(event: Event, by: str | None, versions: Mapping[int, Version], names: Mapping[int, str]) -> Entry:
    name = EventName(event.name)
    version = versions.get(event.agreement_version_id or 0)
    told = _Told(event.data or {}, version.terms if version else None, names)
    detail = DETAILS[name](told) if name in DETAILS else None
    is_late = event.recorded_at > event.occurred_at
    return Entry(
        event.id,
        label(name),
        detail,
        by,
        version.number if version else None,
        event.occurred_at,
        event.recorded_at if is_late else None,
        ICONS.get(name, "dot"),
        STATES.get(name),
    )


class _Told(NamedTuple):
    data: Mapping[str, Any]
    terms: Terms | None
    names: Mapping[int, str]


def _fields(told: _Told) -> str | None:
    return listed([field_name(field) for field in told.data.get("fields", ())], style="standard")


def _kind(told: _Told) -> str | None:
    kind = told.data.get("kind")
    return engagement_name(kind) if kind else None


def _points(told: _Told) -> str | None:
    if reason := told.data.get("reason"):
        return gettext("by hand: %(reason)s", reason=reason)
    points = told.data.get("points")
    return None if points is None else gettext("%(points)s points", points=number(points))


def _other_record(told: _Told) -> str | None:
    other_id = told.data.get("absorbed") or told.data.get("from")
    return gettext("lead %(number)s", number=other_id) if other_id else None


def _ground(told: _Told) -> str | None:
    return label(Ground(told.data["ground"]))


def _written_reason(told: _Told) -> str | None:
    return told.data.get("reason")


def _owner(told: _Told) -> str | None:
    owner_id = told.data.get("owner")
    if owner_id is None:
        return gettext("waits in the team’s queue")
    return gettext("to %(name)s", name=told.names.get(owner_id, f"#{owner_id}"))


def _agreed_reason(told: _Told) -> str | None:
    """The agreed words of the reason, and until when it is recycled."""
    reason_id, until = told.data.get("reason"), told.data.get("until")
    reason = _title(told.terms.clauses() if told.terms else (), reason_id)
    if reason and until:
        day = local_date(datetime.fromisoformat(until).date())
        return gettext("%(reason)s; until %(day)s", reason=reason, day=day)
    return reason


def _status(told: _Told) -> str | None:
    """The status and its reason, by the titles of the version it was told under."""
    status, reason = told.data.get("status"), told.data.get("reason")
    if told.terms is None or status is None:
        return status
    name = _title(told.terms.statuses, status)
    if told.data.get("undone"):
        return gettext("back to “%(status)s”", status=name)
    return f"{name}, {_title(told.terms.handoff.reasons(), reason)}" if reason else name


def _amount(told: _Told) -> str | None:
    cents = told.data.get("amount_cents")
    return money(cents, told.terms.currency) if told.terms and cents is not None else None


def _channel(told: _Told) -> str | None:
    channel = told.data.get("channel")
    return label(Channel(channel)) if channel else None


def _clause(told: _Told) -> str | None:
    return _title(told.terms.clocks if told.terms else (), told.data.get("clause"))


def _timebox(told: _Told) -> str | None:
    return _title(told.terms.timeboxes if told.terms else (), told.data.get("clause"))


def _title(clauses: Any, clause_id: str | None) -> str | None:
    found: Clause | None = next((clause for clause in clauses if clause.id == clause_id), None)
    return in_language(found.title) if found else clause_id


DETAILS: dict[EventName, Callable[[_Told], str | None]] = {
    EventName.LEAD_UPDATED: _fields,
    EventName.LEAD_ENGAGED: _kind,
    EventName.LEAD_SCORED: _points,
    EventName.LEAD_QUALIFIED: _points,
    EventName.LEAD_TAKEN_BACK: _written_reason,
    EventName.LEAD_STATUS_CHANGED: _status,
    EventName.LEAD_MERGED: _other_record,
    EventName.LEAD_SEPARATED: _other_record,
    EventName.LEAD_ERASED: _ground,
    EventName.HANDOFF_OFFERED: _owner,
    EventName.HANDOFF_REASSIGNED: _owner,
    EventName.HANDOFF_PAUSED: _written_reason,
    EventName.HANDOFF_REFUSED: _agreed_reason,
    EventName.HANDOFF_RECYCLED: _agreed_reason,
    EventName.HANDOFF_LOST: _agreed_reason,
    EventName.HANDOFF_WON: _amount,
    EventName.TOUCH_LOGGED: _channel,
    EventName.TOUCH_VOIDED: _channel,
    EventName.TIMEBOX_ENDED: _timebox,
    EventName.CLOCK_STARTED: _clause,
    EventName.CLOCK_WARNED: _clause,
    EventName.CLOCK_STOPPED: _clause,
    EventName.CLOCK_BREACHED: _clause,
    EventName.CLOCK_VOIDED: _clause,
    EventName.CLOCK_REOPENED: _clause,
}
