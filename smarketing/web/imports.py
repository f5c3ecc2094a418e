"""Files of leads: brought in, mapped, checked row by row, imported. Each page stands where the import stands."""

import re
from collections.abc import Iterator
from pathlib import Path

from flask import (
    Blueprint,
    Response,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    stream_with_context,
    url_for,
)
from flask_babel import gettext
from sqlalchemy import select, tuple_
from werkzeug.wrappers import Response as Answered

from smarketing.db import db, transaction
from smarketing.domain import rejection
from smarketing.domain.csv_format import Unreadable
from smarketing.domain.errors import InvalidInput
from smarketing.domain.importing import ImportState
from smarketing.domain.roles import Permission
from smarketing.models.imports import Import, RejectedRow
from smarketing.models.people import User
from smarketing.reports import agreed, rejections, tables
from smarketing.services import imports, uploads
from smarketing.web import access, import_words, paging
from smarketing.web.access import actor, allows, now
from smarketing.web.forms import show_fault
from smarketing.web.import_forms import MappingForm, UploadForm, edition_of, sent_mapping
from smarketing.web.security import accepts_upload
from smarketing.web.words import message_of, sentence

bp = Blueprint("imports", __name__, url_prefix="/imports")
bp.add_app_template_global(sentence, "sentence")
for name, words in import_words.GLOBALS.items():
    bp.add_app_template_global(words, name)

SAMPLES = 3
SHOWN = 20
"""Reasons, and rejected rows, on the page; the file holds them all."""

Answer = str | Answered | tuple[str, int]


@bp.get("/")
@allows(Permission.IMPORT_LEADS)
def index() -> str:
    query = select(Import.id, Import, User.name.label("person")).join(User, Import.created_by_id == User.id)
    return render_template("imports/index.html", page=paging.newest_first(query, Import.id))


@bp.get("/new")
@allows(Permission.IMPORT_LEADS)
def new() -> str:
    return render_template("imports/new.html", form=UploadForm(formdata=None), limit=_limit())


@bp.post("/new")
@allows(Permission.IMPORT_LEADS)
@accepts_upload
def create() -> Answer:
    form = UploadForm()
    if not form.validate():
        return render_template("imports/new.html", form=form, limit=_limit()), 422
    file = form.file.data
    try:
        with transaction():
            brought = imports.upload(
                file.stream, file.filename or "", folder=_folder(), limit=_limit(), actor=actor(), now=now()
            )
            import_id = brought.id
    except Unreadable as fault:
        form.file.errors = [message_of(fault)]
        return render_template("imports/new.html", form=form, limit=_limit()), 422
    return redirect(url_for(".show", import_id=import_id), code=303)


@bp.get("/<int:import_id>")
@allows(Permission.IMPORT_LEADS)
def show(import_id: int) -> Answer:
    brought = db.get_or_404(Import, import_id)
    if brought.state is ImportState.UPLOADED:
        return redirect(url_for(".mapping", import_id=import_id), code=303)
    return render_template("imports/show.html", brought=brought, **_outcome(brought))


@bp.get("/<int:import_id>/progress")
@allows(Permission.IMPORT_LEADS)
def progress(import_id: int) -> Answer:
    """What the page asks for while it waits; once there is no more to wait for, the page itself."""
    brought = db.get_or_404(Import, import_id)
    if brought.state in imports.RUNNING:
        return render_template("imports/_progress.html", brought=brought)
    return Response(headers={"HX-Redirect": url_for(".show", import_id=import_id)})


@bp.get("/<int:import_id>/mapping")
@allows(Permission.IMPORT_LEADS)
def mapping(import_id: int) -> Answer:
    brought = db.get_or_404(Import, import_id)
    if brought.state not in imports.MAPPABLE:
        return redirect(url_for(".show", import_id=import_id), code=303)
    return _mapping_page(brought, MappingForm.of(brought, formdata=None))


@bp.post("/<int:import_id>/check")
@allows(Permission.IMPORT_LEADS)
def check(import_id: int) -> Answer:
    brought = db.get_or_404(Import, import_id)
    form = MappingForm.of(brought)
    chosen = sent_mapping(brought.headers)
    if form.validate():
        try:
            with transaction():
                imports.begin_check(brought, chosen, form.options(), edition=form.read_edition())
            return redirect(url_for(".show", import_id=import_id), code=303)
        except InvalidInput as fault:
            show_fault(form, import_words.named(fault))
    brought = db.get_or_404(Import, import_id)
    db.session.expunge(brought)
    brought.mapping = chosen
    return _mapping_page(brought, form), 422


