"""What things are called: the words for stages, answers, roles and events, and for stored messages."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from flask_babel import format_date, format_datetime, get_locale, gettext

from smarketing.domain import erasing
from smarketing.domain.amendments import AmendmentState
from smarketing.domain.bulks import RowState
from smarketing.domain.calendars import Calendar
from smarketing.domain.clauses import Words
from smarketing.domain.dispositions import Channel, DispositionKind, HandoffState
from smarketing.domain.disputes import DisputeKind, DisputeState, Ground
from smarketing.domain.errors import N_, DomainError, Phrase
from smarketing.domain.importing import ImportState
from smarketing.domain.lifecycle import Move, Stage
from smarketing.domain.roles import Department, Role
from smarketing.domain.routing import Absent
from smarketing.domain.signing import VersionStatus
from smarketing.domain.twins import Likeness
from smarketing.models.handoffs import Disposition
from smarketing.models.personas import Persona
from smarketing.web.engagement_words import engagement_name
from smarketing.web.event_words import EVENTS

WALL_TIME = "EEE d MMM y HH:mm"
"""Of a moment without a zone, which is that of a calendar: with its day of the week."""

LABELS: dict[StrEnum, str] = {
    Stage.INQUIRY: N_("Inquiry"),
    Stage.MQL: N_("MQL"),
    Stage.SAL: N_("SAL"),
    Stage.SQL: N_("SQL"),
    Stage.WON: N_("Won"),
    Stage.LOST: N_("Lost"),
    Stage.RECYCLED: N_("Recycled"),
    Stage.DISQUALIFIED: N_("Disqualified"),
    Role.MARKETER: N_("Marketer"),
    Role.SALES_REP: N_("Sales rep"),
    Role.MANAGER: N_("Manager"),
    Role.ADMIN: N_("Administrator"),
    Department.MARKETING: N_("Marketing"),
    Department.SALES: N_("Sales"),
    HandoffState.OFFERED: N_("Offered"),
    HandoffState.ACCEPTED: N_("Accepted"),
    HandoffState.CONFIRMED: N_("Confirmed as SQL"),
    HandoffState.REFUSED: N_("Refused"),
    HandoffState.RECYCLED: N_("Recycled"),
    HandoffState.WON: N_("Won"),
    HandoffState.LOST: N_("Lost"),
    HandoffState.WITHDRAWN: N_("Withdrawn"),
    Channel.CALL: N_("Call"),
    Channel.EMAIL: N_("E-mail"),
    Channel.MEETING: N_("Meeting"),
    Channel.MESSAGE: N_("Message"),
    VersionStatus.DRAFT: N_("Draft"),
    VersionStatus.PROPOSED: N_("Proposed"),
    VersionStatus.SIGNED: N_("Signed"),
    VersionStatus.IN_FORCE: N_("In force"),
    VersionStatus.SUPERSEDED: N_("Superseded"),
    VersionStatus.EXPIRED: N_("Expired"),
    VersionStatus.TERMINATED: N_("Ended by notice"),
    VersionStatus.WITHDRAWN: N_("Withdrawn"),
    VersionStatus.AMENDMENT: N_("Amendment"),
    AmendmentState.OPEN: N_("Waits for an answer"),
    AmendmentState.ACCEPTED: N_("Accepted"),
    AmendmentState.REFUSED: N_("Refused"),
    AmendmentState.WITHDRAWN: N_("Withdrawn"),
    AmendmentState.LAPSED: N_("Lapsed without an answer"),
    ImportState.UPLOADED: N_("Uploaded"),
    ImportState.CHECKING: N_("Being checked"),
    ImportState.CHECKED: N_("Checked"),
    ImportState.IMPORTING: N_("Being imported"),
    ImportState.DONE: N_("Done"),
    ImportState.CANCELLED: N_("Cancelled"),
    ImportState.FAILED: N_("Failed"),
    Move.QUALIFY: N_("qualify"),
    Move.TAKE_BACK: N_("take back"),
    Move.ACCEPT: N_("accept"),
    Move.RETURN: N_("return"),
    Move.RECYCLE: N_("recycle"),
    Move.DISQUALIFY: N_("disqualify"),
    Move.CONFIRM: N_("confirm as SQL"),
    Move.WIN: N_("win"),
    Move.LOSE: N_("lose"),
    Move.ERASE: N_("erase"),
    DisputeKind.REFUSAL: N_("Refusal contested"),
    DisputeKind.MQL: N_("MQL contested"),
    DisputeKind.BREACH: N_("Excuse asked for"),
    Ground.MEETS_CRITERIA: N_("It meets the agreed criteria"),
    Ground.FAILS_CRITERIA: N_("It does not meet the agreed criteria"),
    Ground.WRONG_DATA: N_("The data were wrong"),
    Ground.OUTAGE: N_("A system was down"),
    Ground.HOLIDAY: N_("A holiday that the calendar does not know"),
    Ground.OTHER: N_("Another reason"),
    DisputeState.RAISED: N_("Waits for an answer"),
    DisputeState.CONTESTED: N_("Waits for a ruling"),
    DisputeState.UPHELD: N_("Upheld"),
    DisputeState.DISMISSED: N_("Dismissed"),
    DisputeState.TAKEN_BACK: N_("Taken back"),
    erasing.Ground.REQUEST: N_("they asked for it"),
    erasing.Ground.OBJECTION: N_("they asked for it, and never to be brought in again"),
    erasing.Ground.RETENTION: N_("kept for as long as was agreed"),
    Absent.AWAY: N_("away"),
    Absent.FULL: N_("has no room left"),
    Absent.ELSEWHERE: N_("takes other countries"),
    Absent.OTHER_LANGUAGE: N_("takes other languages"),
    Absent.NO_SHARE: N_("has no share of the turn"),
    RowState.WAITING: N_("Waits"),
    RowState.DONE: N_("Done"),
    RowState.NOT_DONE: N_("Not done"),
    RowState.UNDOING: N_("Waits to be undone"),
    RowState.UNDONE: N_("Undone"),
    RowState.STANDS: N_("Stands"),
    Likeness.PHONE: N_("same telephone"),
    Likeness.NAME: N_("same name and company"),
    Likeness.MAIL: N_("same mail name at the company"),
    **EVENTS,
}

ANSWERED = {
    DispositionKind.ACCEPTED: N_("accepted it"),
    DispositionKind.REFUSED: N_("refused it"),
    DispositionKind.CONFIRMED: N_("confirmed it as an SQL"),
    DispositionKind.RECYCLED: N_("recycled it"),
    DispositionKind.WON: N_("marked it as won"),
    DispositionKind.LOST: N_("marked it as lost"),
}

FIELDS = {
    "email": N_("E-mail"),
    "first_name": N_("First name"),
    "last_name": N_("Last name"),
    "phone": N_("Phone"),
    "company": N_("Company"),
    "job_title": N_("Job title"),
    "country": N_("Country"),
    "source": N_("Source"),
    "campaign": N_("Campaign"),
    "landing_page": N_("Landing page"),
    "persona": N_("Persona"),
    "points": N_("Score"),
    "fit_points": N_("Fit points"),
    "engagement_points": N_("Engagement points"),
    "engagement_count": N_("Number of engagements"),
    "email_domain": N_("Domain of the e-mail"),
    "stage": N_("Stage"),
    "status": N_("Status"),
    "grade": N_("Grade"),
    "cycle": N_("Times an MQL"),
    "arrived_at": N_("Arrival"),
    "mql_at": N_("First MQL"),
    "sal_at": N_("First acceptance"),
    "sql_at": N_("First SQL"),
    "last_engaged_at": N_("Last engagement"),
    "external_id": N_("Id in the other system"),
}


def label(word: StrEnum) -> str:
    """The word for a stage, a state, a role, an event …, in the reader's language."""
    return gettext(LABELS[word])


