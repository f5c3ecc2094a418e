"""A hand-off of the queue in words: its row, which an answer replaces, and what to know before acting."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from flask_babel import gettext

from smarketing.domain.dispositions import OPEN_STATES
from smarketing.domain.errors import N_
from smarketing.domain.openings import Opening, opening
from smarketing.domain.roles import Permission, may
from smarketing.domain.terms import Terms
from smarketing.models.clocks import Clock
from smarketing.models.handoffs import Disposition, Handoff
from smarketing.models.leads import Score
from smarketing.models.touches import Touch
from smarketing.reports import context, queue
from smarketing.reports.context import Context
from smarketing.reports.lead_history import Cycle
from smarketing.reports.queue import Entry
from smarketing.web import reliefs
from smarketing.web.access import actor, now
from smarketing.web.answers import Act, acts
from smarketing.web.engagement_words import engagement_name
from smarketing.web.filters import ago, local_date
from smarketing.web.reliefs import Relief
from smarketing.web.words import answered, answerer, in_language, label, persona_name

SHOWN_PARTS = 2
SHOWN_REASONS = 5
OPENINGS = {
    Opening.LAST_TOUCH: N_("Pick up where you left off: %(touch)s, %(ago)s."),
    Opening.EARLIER_CYCLE: N_("Sales knows them: %(name)s %(answered)s on %(day)s. Ask what has changed since."),
    Opening.VOUCHED: N_("%(name)s vouches for them: “%(reason)s” Start from there."),
    Opening.LAST_ACT: N_("Start from what they did last: “%(act)s”, %(ago)s. Ask what they were looking for."),
    Opening.PERSONA: N_("Little is known beyond the persona “%(persona)s”. Ask what brought them here."),
    Opening.NOTHING: N_("Little is known. Ask what brought them here."),
}


class Taken(NamedTuple):
    """Why a row that was shown is not the reader's to act on any more."""

    sentence: str
    at: datetime | None


class Line(NamedTuple):
    """A row: `clock` is the one that runs out next, with the words of its clause; None when no clock runs.

    `mark` changes whenever the row would look different.
    """

    handoff: Handoff
    clock: Clock | None
    promise: str | None
    why: Sequence[str]
    acts: Sequence[Act]
    mark: str
    taken: Taken | None = None


class Earlier(NamedTuple):
    """A cycle before this one; `answer` is the last that sales gave, with its reason in the agreed words."""

    cycle: Cycle
    answer: Disposition | None
    reason: str | None


class Pack(NamedTuple):
    """Who it is, why it is here, what it did, how to begin, and what happened before."""

    context: Context
    line: Line
    persona: str | None
    reasons: Sequence[tuple[str, int]]
    acts: Sequence[tuple[str, datetime]]
    touches: Sequence[tuple[Touch, str]]
    opening: str
    earlier: Sequence[Earlier]
    reliefs: Sequence[Relief]


def line_of(handoff_id: int) -> Line:
    """The row as it stands now, with who has it if that is somebody else."""
    line = of(queue.entries([handoff_id])[0])
    return line._replace(taken=_taken(line.handoff))


def of(entry: Entry) -> Line:
    handoff, clock = entry.handoff, next(iter(entry.clocks), None)
    clause = entry.terms.clock(clock.clause_id) if clock else None
    return Line(
        handoff,
        clock,
        in_language(clause.title) if clause else None,
        _why(handoff, entry.terms),
        acts(handoff, entry.terms, entry.clocks, urgent=clause.stops_on if clause else ()),
        queue.mark(handoff.edition, clock.due_at if clock else None),
    )


def pack(handoff_id: int) -> Pack | None:
    found = context.of(handoff_id)
    if found is None:
        return None
    handoff, terms = found.entry.handoff, found.entry.terms
    return Pack(
        found,
        of(found.entry),
        persona_name(handoff.persona) if handoff.persona else None,
        _best_parts(handoff.score, terms)[:SHOWN_REASONS] if handoff.score else (),
        [(_act_name(act.kind, terms), act.occurred_at) for act in found.acts],
        [(touch, label(touch.channel)) for touch in found.current.touches],
        _opening(found),
        [_earlier(cycle, found) for cycle in found.earlier],
        reliefs.of_cycle(found.current, terms, now=now()),
    )


def _taken(handoff: Handoff) -> Taken | None:
    if not may(actor().role, Permission.ANSWER_HANDOFF):
        return None
    latest = handoff.dispositions[-1] if handoff.dispositions else None
    if latest is not None and latest.actor_id != actor().id:
        name, kind = answerer(latest), answered(latest.kind)
        return Taken(gettext("%(name)s %(answered)s,", name=name, answered=kind), latest.occurred_at)
    if handoff.state in OPEN_STATES and handoff.owner_id not in (None, actor().id) and handoff.owner:
        return Taken(gettext("It is with %(name)s now.", name=handoff.owner.name), None)
    return None


def _why(handoff: Handoff, terms: Terms) -> list[str]:
    """The rules that gave it most of its points; who vouched for it, when a person did."""
    if handoff.qualified_by:
        return [gettext("Marked by %(name)s", name=handoff.qualified_by.name)]
    parts = _best_parts(handoff.score, terms) if handoff.score else []
    return [title for title, _points in parts[:SHOWN_PARTS]]


def _best_parts(score: Score, terms: Terms) -> list[tuple[str, int]]:
    """The rules that added points, with how many, most first."""
    titles = {rule.id: rule.title for rule in (*terms.scoring.engagement, *terms.scoring.fit)}
    parts = [*score.explanation.get("engagement", ()), *score.explanation.get("fit", ())]
    best = sorted((part for part in parts if part[1] > 0 and part[0] in titles), key=lambda part: -part[1])
    return [(in_language(titles[part[0]]), part[1]) for part in best]


def _act_name(kind: str, terms: Terms) -> str:
    """As the agreement calls it, where it gives points for it."""
    title = next((rule.title for rule in terms.scoring.engagement if rule.engagement == kind), None)
    return in_language(title) if title else engagement_name(kind).capitalize()


def _opening(found: Context) -> str:
    handoff = found.entry.handoff
    touch, act = next(iter(found.current.touches), None), next(iter(found.acts), None)
    answer = next((cycle.handoff.dispositions[-1] for cycle in found.earlier if cycle.handoff.dispositions), None)
    way = opening(
        has_touch=touch is not None,
        has_earlier_answer=answer is not None,
        is_vouched=bool(found.vouched_because),
        has_act=act is not None,
        has_persona=handoff.persona is not None,
    )
    latest = touch or act
    told = {
        "touch": label(touch.channel) if touch else "",
        "act": _act_name(act.kind, found.entry.terms) if act else "",
        "ago": ago(latest.occurred_at) if latest else "",
        "name": answerer(answer) if answer else handoff.qualified_by.name if handoff.qualified_by else "",
        "answered": answered(answer.kind) if answer else "",
        "day": local_date(answer.occurred_at) if answer else "",
        "reason": found.vouched_because or "",
        "persona": persona_name(handoff.persona) if handoff.persona else "",
    }
    return gettext(OPENINGS[way], **told)


def _earlier(cycle: Cycle, found: Context) -> Earlier:
    answer = cycle.handoff.dispositions[-1] if cycle.handoff.dispositions else None
    terms = found.versions[cycle.handoff.agreement_version_id].terms
    titles = {clause.id: in_language(clause.title) for clause in terms.clauses()}
    return Earlier(cycle, answer, titles.get(answer.reason, answer.reason) if answer and answer.reason else None)