@bp.post("/<int:import_id>/start")
@allows(Permission.IMPORT_LEADS)
def start(import_id: int) -> Answered:
    db.get_or_404(Import, import_id)
    with transaction():
        imports.begin_import(import_id, edition=edition_of(request.form.get("edition")), now=now())
    return redirect(url_for(".show", import_id=import_id), code=303)


@bp.post("/<int:import_id>/stop")
@allows(Permission.IMPORT_LEADS)
def stop(import_id: int) -> Answered:
    brought = db.get_or_404(Import, import_id)
    edition = edition_of(request.form.get("edition"))
    with transaction():
        if brought.state is ImportState.CHECKING:
            imports.stop_check(import_id, edition=edition)
        else:
            imports.cancel(import_id, edition=edition, actor=actor(), now=now())
    return redirect(url_for(".show", import_id=import_id), code=303)


@bp.post("/<int:import_id>/removal")
@allows(Permission.IMPORT_LEADS)
def discard(import_id: int) -> Answered:
    brought = db.get_or_404(Import, import_id)
    filename, stored_as = brought.filename, brought.stored_as
    with transaction():
        imports.discard(brought, edition=edition_of(request.form.get("edition")))
    uploads.remove(stored_as, _folder())
    flash(gettext("%(file)s was discarded. Nothing of it was taken.", file=filename), "success")
    return redirect(url_for(".index"), code=303)


@bp.get("/<int:import_id>/rejected.csv")
@allows(Permission.IMPORT_LEADS)
def rejected(import_id: int) -> Response:
    """Every rejected row as it came, with what is wrong with it, to be repaired and brought in again."""
    brought = db.get_or_404(Import, import_id)
    name = re.sub(r"[^A-Za-z0-9_-]", "-", Path(brought.filename).stem)
    headers = {"Content-Disposition": f'attachment; filename="{name or "leads"}-rejected.csv"'}
    lines = _rejected_lines(import_id, list(brought.headers))
    return Response(stream_with_context(lines), mimetype="text/csv", headers=headers)


def _rejected_lines(import_id: int, headers: list[str]) -> Iterator[str]:
    return tables.exact_csv_lines(_rejected_cells(import_id, headers))


def _rejected_cells(import_id: int, headers: list[str]) -> Iterator[list[str]]:
    """Between two batches no transaction is open: whoever loads slowly holds nothing up."""
    yield rejection.header_line(headers)
    place = (0, 0)
    while rows := _rejected_after(import_id, place, count=1000):
        for row in rows:
            yield rejection.line(row.row_number, row.field, sentence(row.message, row.params), row.cells, headers)
        place = rows[-1].row_number, rows[-1].id
        db.session.rollback()
        access.read_only()


def _rejected_after(import_id: int, place: tuple[int, int], *, count: int) -> list[RejectedRow]:
    keys = RejectedRow.row_number, RejectedRow.id
    of_import = select(RejectedRow).where(RejectedRow.import_id == import_id, tuple_(*keys) > tuple_(*place))
    return list(db.session.scalars(of_import.order_by(*keys).limit(count)))


def _outcome(brought: Import) -> dict[str, object]:
    if brought.state in imports.RUNNING:
        return {}
    standing = agreed.latest()
    has_agreement = standing is not None and standing.is_in_force
    return {
        "reasons": rejections.reasons(brought.id, limit=SHOWN) if brought.rejected_count else (),
        "rejected_rows": _rejected_after(brought.id, (0, 0), count=SHOWN),
        "consequence": import_words.consequence(brought, has_agreement=has_agreement),
        "may_discard": brought.started_at is None,
    }


def _mapping_page(brought: Import, form: MappingForm) -> str:
    standing = agreed.latest()
    try:
        samples = uploads.sample(brought.stored_as, brought.delimiter, _folder(), count=SAMPLES)
    except OSError:
        samples = []
    columns = import_words.columns_of(brought, samples, standing.terms if standing else None)
    return render_template("imports/mapping.html", brought=brought, form=form, columns=columns)


def _folder() -> Path:
    return Path(current_app.config["UPLOADS"])


def _limit() -> int:
    limit: int = current_app.config["MAX_UPLOAD_BYTES"]
    return limit
