"""What things are called: the words for stages, answers, roles and events, and for stored messages."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from flask_babel import format_date, format_datetime, get_locale, gettext

from smarketing.domain import erasing
from smarketing.domain.amendments import AmendmentState
from smarketing.domain.bulks import RowState
from smarketing.domain.clauses import Words
from smarketing.domain.dispositions import Channel, DispositionKind, HandoffState
from smarketing.domain.disputes import DisputeKind, DisputeState, Ground
from smarketing.domain.errors import N_, DomainError
from smarketing.domain.event_names import EventName
from smarketing.domain.importing import ImportState
from smarketing.domain.lifecycle import Move, Stage
from smarketing.domain.roles import Department, Role
from smarketing.domain.routing import Absent
from smarketing.domain.signing import VersionStatus
from smarketing.models.handoffs import Disposition
from smarketing.models.personas import Persona

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
    EventName.LEAD_ARRIVED: N_("The lead arrived"),
    EventName.LEAD_UPDATED: N_("The lead’s facts changed"),
    EventName.LEAD_ENGAGED: N_("The lead engaged"),
    EventName.LEAD_SCORED: N_("The lead was scored"),
    EventName.LEAD_QUALIFIED: N_("The lead became an MQL"),
    EventName.LEAD_TAKEN_BACK: N_("The MQL was taken back"),
    EventName.LEAD_ERASED: N_("What was known of the person was erased"),
    EventName.HANDOFF_OFFERED: N_("Handed to sales"),
    EventName.HANDOFF_ACCEPTED: N_("Sales accepted the lead"),
    EventName.HANDOFF_REFUSED: N_("Sales refused the lead"),
    EventName.HANDOFF_WITHDRAWN: N_("Marketing withdrew the lead"),
    EventName.HANDOFF_CONFIRMED: N_("Sales confirmed the lead as an SQL"),
    EventName.HANDOFF_RECYCLED: N_("Sales recycled the lead"),
    EventName.HANDOFF_WON: N_("The deal was won"),
    EventName.HANDOFF_LOST: N_("The deal was lost"),
    EventName.HANDOFF_ANSWER_UNDONE: N_("Sales undid an answer"),
    EventName.HANDOFF_REASSIGNED: N_("Given to somebody else in sales"),
    EventName.HANDOFF_PAUSED: N_("Clocks were paused"),
    EventName.HANDOFF_RESUMED: N_("Clocks went on"),
    EventName.TOUCH_LOGGED: N_("A touch was logged"),
    EventName.TOUCH_VOIDED: N_("A touch was removed: it was logged by mistake"),
    EventName.CLOCK_STARTED: N_("A clock started"),
    EventName.CLOCK_WARNED: N_("A clock was at risk"),
    EventName.CLOCK_STOPPED: N_("A clock stopped"),
    EventName.TIMEBOX_ENDED: N_("Stood still for as long as was agreed"),
    EventName.CLOCK_BREACHED: N_("A clock ran out"),
    EventName.CLOCK_VOIDED: N_("A clock no longer counts"),
    EventName.CLOCK_REOPENED: N_("A clock runs again"),
    EventName.CLOCK_EXCUSED: N_("A missed clock was excused"),
    EventName.CLOCK_ESCALATED: N_("A step of escalation was taken"),
    EventName.DISPUTE_RAISED: N_("A dispute was raised"),
    EventName.DISPUTE_ANSWERED: N_("A dispute was answered"),
    EventName.DISPUTE_VOTED: N_("An arbiter spoke"),
    EventName.DISPUTE_RULED: N_("A dispute was ruled on"),
    EventName.DISPUTE_WITHDRAWN: N_("A dispute was taken back"),
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
    EventName.REFUSAL_AGREED: N_("Marketing agreed with the refusal"),
    EventName.REFUSAL_REOPENED: N_("The refusal waits for an answer again"),
    EventName.REMARK_WRITTEN: N_("A remark was written"),
    EventName.REMARK_REMOVED: N_("A remark was removed"),
    EventName.ROUTING_CHANGED: N_("What somebody takes of the turn was changed"),
    EventName.ABSENCE_ADDED: N_("An absence was written down"),
    EventName.ABSENCE_REMOVED: N_("An absence was removed"),
    erasing.Ground.REQUEST: N_("they asked for it"),
    erasing.Ground.OBJECTION: N_("they asked for it, and never to be brought in again"),
    erasing.Ground.RETENTION: N_("kept for as long as was agreed"),
    Absent.AWAY: N_("away"),
    Absent.FULL: N_("has no room left"),
    Absent.ELSEWHERE: N_("takes other countries"),
    Absent.OTHER_LANGUAGE: N_("takes other languages"),
    Absent.NO_SHARE: N_("has no share of the turn"),
    EventName.BULK_BEGUN: N_("A decision about many leads"),
    EventName.BULK_UNDONE: N_("A decision about many leads was undone"),
    RowState.WAITING: N_("Waits"),
    RowState.DONE: N_("Done"),
    RowState.NOT_DONE: N_("Not done"),
    RowState.UNDOING: N_("Waits to be undone"),
    RowState.UNDONE: N_("Undone"),
    RowState.STANDS: N_("Stands"),
    EventName.IMPORT_FINISHED: N_("An import ended"),
    EventName.HISTORY_BROUGHT_IN: N_("A history was brought in"),
    EventName.HISTORY_REMOVED: N_("A history was removed"),
    EventName.VERSION_DRAFTED: N_("A version was drafted"),
    EventName.VERSION_CHANGED: N_("A draft was changed"),
    EventName.VERSION_DISCARDED: N_("A draft was discarded"),
    EventName.VERSION_PROPOSED: N_("A version was proposed"),
    EventName.VERSION_WITHDRAWN: N_("A proposal was withdrawn"),
    EventName.VERSION_SIGNED: N_("A version was signed"),
    EventName.VERSION_EFFECTIVE: N_("A version came into force"),
    EventName.VERSION_SUPERSEDED: N_("A version was superseded"),
    EventName.AMENDMENT_SENT: N_("An amendment was sent to the other side"),
    EventName.AMENDMENT_ACCEPTED: N_("An amendment was accepted"),
    EventName.AMENDMENT_REFUSED: N_("An amendment was refused"),
    EventName.AMENDMENT_WITHDRAWN: N_("An amendment was taken back"),
    EventName.AMENDMENT_LAPSED: N_("An amendment lapsed without an answer"),
    EventName.VERSION_BACKTESTED: N_("A version was judged over past days"),
    EventName.REPORT_SHARED: N_("A link to figures was made"),
    EventName.REPORT_UNSHARED: N_("A link to figures was revoked"),
    EventName.STATEMENT_COMPOSED: N_("What came of a month was written down"),
    EventName.STATEMENT_SIGNED: N_("A statement was signed"),
    EventName.USER_CREATED: N_("An account was created"),
    EventName.USER_CHANGED: N_("An account was changed"),
    EventName.USER_DISABLED: N_("An account was disabled"),
    EventName.VIEW_SAVED: N_("A view was saved"),
    EventName.VIEW_FORGOTTEN: N_("A view was forgotten"),
    EventName.PASSWORD_CHANGED: N_("A password was changed"),
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


def persona_name(persona: Persona) -> str:
    return persona.name_fr if str(get_locale()).startswith("fr") else persona.name_en


def message_of(error: DomainError) -> str:
    """The error's sentence in the reader's language."""
    return sentence(error.message, error.params)


def sentence(msgid: str, params: Mapping[str, Any]) -> str:
    """A stored msgid with its parameters, in the reader's language."""
    spoken = {name: _spoken(name, value) for name, value in params.items()}
    return gettext(msgid, **spoken) if spoken else gettext(msgid)


def engagement_name(kind: str) -> str:
    return kind.replace("_", " ").replace("-", " ")


def reason_sentence(line: Sequence[Any]) -> str:
    """One line of a verdict: held, asked (msgid), params, found, depth."""
    _held, asked, params, _found, _depth = line
    return sentence(asked, params)


def _spoken(name: str, value: Any) -> Any:
    if isinstance(value, Words):
        return in_language(value)
    if isinstance(value, datetime):
        return format_datetime(value, "short")
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
