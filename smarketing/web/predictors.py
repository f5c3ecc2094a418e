"""Estimates: train them on the team's own outcomes, see how they do, show them on leads or not. Never the agreement."""

from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext

from smarketing.db import transaction
from smarketing.domain.errors import DomainError
from smarketing.domain.predictor import Fact
from smarketing.domain.roles import Permission
from smarketing.jobs import train_predictors
from smarketing.models.predictors import UNDER_WAY, PredictorState, TrainedPredictor
from smarketing.reports import predictors as kept
from smarketing.reports import tables
from smarketing.services import predictors
from smarketing.web import predictor_sections, predictor_tiles, predictor_words
from smarketing.web.access import actor, allows, now
from smarketing.web.predictor_words import Names
from smarketing.web.sections.section import Section
from smarketing.web.words import message_of

bp = Blueprint("predictors", __name__, url_prefix="/predictors")

STEPS = len(UNDER_WAY)


@bp.get("/")
@allows(Permission.SEE_REPORTS)
def index() -> str:
    rows = [(each, kept.judgement_of(each)) for each in kept.newest_first()]
    return render_template("predictors/index.html", rows=rows, **_asking(), **_words())


@bp.post("/")
@allows(Permission.TRAIN_PREDICTORS)
def begin() -> Any:
    chosen = {fact for fact in Fact if fact.value in request.form.getlist("fact")}
    if not chosen:
        flash(gettext("Choose at least one fact to go by."), "error")
        return redirect(url_for(".index"), code=303)
    try:
        with transaction():
            left_out = [fact for fact in Fact if fact not in chosen]
            predictor_id = predictors.ask(left_out, actor=actor(), now=now()).id
    except DomainError as error:
        flash(message_of(error), "error")
        return redirect(url_for(".index"), code=303)
    return redirect(url_for(".show", predictor_id=predictor_id), code=303)


@bp.get("/<int:predictor_id>")
@allows(Permission.SEE_REPORTS)
def show(predictor_id: int) -> str:
    trained = _found(predictor_id)
    common = {"trained": trained, **_words()}
    if trained.state in UNDER_WAY:
        return render_template("predictors/waiting.html", **common, **_progress(trained))
    judged, names = kept.judgement_of(trained), Names()
    if judged is None:
        refusals = kept.refusals_of(trained)
        told = [predictor_words.refusal(each, names) for each in refusals]
        suspects = {each.fact for each in refusals if each.fact}
        return render_template("predictors/refused.html", refusals=told, **common, **_asking(trained, suspects))
    return render_template(
        "predictors/show.html",
        tiles=predictor_tiles.tiles(judged),
        sections=_sections(trained, names),
        judged=judged,
        drift=kept.drift_of(trained),
        left_out=[predictor_words.fact_name(Fact(each)) for each in trained.left_out],
        fact_count=len(getattr(kept.numbers_of(trained), "columns", ())),
        **common,
    )


@bp.get("/<int:predictor_id>/progress")
@allows(Permission.SEE_REPORTS)
def progress(predictor_id: int) -> Any:
    """What the page asks for while it waits; once there is no more to wait for, the page itself."""
    trained = kept.found(predictor_id)
    if trained is None:
        return Response(headers={"HX-Redirect": url_for(".index")})
    if trained.state not in UNDER_WAY:
        return Response(headers={"HX-Redirect": url_for(".show", predictor_id=predictor_id)})
    return render_template("predictors/_progress.html", trained=trained, **_words(), **_progress(trained))


@bp.get("/<int:predictor_id>/<name>.csv")
@allows(Permission.SEE_REPORTS)
def section(predictor_id: int, name: str) -> Response:
    """The rows of one section."""
    built = next((each for each in _sections(_found(predictor_id), Names()) if each.id == name), None) or abort(404)
    headers = {"Content-Disposition": f'attachment; filename="estimates-{name}.csv"'}
    return Response(tables.as_csv(built.table), mimetype="text/csv", headers=headers)


@bp.post("/<int:predictor_id>/showing")
@allows(Permission.TRAIN_PREDICTORS)
def switch_on(predictor_id: int) -> Any:
    try:
        with transaction():
            predictors.show(_found(predictor_id), actor=actor(), now=now())
    except DomainError as error:
        flash(message_of(error), "error")
    else:
        flash(gettext("The estimate is shown on leads that are with sales. You can switch it off here."), "success")
    return redirect(url_for(".show", predictor_id=predictor_id), code=303)


@bp.post("/<int:predictor_id>/hiding")
@allows(Permission.TRAIN_PREDICTORS)
def switch_off(predictor_id: int) -> Any:
    with transaction():
        predictors.hide(_found(predictor_id), actor=actor(), now=now())
    flash(gettext("The estimate is shown on leads no more."), "success")
    return redirect(url_for(".show", predictor_id=predictor_id), code=303)


@bp.post("/<int:predictor_id>/removal")
@allows(Permission.TRAIN_PREDICTORS)
def remove(predictor_id: int) -> Any:
    with transaction():
        predictors.remove(_found(predictor_id), actor=actor(), now=now())
    flash(gettext("It was removed."), "success")
    return redirect(url_for(".index"), code=303)


def _found(predictor_id: int) -> TrainedPredictor:
    return kept.found(predictor_id) or abort(404)


def _sections(trained: TrainedPredictor, names: Names) -> list[Section]:
    judged, numbers = kept.judgement_of(trained), kept.numbers_of(trained)
    if judged is None or numbers is None:
        return []
    return predictor_sections.sections(judged, numbers, kept.drift_of(trained), names)


def _asking(trained: TrainedPredictor | None = None, suspects: set[Fact] | None = None) -> dict[str, Any]:
    """What the form needs that asks for a training; facts that are suspected are not ticked."""
    left_out = {Fact(each) for each in trained.left_out} if trained else set()
    return {
        "facts": [
            (fact.value, predictor_words.fact_name(fact), fact not in left_out | (suspects or set())) for fact in Fact
        ],
        "is_installed": train_predictors.is_installed(),
    }


def _progress(trained: TrainedPredictor) -> dict[str, Any]:
    return {"step": UNDER_WAY.index(PredictorState(trained.state)), "steps": STEPS}


def _words() -> dict[str, Any]:
    return {"state_name": predictor_words.state_name}
