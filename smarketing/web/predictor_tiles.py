"""How a predictor did, as figures."""

from flask_babel import gettext

from smarketing.domain.accuracy import Estimate
from smarketing.domain.judgement import Judgement
from smarketing.web.filters import number
from smarketing.web.tiles import Tile


def tiles(judged: Judgement) -> list[Tile]:
    predictor, score = judged.predictor, judged.score
    return [
        Tile(
            gettext("Area under the ROC curve"),
            number(predictor.area.value, 3),
            _interval(predictor.area),
            gettext("How often an SQL stands above a hand-off that became none. 0.5 is chance, 1 is always."),
            trend=_beside(score.area, judged.area_gain),
        ),
        Tile(
            gettext("Average precision"),
            number(predictor.precision.value, 3),
            _interval(predictor.precision),
            gettext("The share of SQLs among those ranked on top, averaged over all cut-offs."),
            trend=gettext(
                "%(score)s for the agreed score, %(chance)s by chance",
                score=number(score.precision.value, 3),
                chance=number(judged.came / judged.held_out, 3),
            ),
        ),
        Tile(
            gettext("Brier score"),
            number(predictor.brier.value, 3),
            _interval(predictor.brier),
            gettext("The mean squared error of its chances. 0 is best."),
            trend=_beside(score.brier, judged.brier_gain),
        ),
        Tile(
            gettext("Held out"),
            number(judged.held_out),
            gettext("of which %(came)s were confirmed as SQLs", came=number(judged.came)),
            gettext("The latest hand-offs with an outcome. It was judged on them and not fitted to them."),
        ),
    ]


def _interval(of: Estimate) -> str:
    return gettext("95 %% interval %(low)s to %(high)s", low=number(of.low, 3), high=number(of.high, 3))


def _beside(score: Estimate, gain: Estimate) -> str:
    told = {"score": number(score.value, 3)}
    if gain.low > 0:
        return gettext("clearly better than the agreed score: %(score)s", **told)
    if gain.high < 0:
        return gettext("clearly worse than the agreed score: %(score)s", **told)
    return gettext("no clear difference from the agreed score: %(score)s", **told)
