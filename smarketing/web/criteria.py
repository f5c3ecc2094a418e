"""Find leads by criteria put together from rows, without a line of code; the list then holds those that meet them."""

from collections.abc import Sequence

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext
from sqlalchemy import select
from werkzeug.wrappers import Response

from smarketing.db import db
from smarketing.domain.criteria_fields import ANY_KIND, CUSTOM_PREFIX, KNOWN_FIELDS
from smarketing.domain.errors import N_
from smarketing.domain.roles import Permission
from smarketing.models.leads import Lead
from smarketing.reports import agreed
from smarketing.web import status_words
from smarketing.web.access import allows
from smarketing.web.criteria_rows import COMPARISONS, ENGAGEMENT, MOST_ROWS, Row, built, rows_of
from smarketing.web.lead_filters import read_rule, written_rule
from smarketing.web.lead_score import engagement_kinds
from smarketing.web.words import field_name

bp = Blueprint("criteria", __name__, url_prefix="/leads/criteria")

MOST_LOOKED_AT = 300
"""Of so many leads, the newest, the further facts are offered."""
GROUPS = {
    N_("Who it is"): "email email_domain first_name last_name job_title company country phone".split(),
    N_("Where from"): "source campaign landing_page arrived_at".split(),
    N_("How it stands"): "persona stage status grade cycle mql_at sal_at sql_at".split(),
    N_("Score"): "points fit_points engagement_points engagement_count last_engaged_at".split(),
}
assert {field for fields in GROUPS.values() for field in fields} == KNOWN_FIELDS  # noqa: S101


@bp.get("/")
@allows(Permission.SEE_LEADS)
def build() -> str | Response | tuple[str, int]:
    joined_by, rows = _asked()
    answer = built(rows, joined_by=joined_by)
    if "show" in request.args and answer.rule:
        return redirect(url_for("leads.index", rule=written_rule(answer.rule)), code=303)
    is_refused = "show" in request.args and answer.has_faults
    shown = [*(answer.rows if "show" in request.args else rows)]
    if not shown or "more" in request.args:
        shown.append(Row())
    page = render_template(
        "leads/criteria.html",
        rows=shown[:MOST_ROWS],
        joined_by=joined_by,
        fields=_fields(),
        comparisons=[(gettext(name), [(key, gettext(words)) for key, words in each.items()])
                     for name, each in COMPARISONS.items()],
        is_refused=is_refused,
    )  # fmt: skip
    return (page, 422) if is_refused else page


def _asked() -> tuple[str, list[Row]]:
    """The rows as the form sends them, or those of the rule in the address."""
    get = request.args.getlist
    if fields := get("field"):
        columns = [[*get(name), *[""] * len(fields)] for name in ("how", "what", "days")]
        rows = [Row(*(text[:500] for text in each)) for each in zip(fields, *columns, strict=False)]
        return request.args.get("join", "all"), [row for row in rows[:MOST_ROWS] if row.field]
    rule = read_rule(request.args.get("rule", "")) if request.args.get("rule") else None
    return (rows_of(rule) if rule else None) or ("all", [])


def _fields() -> Sequence[tuple[str, list[tuple[str, str]]]]:
    standing = agreed.latest()
    kinds = engagement_kinds(standing.terms) if standing else []
    done = [(ENGAGEMENT + kind, words) for kind, words in [*kinds, (ANY_KIND, gettext("any engagement"))]]
    further = [(CUSTOM_PREFIX + key, field_name(CUSTOM_PREFIX + key)) for key in _further()]
    absent = () if status_words.are_named() else ("status",)
    groups = [
        (gettext(name), [(field, field_name(field)) for field in fields if field not in absent])
        for name, fields in GROUPS.items()
    ]
    groups.append((gettext("What they did"), done))
    return [*groups, (gettext("Further facts"), further)] if further else groups


def _further() -> list[str]:
    newest = db.session.scalars(
        select(Lead.custom).order_by(Lead.arrived_at.desc(), Lead.id.desc()).limit(MOST_LOOKED_AT)
    )
    return sorted({key for custom in newest for key in custom})
