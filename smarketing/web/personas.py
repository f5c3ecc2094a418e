"""The personas that both sides have agreed on: who they are, who belongs to them, and how they turned out."""

from collections.abc import Sequence

from flask import Blueprint, abort, render_template
from flask_babel import gettext

from smarketing.domain.attainment import Share
from smarketing.domain.periods import Named
from smarketing.domain.roles import Permission
from smarketing.domain.terms import Terms
from smarketing.domain.terms_scoring import PersonaClause
from smarketing.reports import agreed, personas
from smarketing.reports.cases import Of
from smarketing.reports.personas import Standing
from smarketing.web import clause_words, spoken, theme_view
from smarketing.web.access import allows
from smarketing.web.filters import number
from smarketing.web.scopes import NO_OWNER
from smarketing.web.theme_view import ThemeView
from smarketing.web.tiles import Tile
from smarketing.web.words import in_language

bp = Blueprint("personas", __name__, url_prefix="/personas")


@bp.get("/")
@allows(Permission.SEE_LEADS)
def index() -> str:
    view = _view()
    standings = personas.standings(view.span, now=view.now)
    none = personas.Standing(0, dict.fromkeys(personas.COUNTED, 0))
    rows = personas.rows()
    places = _places(view.standing.terms if view.standing else None)
    rows = sorted(rows, key=lambda row: places.get(row.key, len(places) + row.id))
    listed = [(row, personas.clause_of(row), places.get(row.key), standings.get(row.key, none)) for row in rows]
    return render_template("personas/index.html", listed=listed, days=spoken.period_name(view.period), share=_share)


@bp.get("/<key>")
@allows(Permission.SEE_LEADS)
def show(key: str) -> str:
    persona = personas.row_of(key) or abort(404)
    view = _view(key)
    terms = agreed.terms_of(persona.agreement_version_id)
    clause = personas.clause_of(persona) or abort(404)
    standing = personas.standing(key, view.span, now=view.now)
    return render_template(
        "personas/show.html",
        persona=persona,
        clause=clause,
        described=_described(clause),
        rule=clause_words.criteria(clause.when, terms) if clause.when else [],
        before=[each for each in terms.personas[: _places(terms)[key]] if each.when],
        place=_places(terms)[key] + 1,
        count=len(terms.personas),
        tiles=_tiles(view, standing),
        reasons=_reasons(view, key, standing),
        notes=personas.notes(persona),
        leads=personas.newest(persona),
        view=view,
        days=spoken.period_name(view.period),
    )


def _view(key: str | None = None) -> ThemeView:
    asked = {"period": Named.LAST_90_DAYS.value}
    return theme_view.read(asked | {"persona": key} if key else asked)


def _places(terms: Terms | None) -> dict[str, int]:
    """Where each stands in the order in which they are tried."""
    return {clause.id: place for place, clause in enumerate(terms.personas)} if terms else {}


def _described(clause: PersonaClause) -> list[tuple[str, str]]:
    parts = (
        (gettext("Goals"), clause.goals),
        (gettext("Pains"), clause.pains),
        (gettext("Roles"), clause.roles),
        (gettext("Company"), clause.company),
    )
    return [(name, in_language(words)) for name, words in parts if words]


def _tiles(view: ThemeView, standing: Standing) -> list[Tile]:
    offered = standing.counts[Of.OFFERED]
    shares = (
        (gettext("Accepted, of the decided"), standing.acceptance, Of.ACCEPTED, gettext("Accepted ÷ answered.")),
        (gettext("Became an SQL"), standing.conversion, Of.SQL, gettext("SQLs so far ÷ hand-offs offered.")),
        (gettext("Won so far"), standing.winning, Of.WON, gettext("Won so far ÷ hand-offs offered.")),
    )
    handed = gettext("%(count)s hand-offs offered", count=number(offered))
    arrived = gettext("Leads of this persona that arrived in these days.")
    tiles = [Tile(gettext("Leads arrived"), number(standing.arrived), handed, arrived)]
    for label, share, of, definition in shares:
        basis = spoken.part_of(share) if share.total else gettext("There was nothing to count.")
        url = view.cases_url(of) if share.part else None
        is_number = share.is_telling or not share.total
        tiles.append(Tile(label, spoken.share(share), basis, definition, url=url, is_number=is_number))
    return tiles


def _reasons(view: ThemeView, key: str, standing: Standing) -> Sequence[tuple[str, int, str, str]]:
    """What each is called, how often it was given, which share of the refusals that is, and where they are listed."""
    refused = standing.counts[Of.REFUSED]
    return [
        (
            in_language(each.title) if each.title else each.id or gettext("(no reason)"),
            each.refusals,
            spoken.part_of(Share(each.refusals, refused)),
            view.cases_url(Of.REFUSED, reason=each.id or NO_OWNER),
        )
        for each in personas.reasons(key, view.span)
    ]


def _share(standing: Standing, name: str) -> str:
    return spoken.share(getattr(standing, name)) or "–"
