"""Scores of the small agreement: their parts, their limits, how often an engagement counts, and what always holds."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smarketing.domain.facts import Facts
from smarketing.domain.scores import ENGAGEMENT_LIMIT, FIT_LIMIT, Part
from smarketing.domain.scoring import Scorer
from tests.cast import clause, document, terms

NOW = datetime(2026, 3, 9, 8, tzinfo=UTC)
SMALL = Scorer(terms())


def ago(**span: float) -> datetime:
    return NOW - timedelta(**span)


def facts(engagements: Sequence[tuple[str, datetime]] = (), **values: str | None) -> Facts:
    return Facts(values, engagements, NOW)


def scorer(**changes: Any) -> Scorer:
    """The small agreement with another scoring clause."""
    return Scorer(terms(scoring=document()["scoring"] | changes))


@pytest.mark.parametrize(
    ("known", "persona", "fit", "engagement", "is_mql"),
    [
        (facts(), "other", 0, 0, False),
        (facts(job_title="Sales Director", country="fr"), "director", 50, 0, False),
        (facts([("demo_request", NOW)], job_title="Sales Director", country="FR"), "director", 50, 40, True),
        (facts([("demo_request", NOW)], job_title="Directeur"), "director", 30, 40, True),
        (facts([("demo_request", NOW)], country="BE"), "other", 20, 40, True),
        (facts([("demo_request", NOW)], country="US"), "other", 0, 40, False),
        (facts([("pricing_page", NOW)], job_title="Director", country="FR"), "director", 50, 10, True),
        (facts([("unknown_kind", NOW)], job_title="Director", country="FR"), "director", 50, 0, False),
    ],
    ids=[
        "nothing is known", "fit alone", "fit and a demo", "a director anywhere", "anybody near", "anybody far",
        "just enough", "a kind without points",
    ],
)  # fmt: skip
def test_a_score(known: Facts, persona: str, fit: int, engagement: int, is_mql: bool) -> None:
    score = SMALL.score(known)
    assert (score.persona, score.fit_points, score.engagement_points) == (persona, fit, engagement)
    assert score.points == fit + engagement
    assert score.is_mql is is_mql


def test_the_parts_name_their_rules_in_the_order_of_the_document() -> None:
    visits = [("pricing_page", ago(days=3)), ("demo_request", ago(hours=1)), ("pricing_page", ago(days=1))]
    score = SMALL.score(facts(visits, job_title="Director", country="FR"))
    assert score.fit_parts == (Part("is-director", 30, 1), Part("is-near", 20, 1))
    assert score.engagement_parts == (
        Part("asked-for-demo", 40, 1, "2026-03-09T07:00:00+00:00"),
        Part("saw-prices", 20, 2, "2026-03-08T08:00:00+00:00"),
    )


def test_a_limit_is_a_part_that_takes_points_away() -> None:
    demos = [("demo_request", ago(days=day)) for day in range(3)]
    limited = scorer(fit_limit=45).score(facts(demos, job_title="Director", country="FR"))
    assert limited.fit_points == 45
    assert limited.fit_parts[-1] == Part(FIT_LIMIT, -5, 1)
    assert limited.engagement_points == 80
    assert limited.engagement_parts == (
        Part("asked-for-demo", 120, 3, "2026-03-09T08:00:00+00:00"),
        Part(ENGAGEMENT_LIMIT, -40, 1),
    )


def test_a_limit_that_is_just_reached_takes_nothing_away() -> None:
    demos = [("demo_request", ago(days=day)) for day in range(2)]
    assert [part.rule for part in SMALL.score(facts(demos)).engagement_parts] == ["asked-for-demo"]


def test_points_can_be_taken_away_below_zero() -> None:
    student = clause("is-student", "Is a student", "Est étudiant")
    strict = scorer(fit=[student | {"when": {"field": "job_title", "contains": ["student"]}, "points": -50}])
    assert strict.score(facts(job_title="Student")).points == -50


@pytest.mark.parametrize(
    ("once_per", "hours_ago", "times"),
    [
        (None, [0, 1, 2], 3),
        ("ever", [0, 100, 2000], 1),
        ("day", [0, 1, 23], 1),
        ("day", [0, 24], 2),
        ("day", [0, 23, 24], 2),
        ("day", [0, 12, 24, 36, 48], 3),
        ("week", [0, 24, 167], 1),
        ("week", [0, 168], 2),
    ],
)
def test_how_often_an_engagement_counts(once_per: str | None, hours_ago: list[int], times: int) -> None:
    rule = clause("saw-prices", "Saw", "A vu") | {"engagement": "pricing_page", "points": 10, "once_per": once_per}
    visits = [("pricing_page", ago(hours=hours)) for hours in hours_ago]
    (part,) = scorer(engagement=[rule], engagement_limit=None).score(facts(visits)).engagement_parts
    assert (part.points, part.times, part.uncounted) == (10 * times, times, len(hours_ago) - times)


def test_two_rules_may_give_points_for_the_same_kind() -> None:
    rules = [
        clause("first-visit", "First", "Première") | {"engagement": "pricing_page", "points": 20, "once_per": "ever"},
        clause("each-visit", "Each", "Chaque") | {"engagement": "pricing_page", "points": 5},
    ]
    score = scorer(engagement=rules).score(facts([("pricing_page", ago(hours=1)), ("pricing_page", ago(hours=2))]))
    assert [(part.rule, part.points) for part in score.engagement_parts] == [("first-visit", 20), ("each-visit", 10)]


def test_an_engagement_that_is_still_to_come_does_not_count() -> None:
    counting = Scorer(terms(mql=clause("mql", "MQL", "MQL") | {"when": {"field": "engagement_count", "at_least": 1}}))
    to_come = counting.score(facts([("demo_request", NOW + timedelta(seconds=1))]))
    assert (to_come.engagement_parts, to_come.is_mql) == ((), False)
    assert counting.score(facts([("demo_request", NOW)])).is_mql


def test_an_engagement_told_twice_counts_once() -> None:
    known = facts([("demo_request", NOW), ("demo_request", NOW)])
    assert SMALL.score(known).engagement_points == 40
    counting = Scorer(terms(mql=clause("mql", "MQL", "MQL") | {"when": {"field": "engagement_count", "at_least": 2}}))
    assert not counting.score(known).is_mql


def test_the_explanation_tells_parts_and_reasons_under_the_score_they_led_to() -> None:
    known = facts([("pricing_page", ago(days=1))], country="FR")
    assert SMALL.explain(SMALL.score(known), known) == {
        "fit": [["is-near", 20, 1, None]],
        "engagement": [["saw-prices", 10, 1, "2026-03-08T08:00:00+00:00"]],
        "reasons": [
            [False, "all of these hold", {}, None, 0],
            [False, "%(field)s is at least %(bound)s", {"field": "points", "bound": 60}, 30, 1],
            [True, "%(field)s is at least %(bound)s", {"field": "engagement_points", "bound": 1}, 10, 1],
        ],
    }


# the laws

kinds = st.sampled_from(["demo_request", "pricing_page", "newsletter"])
instants = st.integers(-60 * 24 * 30, 60 * 24).map(lambda minutes: NOW + timedelta(minutes=minutes))
engagements = st.lists(st.tuples(kinds, instants), max_size=12)
titles = st.sampled_from([None, "", "Director", "Student"])
countries = st.sampled_from([None, "FR", "us"])
limits = st.one_of(st.none(), st.integers(0, 60))
once = st.sampled_from([None, "day", "week", "ever"])


@st.composite
def scorers(draw: st.DrawFn) -> Scorer:
    """The small agreement with other points, limits and rests."""
    scoring = document()["scoring"]
    for rule in (*scoring["fit"], *scoring["engagement"]):
        rule["points"] = draw(st.integers(-20, 60))
    for rule in scoring["engagement"]:
        rule["once_per"] = draw(once)
    scoring |= {"fit_limit": draw(limits), "engagement_limit": draw(limits)}
    return Scorer(terms(scoring=scoring))


@given(scorers(), engagements, titles, countries)
def test_the_parts_sum_to_the_score_exactly_and_stay_within_the_limits(
    scorer: Scorer, engagements: list[Any], title: str | None, country: str | None
) -> None:
    score = scorer.score(facts(engagements, job_title=title, country=country))
    assert sum(part.points for part in score.fit_parts) == score.fit_points
    assert sum(part.points for part in score.engagement_parts) == score.engagement_points
    assert score.fit_points + score.engagement_points == score.points
    clause = scorer.terms.scoring
    assert clause.fit_limit is None or score.fit_points <= clause.fit_limit
    assert clause.engagement_limit is None or score.engagement_points <= clause.engagement_limit
    explanation = scorer.explain(score, facts(engagements, job_title=title, country=country))
    assert explanation["reasons"][0][0] is score.is_mql


@given(scorers(), engagements, st.randoms(use_true_random=False), titles)
def test_the_order_and_the_repetition_of_engagements_do_not_matter(
    scorer: Scorer, engagements: list[Any], random: Any, title: str | None
) -> None:
    shuffled = random.sample(engagements, len(engagements)) + engagements[:3]
    assert scorer.score(facts(shuffled, job_title=title)) == scorer.score(facts(engagements, job_title=title))


@given(engagements, kinds, instants)
def test_one_more_engagement_never_takes_points_away_where_none_are_negative(
    engagements: list[Any], kind: str, at: datetime
) -> None:
    more = SMALL.score(facts([*engagements, (kind, at)]))
    assert more.engagement_points >= SMALL.score(facts(engagements)).engagement_points


@given(scorers(), engagements)
def test_what_is_still_to_come_changes_nothing(scorer: Scorer, engagements: list[Any]) -> None:
    past = [known for known in engagements if known[1] <= NOW]
    assert scorer.score(facts(past)) == scorer.score(facts(engagements))
