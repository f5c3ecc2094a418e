"""Whether the promises of a version can be kept: what marketing owes, what sales can work, and what is known."""

from flask import Blueprint, render_template

from smarketing.domain.roles import Permission
from smarketing.domain.terms import parse
from smarketing.reports import feasibility
from smarketing.web import feasibility_words
from smarketing.web.access import allows, now
from smarketing.web.agreements import found
from smarketing.web.words import in_language

bp = Blueprint("feasibility", __name__, url_prefix="/agreement")


@bp.get("/<int:version_id>/feasibility")
@allows(Permission.SEE_AGREEMENT)
def show(version_id: int) -> str:
    version = found(version_id)
    terms = parse(version.terms)
    assessed = feasibility.assess(terms, now=now())
    return render_template(
        "agreements/feasibility.html",
        version=version,
        now=now(),
        headline=feasibility_words.headline(assessed),
        lines=list(feasibility_words.lines(assessed)),
        chain=list(feasibility_words.chain_rows(assessed, terms)),
        work=list(feasibility_words.work_rows(assessed)),
        left_out=[in_language(clause.title) for clause in assessed.left_out],
        has_assumptions=terms.assumptions is not None,
    )