def answered(kind: DispositionKind) -> str:
    """What somebody did to a hand-off, to follow their name: “accepted it”."""
    return gettext(ANSWERED[kind])


def answerer(answer: Disposition) -> str:
    """Who gave an answer: somebody, or the agreement by itself."""
    return answer.actor.name if answer.actor else gettext("The agreement")


def field_name(field: str) -> str:
    """A field of a lead as people call it; a custom one goes by its own key."""
    return gettext(FIELDS[field]) if field in FIELDS else field.removeprefix("custom.").replace("_", " ")


def in_language(words: Words) -> str:
    """Words of the agreement in the reader's language."""
    return words.in_locale(str(get_locale()))


def calendar_name(calendar: Calendar) -> str:
    return in_language(calendar.title) if calendar.title else calendar.id


def persona_name(persona: Persona) -> str:
    return persona.name_fr if str(get_locale()).startswith("fr") else persona.name_en


def message_of(error: DomainError) -> str:
    """The error's sentence in the reader's language."""
    return sentence(error.message, error.params)


def sentence(msgid: str, params: Mapping[str, Any]) -> str:
    """A stored msgid with its parameters, in the reader's language."""
    spoken = {name: _spoken(name, value) for name, value in params.items()}
    return gettext(msgid, **spoken) if spoken else gettext(msgid)


def reason_sentence(line: Sequence[Any]) -> str:
    """One line of a verdict: held, asked (msgid), params, found, depth."""
    _held, asked, params, _found, _depth = line
    return sentence(asked, params)


def _spoken(name: str, value: Any) -> Any:
    if isinstance(value, Phrase):
        return sentence(value.message, value.params)
    if isinstance(value, Words):
        return in_language(value)
    if isinstance(value, datetime):
        is_wall_time = value.tzinfo is None
        return format_datetime(value, WALL_TIME if is_wall_time else "short", rebase=not is_wall_time)
    if isinstance(value, date):
        return format_date(value, "long", rebase=False)
    if isinstance(value, list):
        return ", ".join(str(item) for item in value)
    if name == "field" and isinstance(value, str):
        return field_name(value)
    if name == "engagement" and isinstance(value, str):
        return engagement_name(value)
    known = _WORDS.get((name, value)) if isinstance(value, str) else None
    return gettext(known) if known else value


_WORDS = {
    **{("stage", str(stage)): LABELS[stage] for stage in Stage},
    **{("move", str(move)): LABELS[move] for move in Move},
    **{("kind", str(kind)): words for kind, words in ANSWERED.items()},
    **{("state", str(state)): LABELS[state] for state in HandoffState},
    **{("status", str(status)): LABELS[status] for status in VersionStatus},
    **{("department", str(department)): LABELS[department] for department in Department},
}
