"""The agreement: which version is in force, every version as a contract in words, and what has changed."""

import json
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, abort, render_template, request
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from smarketing.db import db
from smarketing.domain import terms_schema, terms_text
from smarketing.domain.roles import Department, Permission, may
from smarketing.domain.signing import ON_THEIR_WAY, OVER, VersionStatus
from smarketing.domain.terms import Terms, parse
from smarketing.models.agreements import AgreementVersion, Signature
from smarketing.models.people import Team, User
from smarketing.reports import contract_papers, feasibility
from smarketing.services import comments, tenures
from smarketing.web import contract_paper, feasibility_words, trials
from smarketing.web.access import actor, allows, now
from smarketing.web.agreement_forms import ProposalForm, SignatureForm, next_monday
from smarketing.web.contract import articles, promises
from smarketing.web.differences import differences
from smarketing.web.paging import newest_first

bp = Blueprint("agreements", __name__, url_prefix="/agreement")


@bp.get("/")
@allows(Permission.SEE_AGREEMENT)
def index() -> str:
    listed = newest_first(select(AgreementVersion.id), AgreementVersion.id)
    versions = _versions().where(AgreementVersion.id.in_([row.id for row in listed.rows]))
    current = db.session.scalars(_versions().where(AgreementVersion.status == VersionStatus.IN_FORCE)).first()
    coming = db.session.scalars(_versions().where(AgreementVersion.status.in_(ON_THEIR_WAY))).first()
    terms = parse(current.terms) if current else None
    return render_template(
        "agreements/index.html",
        page=listed,
        versions=db.session.scalars(versions.order_by(AgreementVersion.id.desc())).all(),
        current=current,
        terms=terms,
        promises=promises(terms) if terms else [],
        coming=coming,
        notice=tenures.standing(current) if current else None,
        may_sign=coming is not None and _waits_for(actor(), coming),
    )


@bp.get("/<int:version_id>")
@allows(Permission.SEE_AGREEMENT)
def show(version_id: int) -> str:
    return page(found(version_id))


@bp.get("/<int:version_id>/terms.yaml")
@allows(Permission.SEE_AGREEMENT)
def download(version_id: int) -> Response:
    version = found(version_id)
    response = Response(terms_text.write(parse(version.terms)), mimetype="application/yaml")
    response.headers["Content-Disposition"] = f'attachment; filename="agreement-{version.number}.yaml"'
    return response


@bp.get("/<int:version_id>/contract.pdf")
@allows(Permission.SEE_AGREEMENT)
def download_pdf(version_id: int) -> Response:
    version = found(version_id)
    paper = contract_paper.of(version, parse(version.terms), team_names())
    response = Response(contract_papers.as_pdf(paper), mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="agreement-{version.number}.pdf"'
    return response


@bp.get("/<int:version_id>/terms.json")
@allows(Permission.SEE_AGREEMENT)
def download_json(version_id: int) -> Response:
    """The canonical text: the SHA-256 digest of these bytes is what both sides sign."""
    version = found(version_id)
    response = Response(version.terms, mimetype="application/json")
    response.headers["Content-Disposition"] = f'attachment; filename="agreement-{version.number}.json"'
    return response


@bp.get("/schema.json")
@allows(Permission.SEE_AGREEMENT)
def schema() -> Response:
    """What form an agreement's file has, for editors and other programs."""
    return Response(json.dumps(terms_schema.schema(), ensure_ascii=False), mimetype="application/schema+json")


@bp.get("/<int:version_id>/difference")
@allows(Permission.SEE_AGREEMENT)
def difference(version_id: int) -> str:
    """What this version changes in another: the one the address names, else the one in force or before it."""
    version, named = found(version_id), request.args.get("with", type=int)
    other = found(named) if named else _compared_with(version) or abort(404)
    others = _versions().where(AgreementVersion.id != version_id).order_by(AgreementVersion.id.desc()).limit(50)
    return render_template(
        "agreements/difference.html",
        version=version,
        other=other,
        others=db.session.scalars(others).all(),
        differences=differences(parse(other.terms), parse(version.terms), team_names()),
    )


def page(version: AgreementVersion, *, status: int = 200, **forms: Any) -> Any:
    """The version as a contract, with the forms of what may be done next; `forms` are those sent and not accepted."""
    terms = parse(version.terms)
    signed = {signature.department: signature for signature in version.signatures}
    is_author = may(actor().role, Permission.AUTHOR_AGREEMENT)
    return render_template(
        "agreements/show.html",
        version=version,
        terms=terms,
        articles=articles(terms, team_names()),
        trials=trials.of(terms),
        talks=comments.open_by_clause(version),
        signatures=[(department, signed.get(department)) for department in Department],
        compared_with=_compared_with(version),
        feasibility=_feasibility(version.status, terms),
        may_sign=_waits_for(actor(), version),
        is_author=is_author,
        proposal=forms.get("proposal") or ProposalForm(effective_at=next_monday(now(), terms.zone)),
        signing=forms.get("signing") or SignatureForm(digest=version.digest),
    ), status


def _feasibility(status: VersionStatus, terms: Terms) -> Mapping[str, Any] | None:
    """Whether it can be kept, said before it is signed."""
    if status not in (VersionStatus.DRAFT, VersionStatus.PROPOSED):
        return None
    assessed = feasibility.assess(terms, now=now())
    return {"headline": feasibility_words.headline(assessed), "lines": list(feasibility_words.lines(assessed))}


def found(version_id: int) -> AgreementVersion:
    return db.session.scalars(_versions().where(AgreementVersion.id == version_id)).one_or_none() or abort(404)


def team_names() -> Mapping[str, str]:
    return dict(db.session.execute(select(Team.key, Team.name)).all())


def _versions() -> Any:
    signed = selectinload(AgreementVersion.signatures).joinedload(Signature.user)
    return select(AgreementVersion).options(signed, selectinload(AgreementVersion.drafted_by))


def _compared_with(version: AgreementVersion) -> AgreementVersion | None:
    """The version in force for one that is not; else the one whose place it took. None for the first of all."""
    lived = (VersionStatus.IN_FORCE, *OVER)
    candidates = select(AgreementVersion).where(AgreementVersion.id != version.id, AgreementVersion.status.in_(lived))
    if version.status in lived:
        candidates = candidates.where(AgreementVersion.effective_at < version.effective_at)
    return db.session.scalars(candidates.order_by(AgreementVersion.effective_at.desc()).limit(1)).first()


def _waits_for(person: User, version: AgreementVersion) -> bool:
    """Whether this person's signature is the one that is missing."""
    if version.status is not VersionStatus.PROPOSED or not may(person.role, Permission.SIGN_AGREEMENT):
        return False
    departments = {signature.department for signature in version.signatures}
    return person.department is not None and person.department not in departments
