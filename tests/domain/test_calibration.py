"""A score held against what sales made of it: by points, by rule, and for other thresholds."""

from smarketing.domain import calibration
from smarketing.domain.calibration import Counted, Judged, Near, Rates
from smarketing.domain.scores import FIT_LIMIT, Part
from smarketing.domain.scoring import Scorer
from tests.cast import document, terms

RULES = Scorer(terms()).rules
DIRECTOR, NEAR = Part("is-director", 30, 1), Part("is-near", 20, 1)
DEMO, PRICES = Part("asked-for-demo", 40, 1), Part("saw-prices", 10, 1)


def handed(*parts: Part, accepted: bool | None = None, won: bool = False, by_hand: bool = False) -> Judged:
    points = sum(part.points for part in parts)
    return Judged(points, accepted is not None, bool(accepted), won, by_hand)


def explained(*parts: Part) -> dict[str, object]:
    fit = [part.stored() for part in parts if part in (DIRECTOR, NEAR)]
    return {"fit": fit, "engagement": [part.stored() for part in parts if part not in (DIRECTOR, NEAR)]}


def test_each_hand_off_is_in_one_band_and_rates_add_up() -> None:
    judged = [handed(DIRECTOR, DEMO, accepted=True, won=True), handed(DIRECTOR, NEAR, PRICES, accepted=False)]
    judged.append(handed(DIRECTOR, NEAR, DEMO))
    bands = calibration.by_band(judged)
    assert [(band.low, band.rates.handed) for band in bands if band.rates.handed] == [(60, 1), (70, 1), (90, 1)]
    whole = calibration.total(judged)
    assert (whole.acceptance, whole.winning) == ((1, 2), (1, 3))
    assert calibration.by_band([]) == []


def test_a_rule_matters_where_the_threshold_would_not_be_met_without_it() -> None:
    without = [
        dict(calibration.counted(explained(*parts), RULES)) for parts in ((DIRECTOR, DEMO), (DIRECTOR, DEMO, NEAR))
    ]
    assert without == [
        {"is-director": 40, "asked-for-demo": 30},
        {"is-director": 60, "is-near": 70, "asked-for-demo": 50},
    ]
    both, second = Rates(2, 2, 1), Rates(1, 1, 0)
    counted = {"is-director": Counted(both, 1), "asked-for-demo": Counted(both, 2), "is-near": Counted(second, 0)}
    found = {each.rule: each for each in calibration.weights(RULES, both, counted, [], threshold=60)}
    assert [rule for rule, each in found.items() if not each.has_mattered] == ["is-near", "saw-prices"]
    assert (found["is-near"].counted.acceptance, found["is-near"].absent.acceptance) == ((0, 1), (1, 1))
    unknown = calibration.weights(RULES, both, counted, [], threshold=None)
    assert [each.has_mattered for each in unknown] == [True, True, True, False]


def test_a_rule_that_takes_points_matters_where_it_keeps_leads_out() -> None:
    scoring = document()["scoring"]
    fit = [*scoring["fit"], scoring["fit"][1] | {"id": "student", "points": -20}]
    rules = Scorer(terms(scoring=scoring | {"fit": fit})).rules
    kept_out = Near(50, [DIRECTOR, Part("student", -20, 1)], [DEMO])
    found = {each.rule: each for each in calibration.weights(rules, Rates(), {}, [kept_out], threshold=60)}
    assert (found["student"].kept_out, found["student"].has_mattered) == (1, True)
    assert found["is-director"].kept_out == 0


def test_limits_are_applied_anew_without_a_rule() -> None:
    scoring = document()["scoring"] | {"fit_limit": 35}
    limited = {"fit": [DIRECTOR, NEAR, Part(FIT_LIMIT, -15, 1)], "engagement": [DEMO]}
    found = dict(calibration.counted(limited, Scorer(terms(scoring=scoring)).rules))
    assert found == {"is-director": 60, "is-near": 70, "asked-for-demo": 35}


def test_only_who_lacks_nothing_but_points_would_be_made_by_a_lower_threshold() -> None:
    points = [False, "msgid", {"field": "points", "bound": 60}, 55, 1]
    engaged = [False, "msgid", {"field": "engagement_points", "bound": 1}, 0, 1]
    whole = [False, "All of this holds:", {}, None, 0]
    assert calibration.lacks_points_only([whole, points, [True, *engaged[1:]]])
    assert not calibration.lacks_points_only([whole, points, engaged])
    assert not calibration.lacks_points_only([])


def test_a_higher_threshold_never_gives_more_and_says_what_it_gives_up() -> None:
    judged = [handed(DIRECTOR, DEMO, accepted=True), handed(DIRECTOR, NEAR, DEMO, accepted=True)]
    judged.append(handed(DIRECTOR, accepted=True, by_hand=True))
    near = [Near(points, [], [], lacks_points_only=True) for points in (58, 58, 58, 58, 41)]
    near.append(Near(59, [], []))
    trades = {each.threshold: each for each in calibration.trades(judged, near, threshold=60)}
    assert [trades[at].mqls for at in (40, 45, 60, 75, 95)] == [7, 6, 2, 1, 0]
    assert [trades[at].given_up for at in (60, 75, 95)] == [0, 1, 2]
    counts = [trades[at].mqls for at in sorted(trades)]
    assert counts == sorted(counts, reverse=True)
    assert [each.threshold for each in trades.values() if each.is_agreed] == [60]
