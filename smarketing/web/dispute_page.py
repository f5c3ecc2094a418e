"""What the pages of a dispute show: what is contested, the frozen evidence in words, who may do what."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from flask import abort, request
from flask_babel import gettext

from smarketing.db import db
from smarketing.domain import disputes as rules
from smarketing.domain.dispositions import DispositionKind
from smarketing.domain.disputes import DisputeKind, DisputeState
from smarketing.domain.errors import N_
from smarketing.domain.roles import Permission, may
from smarketing.models.clocks import Clock
from smarketing.models.disputes import Dispute
from smarketing.models.handoffs import Handoff
from smarketing.reports import agreed, dispute_list
from smarketing.services import arbiters, evidence
from smarketing.web.access import actor, now
from smarketing.web.filters import local_datetime, number
from smarketing.web.words import answered, in_language

TITLES = {
    DisputeKind.REFUSAL: N_("Contest the refusal"),
    DisputeKind.MQL: N_("Contest the MQL"),
    DisputeKind.BREACH: N_("Ask to excuse a missed promise"),
}
CONSEQUENCES = {
    DisputeKind.REFUSAL: N_("If it is upheld, the refusal does not count and the lead goes to sales once more."),
    DisputeKind.MQL: N_("If it is upheld, the lead does not count as an MQL."),
    DisputeKind.BREACH: N_("If it is upheld, the promise counts as excused: raw and adjusted figures show both."),
}


class Subject(NamedTuple):
    """What is contested; `promise` names the clause of a missed clock."""

    kind: DisputeKind
    handoff: Handoff
    clock: Clock | None
    promise: str | None


class DisputePage(NamedTuple):
    promise: str | None
    consequence: str
    facts: Sequence[tuple[str, str]]
    is_intact: bool
    may_answer: bool
    may_rule: bool
    may_withdraw: bool
    has_objection: bool
    precedents: Sequence[Dispute]


def subject() -> Subject:
    """What the address names; 404 for what is not there."""
    clock_id, handoff_id = request.args.get("clock", type=int), request.args.get("handoff", type=int)
    kind = next((each for each in DisputeKind if each == request.args.get("kind")), None)
    if clock_id is not None:
        clock = db.get_or_404(Clock, clock_id)
        clause = agreed.terms_of(clock.agreement_version_id).clock(clock.clause_id)
        return Subject(DisputeKind.BREACH, clock.handoff, clock, in_language(clause.title))
    if handoff_id is None or kind is None or kind is DisputeKind.BREACH:
        abort(404)
    return Subject(kind, db.get_or_404(Handoff, handoff_id), None, None)


def of(dispute: Dispute) -> DisputePage:
    terms = agreed.terms_of(dispute.handoff.agreement_version_id)
    titles = {clause.id: in_language(clause.title) for clause in terms.clauses()}
    role, side, state = actor().role, actor().department, dispute.state
    is_answerable = state is DisputeState.RAISED and side is rules.other_side(dispute.side)
    is_for_arbiters = rules.is_for_arbiters(state, answer_due_at=dispute.answer_due_at, now=now())
    return DisputePage(
        titles.get(dispute.clock.clause_id) if dispute.clock else None,
        gettext(CONSEQUENCES[dispute.kind]),
        _facts(json.loads(dispute.evidence), titles),
        evidence.digest(dispute.evidence) == dispute.digest,
        is_answerable and may(role, Permission.CONTEST),
        is_for_arbiters and side is not None and actor().id in arbiters.of_side(side, terms),
        state in rules.OPEN and dispute.raised_by_id == actor().id,
        state is DisputeState.CONTESTED or bool(dispute.votes),
        dispute_list.precedents(dispute.kind, dispute.ground, except_id=dispute.id),
    )


def _facts(frozen: Mapping[str, Any], titles: Mapping[str, str]) -> list[tuple[str, str]]:
    """Names and values, in the order of the story."""
    facts = [(gettext("Handed over"), _at(frozen["offered_at"]))]
    if frozen["points"] is not None:
        facts.append((gettext("Points"), number(frozen["points"])))
    if score := frozen["score"]:
        facts.append((gettext("Criteria"), gettext("met") if score["is_mql"] else gettext("not met")))
        parts = [*score["engagement"], *score["fit"]]
        facts += [(titles.get(rule, rule), number(points)) for rule, points in parts if points]
    for each in frozen["answers"]:
        reason = titles.get(each["reason"], each["reason"])
        detail = ", ".join(filter(None, (reason, _at(each["at"]))))
        facts.append((answered(DispositionKind(each["kind"])).capitalize(), detail))
    for each in frozen["clocks"]:
        due = gettext("due %(instant)s", instant=_at(each["due_at"]))
        done = gettext("stopped %(instant)s", instant=_at(each["stopped_at"])) if each["stopped_at"] else ""
        facts.append((titles.get(each["clause"], each["clause"]), ", ".join(filter(None, (due, done)))))
    return [*facts, (gettext("Touches"), number(len(frozen["touches"])))]


def _at(text: str) -> str:
    return local_datetime(datetime.fromisoformat(text))
