"""Groups, limits, floors, decay and resets; what is refused where it is written; and the laws of every model."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smarketing.domain.decay import faded, fades_next
from smarketing.domain.facts import Facts, Recycling
from smarketing.domain.scores import Part, in_total
from smarketing.domain.scoring import Scorer
from smarketing.domain.terms import canonical, parse
from smarketing.domain.terms_faults import InvalidTerms
from tests import gitlab
from tests.cast import clause, document, terms

NOW = datetime(2026, 3, 9, 8, tzinfo=UTC)


def ago(**span: float) -> datetime:
    return NOW - timedelta(**span)


def scorer(**changes: Any) -> Scorer:
    return Scorer(terms(scoring=document()["scoring"] | changes))


def engagement(*kinds: str, days: Sequence[float] = (0,)) -> list[tuple[str, datetime]]:
    return [(kind, ago(days=day)) for kind in kinds for day in days]


def facts(engagements: Sequence[tuple[str, datetime]] = (), **values: Any) -> Facts:
    return Facts(values, engagements, NOW)


def test_the_rules_of_a_group_are_limited_together() -> None:
    scoring = document()["scoring"]
    for rule in scoring["engagement"]:
        rule["group"] = "interest"
    group = clause("interest", "Interest", "Intérêt") | {"limit": 45}
    both = facts(engagement("demo_request", "pricing_page"))
    score = scorer(engagement=scoring["engagement"], groups=[group]).score(both)
    assert [(part.rule, part.points) for part in score.engagement_parts] == [
        ("asked-for-demo", 40),
        ("saw-prices", 10),
        ("interest", -5),
    ]
    assert score.engagement_points == 45


@pytest.mark.parametrize(
    ("fit", "engagement", "limit", "floor", "expected"),
    [
        (30, 40, 100, 0, (30, 40)),
        (30, 40, 50, 0, (30, 20)),
        (60, 40, 50, 0, (50, 0)),
        (60, -10, 45, 0, (55, -10)),
        (-30, 10, None, 0, (-10, 10)),
        (-30, -10, None, -5, (0, -5)),
        (10, -30, None, 0, (10, -10)),
    ],
)
def test_bounds_of_the_whole_never_turn_a_group_over(
    fit: int, engagement: int, limit: int | None, floor: int, expected: tuple[int, int]
) -> None:
    bounded = in_total((Part("a", fit, 1),), (Part("b", engagement, 1),), limit=limit, floor=floor)
    assert tuple(sum(part.points for part in parts) for parts in bounded) == expected


@pytest.mark.parametrize(
    ("days", "left"), [(0, 40), (29, 20), (30, 20), (31, 20), (60, 10), (90, 5), (159, 1), (190, 0)]
)
def test_points_halve_with_each_half_life(days: int, left: int) -> None:
    assert faded(40, days, 30) == left
    assert faded(-40, days, 30) == -left


def test_decay_tells_what_it_took() -> None:
    score = scorer(decay={"half_life_days": 30}).score(facts(engagement("demo_request", days=(60, 0))))
    assert score.engagement_parts == (Part("asked-for-demo", 50, 2, NOW.isoformat(), 0, 30),)


@given(st.integers(-1000, 1000).filter(bool), st.integers(1, 400), st.integers(0, 4000))
def test_what_fades_next_changes_then_and_not_before(points: int, half_life: int, age: int) -> None:
    at = NOW - timedelta(days=age, hours=3)
    following = fades_next(points, at, half_life, now=NOW)
    if following is None:
        assert faded(points, age, half_life) == 0
        return
    days = (following - at) // timedelta(days=1)
    assert days > age
    assert faded(points, days - 1, half_life) == faded(points, age, half_life) != faded(points, days, half_life)


@pytest.mark.parametrize(
    ("at_most", "silent_days", "lost"), [(None, 29, 0), (None, 30, -10), (None, 95, -30), (2, 95, -20)]
)
def test_silence_costs_points_step_by_step(at_most: int | None, silent_days: float, lost: int) -> None:
    idle = [clause("silent", "Silent", "Silencieux") | {"days": 30, "points": -10, "at_most": at_most}]
    score = scorer(idle=idle).score(facts(engagement("demo_request", days=(silent_days,))))
    assert score.engagement_points == 40 + lost


def test_the_reasons_are_those_of_the_threshold_that_decided() -> None:
    mql = document()["mql"] | {
        "thresholds": [
            clause("near", "France", "France")
            | {"when": {"field": "country", "one_of": ["FR"]}, "criteria": {"field": "points", "at_least": 20}}
        ]
    }
    judged = Scorer(terms(mql=mql))
    near = facts(country="FR")
    score = judged.score(near)
    assert (score.threshold, score.is_mql) == ("near", True)
    explained = judged.explain(score, near)
    assert explained["threshold"] == "near"
    assert explained["reasons"] == [[True, "%(field)s is at least %(bound)s", {"field": "points", "bound": 20}, 20, 0]]
    assert judged.score(facts(country="US")).threshold is None


def test_whoever_is_excluded_is_told_by_which_rule() -> None:
    rule = clause("own", "Ours", "À nous") | {"when": {"field": "email_domain", "one_of": ["us.example"]}}
    judged = scorer(exclusions=[rule])
    ours = facts(engagement("demo_request"), email="A@US.example", job_title="Director")
    explained = judged.explain(judged.score(ours), ours)
    assert (explained["excluded"], explained["fit"], explained["engagement"]) == ("own", [], [])
    assert [reason[0] for reason in explained["reasons"]] == [False, True]


# what is refused where it is written


def refused(**changes: Any) -> str:
    with pytest.raises(InvalidTerms) as fault:
        terms(**changes)
    return str(fault.value.faults[0])


RULE = clause("saw-prices", "Saw", "A vu") | {"engagement": "pricing_page", "points": 10}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"fit": [clause("a", "A", "A") | {"points": 1, "when": {"field": "points", "at_least": 1}}]},
         "scoring › fit 1 › when: The score is made of this rule: it cannot ask for “points”."),
        ({"engagement": [RULE | {"points": 1_000_000}]}, "This must be 1000 or less."),
        ({"engagement": [RULE | {"once_per": "day", "at_most": 2}]}, "Say how often it counts once"),
        ({"engagement": [RULE | {"per_days": 2}]}, "“at_most” must say how often"),
        ({"engagement": [RULE | {"count": 2}]}, "belong together"),
        ({"engagement": [RULE | {"group": "none"}]}, "scoring › engagement 1 › group: There is no group “none”"),
        ({"total_floor": 1}, "This must be 0 or less."),
        ({"decay": {"half_life_days": 9}, "idle": [clause("i", "I", "I") | {"days": 1, "points": -1}]}, "choose one"),
        ({"grid": {"fit": [10, 20, 5], "engagement": [3, 2, 1]}}, "The bounds of the grid fall"),
        ({"models": [clause("m", "M", "M") | {"fit": [], "engagement": [], "judged_at": ["25:00"],
                                              "criteria": {"field": "points", "at_least": 1}}]}, "judged_at"),
    ],
)  # fmt: skip
def test_a_model_that_cannot_be_is_refused(changes: Any, words: str) -> None:
    assert words in refused(scoring=document()["scoring"] | changes)


def test_a_persona_that_waits_for_the_score_or_for_itself_is_refused() -> None:
    for field in ("points", "persona", "grade"):
        personas = document()["personas"]
        personas[0]["when"] = {"field": field, "present": True}
        words = f"A persona is decided before the score: its rule cannot ask for “{field}”."
        assert words in refused(personas=personas)


def test_what_was_signed_before_is_still_read() -> None:
    signed = canonical(terms()).replace('"contains":["director","directeur"],"field":"job_title"',
                                        '"at_least":5,"field":"points"')  # fmt: skip
    assert parse(signed).personas


def test_terms_without_the_new_clauses_keep_their_text() -> None:
    text = canonical(terms())
    for name in ("groups", "decay", "idle", "resets", "exclusions", "grid", "models", "instant", "thresholds", "goals"):
        assert f'"{name}"' not in text


# the laws

GITLAB = terms(scoring=gitlab.SCORING, mql=gitlab.MQL)
FADING = terms(
    scoring=gitlab.SCORING | {"idle": None, "decay": {"half_life_days": 7}},
    mql=gitlab.MQL
    | {
        "when": {
            "any": [
                {"all": [{"field": "points", "at_least": 60}, {"engagement": "any", "within_days": 9, "at_least": 2}]},
                {"field": "arrived_at", "within_days": 3},
                {"all": [{"field": "last_engaged_at", "older_than_days": 20}, {"field": "points", "at_least": 5}]},
            ]
        }
    },
)
scorers = st.sampled_from([Scorer(GITLAB), Scorer(FADING)])
kinds = st.sampled_from(
    "registered inbound_medium trial page key_page low_value_page hard_bounce unsubscribed ran_pipeline".split()
)
instants = st.integers(-90 * 24, 3 * 24).map(lambda hours: NOW + timedelta(hours=hours))
acts = st.lists(st.tuples(kinds, instants), max_size=14)
recyclings = st.lists(instants.map(lambda at: Recycling(at, at - timedelta(days=9), by_hand=False)), max_size=1)
values = st.fixed_dictionaries(
    {"arrived_at": instants},
    optional={
        "email": st.sampled_from(["a@example.com", "a@gmail.com", "a@gitlab.com"]),
        "job_title": st.sampled_from(["VP DevOps", "Intern", "Recruiter"]),
        "custom.use": st.just("team"),
        "cycle": st.integers(0, 2),
    },
)


@given(scorers, acts, values, recyclings)
def test_the_parts_sum_to_the_score_within_its_bounds(
    scorer: Scorer, acts: list[Any], values: dict[str, Any], recycled: list[Recycling]
) -> None:
    known = Facts(values, acts, NOW, recycled)
    score = scorer.score(known)
    assert sum(part.points for part in score.fit_parts) == score.fit_points <= 70
    assert sum(part.points for part in score.engagement_parts) == score.engagement_points
    assert 0 <= score.points <= 300
    held = scorer.explain(score, known)["reasons"][0][0]
    assert score.is_mql is held or any(model.is_mql for model in score.models) or score.excluded_by


@given(scorers, acts, values, recyclings, st.randoms(use_true_random=False))
def test_late_repeated_and_unordered_engagements_score_alike(
    scorer: Scorer, acts: list[Any], values: dict[str, Any], recycled: list[Recycling], random: Any
) -> None:
    told = random.sample(acts, len(acts)) + acts[:2]
    assert scorer.score(Facts(values, told, NOW, recycled)) == scorer.score(Facts(values, acts, NOW, recycled))


@given(scorers, acts, values, recyclings, st.floats(0.01, 0.99))
def test_a_score_stands_until_its_next_change(
    scorer: Scorer, acts: list[Any], values: dict[str, Any], recycled: list[Recycling], share: float
) -> None:
    known = Facts(values, acts, NOW, recycled)
    change = scorer.next_change(known)
    assert change is None or change > NOW
    meanwhile = NOW + share * ((change or NOW + timedelta(days=900)) - NOW)
    before, after = scorer.score(known), scorer.score(known._replace(now=meanwhile))
    assert before._replace(models=()) == after._replace(models=())
    assert [model[:3] for model in before.models] == [model[:3] for model in after.models]
