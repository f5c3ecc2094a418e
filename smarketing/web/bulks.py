"""What became of one decision about many leads: how far it is, how each came out, and its undoing."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response

from smarketing.db import db, transaction
from smarketing.domain.bulks import TO_DO, BulkVerb, RowState
from smarketing.domain.errors import N_
from smarketing.domain.roles import Permission
from smarketing.models.bulks import Bulk, BulkRow
from smarketing.services import bulks
from smarketing.web import paging
from smarketing.web.access import actor, allows, now
from smarketing.web.words import label, sentence

bp = Blueprint("bulks", __name__, url_prefix="/bulks")

AT_ONCE = 50
"""So many are dealt with while one waits; more of them by a job."""
TITLES = {BulkVerb.MARK: N_("Leads marked as MQLs"), BulkVerb.AGREE: N_("Refusals agreed with")}


@bp.get("/<int:bulk_id>")
@allows(Permission.QUALIFY_LEAD)
def show(bulk_id: int) -> str:
    bulk = db.get_or_404(Bulk, bulk_id)
    state = next((each for each in RowState if each == request.args.get("state")), None)
    query = select(BulkRow.id.label("id")).where(BulkRow.bulk_id == bulk_id)
    page = paging.newest_first(query.where(BulkRow.state == state) if state else query, BulkRow.id)
    return render_template(
        "bulks/show.html",
        bulk=bulk,
        title=gettext(TITLES[bulk.verb]),
        counts=_counts(bulk_id),
        rows=_rows([row.id for row in page.rows]),
        page=page,
        state=state,
        is_finished=is_finished(bulk),
        undo_url=undo_url(bulk),
    )


@bp.get("/<int:bulk_id>/progress")
@allows(Permission.QUALIFY_LEAD)
def progress(bulk_id: int) -> Any:
    """What the page asks for while it waits; once there is no more to wait for, the page itself."""
    bulk = db.get_or_404(Bulk, bulk_id)
    if is_finished(bulk):
        return Response(headers={"HX-Redirect": url_for(".show", bulk_id=bulk_id)})
    return render_template("bulks/_progress.html", bulk=bulk, counts=_counts(bulk_id))


@bp.post("/<int:bulk_id>/undoing")
@allows(Permission.QUALIFY_LEAD)
def undo(bulk_id: int) -> Response:
    db.get_or_404(Bulk, bulk_id)
    with transaction():
        bulk = bulks.undo(bulk_id, actor=actor(), now=now())
        if bulk.row_count <= AT_ONCE:
            bulks.carry_on(bulk_id, now=now(), limit=AT_ONCE)
    counts = _counts(bulk_id)
    stands = counts.get(RowState.STANDS, 0)
    if is_finished(bulk):
        undone = ngettext("%(num)s was undone.", "%(num)s were undone.", counts.get(RowState.UNDONE, 0))
        kept = ngettext("%(num)s stands.", "%(num)s stand.", stands) if stands else ""
        flash(f"{undone} {kept}".strip(), "success")
    return redirect(url_for(".show", bulk_id=bulk_id), code=303)


def is_finished(bulk: Bulk) -> bool:
    waiting = select(BulkRow.id).where(BulkRow.bulk_id == bulk.id, BulkRow.state.in_(TO_DO))
    return db.session.scalar(waiting.limit(1)) is None


def undo_url(bulk: Bulk) -> str | None:
    is_mine = bulk.actor_id == actor().id and bulk.undone_at is None
    return url_for("bulks.undo", bulk_id=bulk.id) if is_mine else None


def tell(bulk: Bulk) -> dict[str, str | None]:
    """A message with its undo, once all of it is done."""
    counts = _counts(bulk.id)
    done, failed = counts.get(RowState.DONE, 0), counts.get(RowState.NOT_DONE, 0)
    if bulk.verb is BulkVerb.MARK:
        said = ngettext("%(num)s lead is an MQL now.", "%(num)s leads are MQLs now.", done)
    else:
        said = ngettext("%(num)s refusal is agreed with.", "%(num)s refusals are agreed with.", done)
    if failed:
        said += " " + ngettext("%(num)s could not be.", "%(num)s could not be.", failed)
    return {"message": said, "undo_url": undo_url(bulk) if done else None, "target": None}


def _counts(bulk_id: int) -> dict[RowState, int]:
    query: Any = select(BulkRow.state, func.count()).where(BulkRow.bulk_id == bulk_id)
    return dict(db.session.execute(query.group_by(BulkRow.state).order_by(BulkRow.state)).all())


def _rows(ids: list[int]) -> list[tuple[BulkRow, str, str]]:
    """With how each came out, and why it did not."""
    known = select(BulkRow).where(BulkRow.id.in_(ids)).order_by(BulkRow.id.desc()).options(joinedload(BulkRow.lead))
    return [
        (row, label(row.state), sentence(row.message, row.params or {}) if row.message else "")
        for row in db.session.scalars(known)
    ]
