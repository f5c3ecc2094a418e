"""The rows of the inbox in words: each says why it is there."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from flask import url_for
from flask_babel import gettext

from smarketing.domain.disputes import DisputeKind
from smarketing.domain.terms import Terms
from smarketing.models.handoffs import Disposition, Handoff
from smarketing.models.leads import Lead
from smarketing.reports import inbox, lead_history
from smarketing.reports.lead_history import Version
from smarketing.web.access import now
from smarketing.web.lead_score import verdict
from smarketing.web.words import answered, answerer, in_language, label

SHOWN = 2
"""What is missing in a row; the page of the lead says it all."""


class Line(NamedTuple):
    """`key` is what is ticked; `why` are its reasons, `note` what somebody wrote."""

    key: int
    lead: Lead
    why: Sequence[str]
    note: str = ""
    by: str | None = None
    at: datetime | None = None
    contest_url: str | None = None


def near(ids: Sequence[int]) -> list[Line]:
    """What is missing for an MQL."""
    scores, today = inbox.latest_scores(ids), now().date()
    lines = []
    for lead in inbox.leads(ids):
        score = scores.get(lead.id)
        missing = verdict(lead, score, today).missing if score else ()
        why = [f"{each.sentence} ({each.by})" if each.by else each.sentence for each in missing[:SHOWN]]
        if len(missing) > SHOWN:
            why.append(gettext("and more"))
        lines.append(
            Line(lead.id, lead, why or [gettext("Nothing is missing: it becomes an MQL when it is next judged.")])
        )
    return lines


def held(ids: Sequence[int]) -> list[Line]:
    """Who held it back, and why."""
    refusals = inbox.latest_refusals(ids)
    terms = _terms([refusal.handoff for refusal in refusals.values()])
    return [
        _answer(lead.id, lead, refusals[lead.id], terms)
        if lead.id in refusals
        else Line(lead.id, lead, [gettext("Marketing took it back before sales answered.")])
        for lead in inbox.leads(ids)
    ]


def refused(ids: Sequence[int]) -> list[Line]:
    found = inbox.refusals(ids)
    terms = _terms([each.handoff for each in found])
    return [
        _answer(each.id, each.handoff.lead, each, terms)._replace(
            contest_url=url_for("disputes.new", kind=DisputeKind.REFUSAL.value, handoff=each.handoff_id)
        )
        for each in found
    ]


def handed(ids: Sequence[int]) -> list[Line]:
    """The latest answer, or that it waits for one."""
    found = inbox.handoffs(ids)
    terms = _terms(found)
    return [
        _answer(each.id, each.lead, each.dispositions[-1], terms)
        if each.dispositions
        else Line(
            each.id, each.lead, [label(each.state)], by=each.owner.name if each.owner else None, at=each.offered_at
        )
        for each in found
    ]


def _answer(key: int, lead: Lead, answer: Disposition, terms: dict[int, Terms]) -> Line:
    """Any answer of sales, with its reason in the agreed words."""
    titles = {clause.id: in_language(clause.title) for clause in terms[answer.handoff.agreement_version_id].clauses()}
    reason = titles.get(answer.reason, answer.reason) if answer.reason else answered(answer.kind)
    return Line(key, lead, [reason], answer.note, answerer(answer), answer.occurred_at)


def _terms(handoffs: Sequence[Handoff]) -> dict[int, Terms]:
    versions: dict[int, Version] = dict(lead_history.versions(each.agreement_version_id for each in handoffs))
    return {version_id: version.terms for version_id, version in versions.items()}
