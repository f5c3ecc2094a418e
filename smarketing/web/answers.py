"""How a hand-off stands and what the person at the screen can do with it: for the queue and for the lead's page."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from flask import url_for
from flask_babel import gettext
from sqlalchemy import select

from smarketing.db import db
from smarketing.domain.dispositions import OPEN_STATES, DispositionKind, HandoffState, is_possible
from smarketing.domain.errors import N_
from smarketing.domain.event_names import EventName
from smarketing.domain.roles import Permission, may
from smarketing.domain.sla_clock import Outcome
from smarketing.domain.statuses import outcomes
from smarketing.domain.terms import Terms
from smarketing.models.clocks import Clock
from smarketing.models.handoffs import Handoff
from smarketing.models.people import User
from smarketing.models.touches import Touch
from smarketing.reports import agreed
from smarketing.services import corrections, routing
from smarketing.web import status_words
from smarketing.web.access import actor, now
from smarketing.web.words import in_language, label


class Act(NamedTuple):
    """A thing to do. `is_direct` is done at once by a POST to `url`; the others are asked about there first.

    `word` is its name where there is little room.
    """

    noun: str
    label: str
    word: str
    url: str
    icon: str
    shortcut: str
    is_direct: bool = False


class ClockLine(NamedTuple):
    clock: Clock
    title: str


class TouchLine(NamedTuple):
    touch: Touch
    channel: str
    void_url: str | None


class Undo(NamedTuple):
    url: str
    until_at: datetime


class AnswerView(NamedTuple):
    """`acts` is empty where this person can do nothing, and `standstill` then says why."""

    handoff: Handoff
    clocks: Sequence[ClockLine]
    touches: Sequence[TouchLine]
    acts: Sequence[Act]
    standstill: str | None
    undo: Undo | None
    choices: Sequence[tuple[str, str]]


class _Verb(NamedTuple):
    noun: str
    kind: DispositionKind | None
    label: str
    word: str
    icon: str
    shortcut: str

    @property
    def event(self) -> str:
        if self.kind:
            return f"handoff.{self.kind}"
        return EventName.TOUCH_LOGGED.value if self.noun == "touches" else ""

    @property
    def endpoint(self) -> str:
        return "statuses.status" if self.noun == "status" else f"handoffs.{self.noun}"


VERBS = (
    _Verb("acceptance", DispositionKind.ACCEPTED, N_("Accept"), N_("Accept"), "check", "a"),
    _Verb("refusal", DispositionKind.REFUSED, N_("Refuse"), N_("Refuse"), "x", "r"),
    _Verb("win", DispositionKind.WON, N_("Won"), N_("Won"), "trophy", "w"),
    _Verb("loss", DispositionKind.LOST, N_("Lost"), N_("Lost"), "ban", "l"),
    _Verb("touches", None, N_("Log a touch"), N_("Touch"), "phone", "t"),
    _Verb("confirmation", DispositionKind.CONFIRMED, N_("Confirm as SQL"), N_("Confirm"), "list-check", "q"),
    _Verb("status", None, N_("Change the status"), N_("Status"), "refresh", "u"),
    _Verb("recycling", DispositionKind.RECYCLED, N_("Recycle"), N_("Recycle"), "recycle", "y"),
)


def answer_view(handoff: Handoff) -> AnswerView:
    """Everything that `handoffs/_answer.html` shows; a handful of queries."""
    terms = agreed.terms_of(handoff.agreement_version_id)
    clocks = _clock_lines(handoff, terms)
    return AnswerView(
        handoff,
        clocks,
        _touch_lines(handoff),
        acts(handoff, terms, [line.clock for line in clocks]),
        _standstill(handoff),
        undo_of(handoff),
        owner_choices(handoff),
    )


def acts(handoff: Handoff, terms: Terms, clocks: Sequence[Clock], *, urgent: Collection[str] = ()) -> list[Act]:
    """What this person can do with the hand-off: first what tells of an `urgent` event, then the likeliest."""
    return [*_answers(handoff, terms, urgent), *_holds(handoff, terms, clocks)]


def _holds(handoff: Handoff, terms: Terms, clocks: Sequence[Clock]) -> list[Act]:
    """To pause the clocks, or to let them go on, where the agreement lets people do so."""
    is_for_me = handoff.owner_id == actor().id or may(actor().role, Permission.REASSIGN_HANDOFF)
    running = [clock for clock in clocks if clock.outcome is Outcome.RUNNING and clock.stopped_at is None]
    pausable = [clock for clock in running if terms.clock(clock.clause_id).may_be_paused()]
    if handoff.state not in OPEN_STATES or not is_for_me or not pausable:
        return []
    if any(clock.paused_at for clock in pausable):
        url = url_for("handoffs.resumption", handoff_id=handoff.id)
        label = gettext("Let the clocks go on")
        return [Act("resumption", label, gettext("Go on"), url, "player-play", "s", is_direct=True)]
    url = url_for("handoffs.pause", handoff_id=handoff.id)
    return [Act("pause", gettext("Pause the clocks"), gettext("Pause"), url, "player-pause", "s")]


def _answers(handoff: Handoff, terms: Terms, urgent: Collection[str]) -> list[Act]:
    if not _may_answer(handoff):
        return []
    possible = [verb for verb in VERBS if _is_possible(verb, handoff, terms)]
    return [
        Act(
            verb.noun,
            gettext(verb.label),
            gettext(verb.word),
            url_for(verb.endpoint, handoff_id=handoff.id),
            verb.icon,
            verb.shortcut,
            is_direct=verb.kind is DispositionKind.ACCEPTED,
        )
        for verb in sorted(possible, key=lambda verb: verb.event not in urgent)
    ]


def _is_possible(verb: _Verb, handoff: Handoff, terms: Terms) -> bool:
    """In the state of the hand-off, and from the status of its lead."""
    lead = handoff.lead
    if verb.kind is None:
        return verb.noun != "status" or status_words.has_neighbours(lead)
    if not is_possible(handoff.state, verb.kind):
        return False
    return any(status_words.may_come(lead, stage, reasons) for stage, reasons in outcomes(verb.kind, terms).items())


def undo_of(handoff: Handoff) -> Undo | None:
    """How this person can undo the latest answer, while they can."""
    latest = handoff.dispositions[-1] if handoff.dispositions else None
    if latest is None or latest.actor_id != actor().id or handoff.state is HandoffState.WITHDRAWN:
        return None
    until_at = latest.occurred_at + corrections.UNDO_WITHIN
    if until_at < now() or handoff.lead.cycle != handoff.cycle:
        return None
    return Undo(url_for("handoffs.undo", handoff_id=handoff.id, disposition_id=latest.id), until_at)


def owner_choices(handoff: Handoff) -> list[tuple[str, str]]:
    """Whom a manager can give it to; empty for everybody else and for what is closed."""
    if handoff.state not in OPEN_STATES or not may(actor().role, Permission.REASSIGN_HANDOFF):
        return []
    return rep_choices(except_id=handoff.owner_id)


def rep_choices(*, except_id: int | None) -> list[tuple[str, str]]:
    others = [(str(rep.id), rep.name) for rep in routing.reps() if rep.id != except_id]
    return others if except_id is None else [*others, ("", gettext("The whole team"))]


def _may_answer(handoff: Handoff) -> bool:
    is_mine = handoff.owner_id in (None, actor().id)
    return is_mine and handoff.state in OPEN_STATES and may(actor().role, Permission.ANSWER_HANDOFF)


def _standstill(handoff: Handoff) -> str | None:
    if handoff.state not in OPEN_STATES:
        return gettext("This hand-off is closed: “%(state)s”.", state=label(handoff.state))
    if _may_answer(handoff):
        return None
    if handoff.owner is None:
        return gettext("It waits in the team’s queue: the first sales rep to accept it has it.")
    return gettext("Only %(name)s can answer.", name=handoff.owner.name)


def _clock_lines(handoff: Handoff, terms: Terms) -> list[ClockLine]:
    """The clocks of the hand-off but for those whose start was undone, in the order they run out."""
    of_handoff = select(Clock).where(Clock.handoff_id == handoff.id).order_by(Clock.due_at, Clock.id)
    return [
        ClockLine(clock, in_language(terms.clock(clock.clause_id).title))
        for clock in db.session.scalars(of_handoff)
        if not (clock.outcome is Outcome.VOID and clock.stopped_at == clock.started_at)
    ]


def _touch_lines(handoff: Handoff) -> list[TouchLine]:
    of_handoff: Any = select(Touch, User).join(User, User.id == Touch.actor_id).where(Touch.handoff_id == handoff.id)
    newest_first = of_handoff.order_by(Touch.occurred_at.desc(), Touch.id.desc())
    return [
        TouchLine(touch, label(touch.channel), _void_url(handoff, touch))
        for touch, _author in db.session.execute(newest_first)
    ]


def _void_url(handoff: Handoff, touch: Touch) -> str | None:
    if touch.actor_id != actor().id or handoff.state not in OPEN_STATES:
        return None
    return url_for("handoffs.void_touch", handoff_id=handoff.id, touch_id=touch.id)
