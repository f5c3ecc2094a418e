"""What the pages of an amendment show: its redline, what the agreement asks of it, who may do what and until when."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from flask import render_template
from wtforms import BooleanField, StringField, TextAreaField

from smarketing.domain import amendments as rules_of
from smarketing.domain.amendments import AmendmentState
from smarketing.domain.disputes import other_side
from smarketing.domain.errors import N_
from smarketing.domain.roles import Department, Permission, may
from smarketing.domain.signing import VersionStatus
from smarketing.domain.terms import Terms, parse
from smarketing.domain.terms_governance import AmendmentClause
from smarketing.models.agreements import AgreementVersion
from smarketing.models.amendments import Amendment
from smarketing.services import agreements, comments
from smarketing.web.access import actor, now
from smarketing.web.agreement_forms import Spoken
from smarketing.web.agreements import found, team_names
from smarketing.web.articles import governance
from smarketing.web.differences import differences
from smarketing.web.discussions import CommentForm, may_settle
from smarketing.web.provisions import Provision
from smarketing.web.words import in_language


class SendingForm(Spoken):
    title = StringField(N_("What it changes, in a few words"))
    reason = TextAreaField(N_("Why"))
    is_correction = BooleanField(N_("It only corrects an error"))


class ReasonForm(Spoken):
    answer = TextAreaField(N_("Why not?"))


class Asked(NamedTuple):
    """What the agreement asks a request to say."""

    id: str
    title: str
    said: str
    fault: str | None


class Closed(NamedTuple):
    """A clause under which such changes are made again from `next_on` on; until then perhaps corrections."""

    title: str
    next_on: date
    takes_corrections: bool


def sending(
    version: AgreementVersion,
    form: SendingForm | None = None,
    *,
    said: Mapping[str, str] | None = None,
    faults: Mapping[str, str] | None = None,
) -> str:
    force, new = agreements.in_force(), parse(version.terms)
    clauses = rules_of.governing(force.terms, new) if force else ()
    asked = [
        Asked(
            item.id,
            in_language(item.title),
            (said or {}).get(item.id, ""),
            (faults or {}).get(f"request.{item.id}"),
        )
        for item in rules_of.requested(clauses)
    ]
    return render_template(
        "amendments/new.html",
        version=version,
        force=force,
        base=found(force.version_id) if force else None,
        differences=differences(force.terms, new, team_names()) if force else [],
        times=rules_of.times(force.terms, clauses, now=now()) if force else None,
        closed=_closed(force.terms, clauses) if force else [],
        other=other_side(side) if (side := actor().department) else None,
        asked=asked,
        form=form or SendingForm(),
        may_send=may(actor().role, Permission.AUTHOR_AGREEMENT),
    )


def page(amendment: Amendment, *, reason: ReasonForm | None = None, said: CommentForm | None = None) -> str:
    old, new = parse(amendment.base.terms), parse(amendment.version.terms)
    state = amendment.state_at(now())
    asked = {item.id: in_language(item.title) for item in rules_of.requested(old.amendments)}
    threads = comments.threads(amendment.version)
    return render_template(
        "amendments/show.html",
        amendment=amendment,
        state=state,
        version=amendment.version,
        differences=differences(old, new, team_names()),
        talks=Counter(thread.clause for thread in threads),
        threads=[thread for thread in threads if thread.clause == comments.WHOLE],
        request=[(asked.get(key, key), text) for key, text in amendment.request.items()],
        other=other_side(amendment.side),
        may_answer=state is AmendmentState.OPEN and _answers(other_side(amendment.side)),
        is_acceptable=now() >= amendment.acceptable_at and amendment.base.status is VersionStatus.IN_FORCE,
        may_withdraw=state is AmendmentState.OPEN and amendment.sent_by_id == actor().id,
        is_past=state is not AmendmentState.OPEN,
        may_settle=may_settle,
        reason=reason or ReasonForm(),
        form=said or CommentForm(),
        answer_form=CommentForm(),
    )


def rules() -> list[Provision]:
    """What the version in force says of its amendments."""
    force = agreements.in_force()
    return governance.amendments(force.terms) if force else []


def _closed(terms: Terms, clauses: Sequence[AmendmentClause]) -> list[Closed]:
    return [
        Closed(
            in_language(clause.title),
            rules_of.next_opening(clause, terms.zone, now()),
            clause.outside_window == "corrections",
        )
        for clause in clauses
        if not rules_of.is_open(clause, terms.zone, now())
    ]


def _answers(side: Department) -> bool:
    return actor().department is side and may(actor().role, Permission.AUTHOR_AGREEMENT)
