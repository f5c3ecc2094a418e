"""The agreement in force, as it was signed."""

import json
from datetime import datetime
from typing import Any

from flask import Blueprint, abort

from smarketing.api.contract import PREFIX, Told, answers
from smarketing.db import db
from smarketing.domain.roles import Permission
from smarketing.models.agreements import AgreementVersion
from smarketing.web.access import allows

bp = Blueprint("api_agreement", __name__, url_prefix=f"{PREFIX}/agreement")


class VersionDocument(Told):
    """`terms` are what was signed; their canonical text has this digest."""

    version_id: int
    number: int
    digest: str
    effective_at: datetime | None
    terms: dict[str, Any]


@bp.get("")
@allows(Permission.SEE_AGREEMENT)
@answers(VersionDocument, tag="Agreement")
def show() -> VersionDocument:
    """The version in force; 404 while none is"""
    version = db.session.scalars(AgreementVersion.in_force()).one_or_none()
    if version is None:
        abort(404)
    return VersionDocument(
        version_id=version.id,
        number=version.number,
        digest=version.digest,
        effective_at=version.effective_at,
        terms=json.loads(version.terms),
    )
