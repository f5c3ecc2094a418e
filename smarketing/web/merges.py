"""Merge two records of one person, and make two of them again."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from smarketing.db import db, transaction
from smarketing.domain.errors import Conflict, DomainError, InvalidInput
from smarketing.domain.roles import Permission
from smarketing.models.leads import Lead
from smarketing.models.merges import LeadKey, Merge
from smarketing.reports import lead_list, lead_search, twins
from smarketing.reports.lead_list import Filters
from smarketing.services import merges, separations
from smarketing.web import merge_page
from smarketing.web.access import actor, allows, now
from smarketing.web.errors import status_of
from smarketing.web.merged import lead_or_404
from smarketing.web.words import message_of

bp = Blueprint("merges", __name__)

MOST_FOUND = 8
LONGEST = 200
OTHER = "other"
"""The value of a choice by which the text of the other lead stays."""


@bp.get("/leads/<int:lead_id>/merge")
@allows(Permission.MERGE_LEADS)
def ask(lead_id: int) -> str:
    """With whom; and once that is known both side by side."""
    lead = lead_or_404(lead_id)
    other_id = _number(request.args.get("with", ""))
    if other_id is not None and other_id != lead_id:
        return _compare(lead, _current(other_id), request.args)
    text = request.args.get("q", "").replace("\0", "")[:LONGEST].strip()
    found = _found(lead, text)
    return render_template("leads/merge_with.html", lead=lead, text=text, found=found, twins=twins.of(lead))


@bp.post("/leads/<int:lead_id>/merges")
@allows(Permission.MERGE_LEADS)
def create(lead_id: int) -> Any:
    lead = lead_or_404(lead_id)
    other_id = _number(request.form.get("with", "")) or 0
    editions = {lead_id: _number(request.form.get("edition", "")) or 0}
    editions[other_id] = _number(request.form.get("other_edition", "")) or 0
    try:
        with transaction():
            told: dict[str, Any] = {"from_other": _from_other(request.form), "editions": editions}
            made = merges.merge(lead_id, other_id, **told, actor=actor(), now=now())
    except DomainError as fault:
        return _refused(lead.id, other_id, fault)
    message = gettext("Lead %(number)s was merged into this one.", number=other_id)
    said: Any = {"message": message, "undo_url": url_for(".separate", merge_id=made.id), "target": None}
    flash(said, "success")
    return redirect(url_for("leads.show", lead_id=lead_id), code=303)


@bp.post("/merges/<int:merge_id>/separation")
@allows(Permission.MERGE_LEADS)
def separate(merge_id: int) -> Response:
    lead_id = db.get_or_404(Merge, merge_id).lead_id
    try:
        with transaction():
            made = separations.separate(merge_id, actor=actor(), now=now())
    except Conflict as fault:
        flash(message_of(fault), "error")
        return redirect(url_for("leads.show", lead_id=lead_id), code=303)
    numbers = {"one": made.lead_id, "other": made.absorbed_id}
    flash(gettext("They are two leads again: %(one)s and %(other)s.", **numbers), "success")
    return redirect(url_for("leads.show", lead_id=made.absorbed_id), code=303)


@bp.post("/lead-keys/<int:key_id>/removal")
@allows(Permission.MERGE_LEADS)
def release(key_id: int) -> Response:
    text = db.get_or_404(LeadKey, key_id).text
    with transaction():
        lead_id = separations.release(key_id, actor=actor(), now=now())
    message = gettext("“%(text)s” no longer leads to this lead: whoever comes in under it is a new one.", text=text)
    flash(message, "success")
    return redirect(url_for("leads.show", lead_id=lead_id), code=303)


def _current(other_id: int) -> Lead:
    """The lead to compare with; one that was absorbed meanwhile is the one it is part of now."""
    return db.get_or_404(Lead, db.session.scalar(Merge.in_place_of(other_id)) or other_id)


def _compare(lead: Lead, other: Lead, sent: Any, *, fault: str | None = None) -> str:
    page = merge_page.of(lead, other, from_other=_from_other(sent), now=now())
    return render_template("leads/merge.html", page=page, lead=lead, other=other, fault=fault)


def _refused(lead_id: int, other_id: int, fault: DomainError) -> Any:
    """The page they came from, with what was chosen; both as they are now."""
    lead, other = lead_or_404(lead_id), db.session.get(Lead, other_id)
    if other is None or isinstance(fault, InvalidInput):
        flash(message_of(fault), "error")
        return redirect(url_for(".ask", lead_id=lead_id), code=303)
    return _compare(lead, other, request.form, fault=message_of(fault)), status_of(fault)


def _from_other(sent: Any) -> set[str]:
    return {name.removeprefix("fact.") for name, value in sent.items() if value == OTHER and name.startswith("fact.")}


def _found(lead: Lead, text: str) -> list[Lead]:
    """Leads by their words, or by their number."""
    words = lead_search.words(text)
    lines = lead_list.newest(Filters(words=tuple(words)), now=now(), limit=MOST_FOUND) if words else []
    found = {line.lead.id: line.lead for line in lines}
    if (number := _number(text)) and (named := db.session.get(Lead, number)):
        found = {named.id: named, **found}
    return [each for each in found.values() if each.id != lead.id and each.erased_at is None]


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
