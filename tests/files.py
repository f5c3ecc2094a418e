"""Files of leads for the tests, uploaded as if somebody had brought them in."""

import io
from pathlib import Path
from typing import Any

from flask import current_app  # noqa: TID251 - the tests stand where an edge does

from smarketing.db import db
from smarketing.domain.column_names import suggested
from smarketing.domain.mapping import Options
from smarketing.models.imports import Import
from smarketing.models.people import User
from smarketing.services import imports

HOT = "{0},Sales director,FR,2026-02-27T10:00Z\n"
"""A line of COLUMNS: a lead that meets the criteria of tests/cast.py."""
COLUMNS = "Email,Job Title,Country,Demo\n"
MAPPING = {"Email": "email", "Job Title": "job_title", "Country": "country", "Demo": "engagement.demo_request"}


def folder() -> Path:
    return Path(current_app.config["UPLOADS"])


def upload(text: str | bytes, *, actor: User, now: Any, filename: str = "leads.csv") -> Import:
    content = text.encode() if isinstance(text, str) else text
    brought = imports.upload(io.BytesIO(content), filename, folder=folder(), limit=10_000_000, actor=actor, now=now)
    db.session.commit()
    return brought


def to_check(text: str, *, actor: User, now: Any, mapping: dict[str, str] | None = None, **options: Any) -> Import:
    """Uploaded, mapped, and waiting for its check."""
    brought = upload(text, actor=actor, now=now)
    mapping = mapping or (MAPPING if text.startswith(COLUMNS) else suggested(brought.headers))
    imports.begin_check(brought, mapping, Options(**options), edition=brought.edition)
    db.session.commit()
    return brought


def to_import(text: str, *, actor: User, now: Any, mapping: dict[str, str] | None = None, **options: Any) -> Import:
    """Uploaded, mapped, and waiting to be imported."""
    brought = upload(text, actor=actor, now=now)
    mapping = mapping or (MAPPING if text.startswith(COLUMNS) else suggested(brought.headers))
    imports.begin_unchecked(brought, mapping, Options(**options), now=now)
    db.session.commit()
    return brought


def counts(brought: Import) -> tuple[int, int, int, int, int]:
    """New, changed, unchanged, rejected, MQLs."""
    db.session.expire_all()
    names = ("new_count", "changed_count", "unchanged_count", "rejected_count", "mql_count")
    new, changed, unchanged, rejected, mqls = (getattr(brought, name) for name in names)
    db.session.commit()
    return new, changed, unchanged, rejected, mqls
