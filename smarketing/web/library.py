"""Agreements to start from: what each holds, each as a contract to read, and a draft made of one."""

from typing import Any, NamedTuple

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask_babel import gettext, ngettext
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from smarketing import library
from smarketing.db import db, is_unique_violation, transaction
from smarketing.domain import terms_text
from smarketing.domain.clauses import Words
from smarketing.domain.periods import local_day
from smarketing.domain.roles import Permission
from smarketing.domain.terms import Terms
from smarketing.domain.terms_templates import made_own
from smarketing.models.people import Team
from smarketing.services import agreements
from smarketing.web.access import actor, allows, now
from smarketing.web.agreements import team_names
from smarketing.web.contract import articles, promises
from smarketing.web.languages import locale
from smarketing.web.words import in_language

bp = Blueprint("library", __name__, url_prefix="/agreement/library")


class Template(NamedTuple):
    """What the list says of a template: what it holds in counts, and its promises by their headings."""

    name: str
    title: str
    preamble: str
    source: str
    holds: list[str]
    promises: list[str]


@bp.get("/")
@allows(Permission.AUTHOR_AGREEMENT)
def index() -> str:
    return render_template("library/index.html", templates=[_told(name) for name in library.names()])


@bp.get("/<template_name>")
@allows(Permission.AUTHOR_AGREEMENT)
def show(template_name: str) -> str:
    terms = _found(template_name)
    return render_template(
        "library/show.html", name=template_name, terms=terms, source=_source(template_name),
        articles=articles(terms, team_names()), holds=_holds(terms)
    )  # fmt: skip


@bp.post("/<template_name>/draft")
@allows(Permission.AUTHOR_AGREEMENT)
def draft(template_name: str) -> Any:
    year = local_day(now(), (terms := _found(template_name)).zone).year
    teams = {key: department for key, department in db.session.execute(select(Team.key, Team.department)) if department}
    own = made_own(terms, teams, range(year, year + 2))
    try:
        with transaction():
            drafted = agreements.draft(own, actor=actor(), now=now())
            version_id, number = drafted.id, drafted.number
    except IntegrityError as error:
        if not is_unique_violation(error):
            raise
        flash(gettext("Somebody else made a draft just now. Try again."), "warning")
        return redirect(url_for("library.show", template_name=template_name), code=303)
    flash(
        gettext("Version %(number)s is drafted. Make it yours, then propose it for signature.", number=number),
        "success",
    )
    return redirect(url_for("agreements.show", version_id=version_id), code=303)


def _found(name: str) -> Terms:
    return terms_text.read_cached(library.text(name)) if name in library.names() else abort(404)


def _told(name: str) -> Template:
    terms = _found(name)
    headings = [provision.heading for article in promises(terms) for provision in article.provisions]
    source = _source(name)
    return Template(name, in_language(terms.title), in_language(terms.preamble), source, _holds(terms), headings)


def _source(name: str) -> str:
    english, french = library.source(name)
    return Words(en=english, fr=french).in_locale(locale()) if english else ""


def _holds(terms: Terms) -> list[str]:
    """“179 clauses”, “6 times”, “3 volumes” …; what it has none of is not said."""
    followed = len(terms.consequences) + len(terms.escalations) + len(terms.timeboxes)
    clauses = sum(1 for _ in terms.clauses())
    rules = len(terms.scoring.fit) + len(terms.scoring.engagement)
    return [
        words
        for count, words in (
            (clauses, ngettext("%(num)s clause", "%(num)s clauses", clauses)),
            (rules, ngettext("%(num)s rule for points", "%(num)s rules for points", rules)),
            (len(terms.clocks), ngettext("%(num)s time", "%(num)s times", len(terms.clocks))),
            (len(terms.targets), ngettext("%(num)s volume", "%(num)s volumes", len(terms.targets))),
            (len(terms.ratios), ngettext("%(num)s share", "%(num)s shares", len(terms.ratios))),
            (
                len(terms.cadences),
                ngettext("%(num)s rhythm of touches", "%(num)s rhythms of touches", len(terms.cadences)),
            ),
            (followed, ngettext("%(num)s consequence", "%(num)s consequences", followed)),
        )
        if count
    ]
