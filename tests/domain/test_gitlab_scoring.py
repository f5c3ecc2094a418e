"""GitLab's published score table, rule by rule: what it gives, how often, what takes it away, and who is an MQL."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from smarketing.domain.facts import Facts, Recycling
from smarketing.domain.scores import Score
from smarketing.domain.scoring import Scorer
from tests import gitlab
from tests.cast import terms

NOW = datetime(2026, 3, 9, 20, tzinfo=UTC)
GITLAB = Scorer(terms(scoring=gitlab.SCORING, mql=gitlab.MQL))


def ago(**span: float) -> datetime:
    return NOW - timedelta(**span)


def score(*acts: tuple[str, float], recycled: Sequence[Recycling] = (), **values: Any) -> Score:
    """Acts are kinds with the days since; values are facts, with `custom_…` for further ones."""
    named = {name.replace("custom_", "custom."): value for name, value in values.items()}
    return GITLAB.score(Facts(named, [(kind, ago(days=days)) for kind, days in acts], NOW, recycled))


def parts(found: Score) -> dict[str, int]:
    return {part.rule: part.points for part in (*found.fit_parts, *found.engagement_parts)}


EVERY = (
    "registered 10, follow_up_requested 100, programme_high 30, programme_medium 20, programme_low 10, content_high 45,"
    " content_medium 15, content_low 5, survey_medium 30, survey_low 15, content_track 10, chat_meeting 100,"
    " watched_2_minutes 10, watched_4_minutes 15, linkedin_form 30"
)
A_DAY = (
    "survey_high 45, inbound_high 100, inbound_medium 60, chat 10, trial 65, key_page 5, demo_webcast 15,"
    " demo_content 35, video_4_minutes 15"
)


@pytest.mark.parametrize("rule", EVERY.split(", "))
def test_what_counts_every_time(rule: str) -> None:
    kind, points = rule.split()
    found = score((kind, 0.1), (kind, 0.2), (kind, 0.3))
    assert parts(found)["e-" + kind.replace("_", "-")] == 3 * int(points)


@pytest.mark.parametrize("rule", A_DAY.split(", "))
def test_what_counts_once_a_day(rule: str) -> None:
    kind, points = rule.split()
    found = score((kind, 0.1), (kind, 0.2), (kind, 1.3), (kind, 1.4))
    assert parts(found)["e-" + kind.replace("_", "-")] == 2 * int(points)


@pytest.mark.parametrize(
    ("rule", "acts", "points"),
    [
        ("e-subscription", [("subscription", 1), ("subscription", 6), ("subscription", 8)], 10),
        ("e-fast-moving-buyer", [("fast_moving_buyer", 0), ("fast_moving_buyer", 29)], 10),
        ("e-fast-moving-buyer", [("fast_moving_buyer", 0), ("fast_moving_buyer", 30)], 20),
        ("seven-pages", [("page", 0.1 * each) for each in range(7)], 5),
        ("seven-pages", [("page", 0.1 * each) for each in range(6)], None),
        ("seven-pages", [("page", 0.2 * each) for each in range(7)], None),
        ("seven-pages", [("page", 0.1 * each) for each in range(9)], 5),
        ("seven-pages", [("page", 0.1 * each + start) for each in range(7) for start in (0, 4)], 10),
        ("success-after-trial", [("trial", 39), ("programme_low", 0)], 20),
        ("success-after-trial", [("trial", 41), ("programme_low", 0)], None),
        ("success-after-trial", [("programme_low", 1), ("trial", 0)], None),
        ("success-after-trial", [("trial", 30), ("programme_low", 20), ("programme_low", 0)], 20),
        ("e-low-value-page", [("low_value_page", 0), ("low_value_page", 0.5), ("low_value_page", 2)], -20),
        ("e-hard-bounce", [("hard_bounce", 0), ("hard_bounce", 20)], -20),
    ],
)
def test_how_often_the_others_count(rule: str, acts: list[tuple[str, float]], points: int | None) -> None:
    assert parts(score(*acts)).get(rule) == points


def test_the_first_source_counts_once_whatever_came_of_it() -> None:
    found = score(("page", 3), ("registered", 2), ("page", 1), source="E-book")
    assert parts(found)["first-source-ebook"] == 15
    assert "first-source-ebook" not in parts(score(("page", 3), source="webinar"))


def test_what_a_former_mql_does_next_counts_once_a_month() -> None:
    acts = [("page", 40), ("page", 3), ("page", 2)]
    assert parts(score(*acts, cycle=1))["re-mql"] == 40
    assert "re-mql" not in parts(score(*acts, cycle=0))


def test_idle_months_cost_points_but_never_those_of_later_acts() -> None:
    idle = score(("programme_high", 95), ("key_page", 95))
    assert (parts(idle)["no-web-activity"], idle.engagement_points) == (-30, 5)
    long_ago = score(("programme_high", 905), ("key_page", 905), ("linkedin_form", 1))
    assert parts(long_ago)["no-web-activity"] == -300
    assert parts(long_ago)["engagement-floor"] == 265
    assert long_ago.engagement_points == 30


def test_the_score_does_not_end_below_nothing() -> None:
    found = score(("hard_bounce", 1), job_title="Student", email="a@gmail.com")
    assert (found.fit_points, found.engagement_points, found.points) == (0, 0, 0)
    assert parts(found) == {
        "f-generic-domain": -10, "f-seniority-negative": -10, "total-floor": 20,
        "e-hard-bounce": -20, "engagement-floor": 20,
    }  # fmt: skip


FIT = [
    ({"custom_use": "Team"}, "f-company-use", 40),
    ({"email": "a@example.com"}, "f-business-domain", 20),
    ({"email": "a@GMail.com"}, "f-generic-domain", -10),
    ({"job_title": "VP Sales"}, "f-seniority-high", 20),
    ({"job_title": "Manager"}, "f-seniority-medium", 15),
    ({"job_title": "Engineer"}, "f-seniority-low", 15),
    ({"job_title": "Intern"}, "f-seniority-negative", -10),
    ({"job_title": "Head of DevOps"}, "f-function-high", 20),
    ({"job_title": "Product owner"}, "f-function-medium", 15),
    ({"job_title": "IT staff"}, "f-function-low", 10),
    ({"job_title": "Recruiter"}, "f-function-negative", -20),
    ({"country": "fr"}, "f-country-tier", 5),
    ({"custom_key_account": "yes"}, "f-key-account", 20),
    ({"custom_technology": "Kubernetes"}, "f-technology-high", 20),
    ({"custom_technology": "Jenkins"}, "f-technology-low", 10),
]


@pytest.mark.parametrize(("known", "rule", "points"), FIT)
def test_what_fits(known: dict[str, str], rule: str, points: int) -> None:
    assert parts(score(**known))[rule] == points


def test_fit_counts_70_at_most_and_the_score_300() -> None:
    best = {"custom_use": "team", "email": "a@example.com", "job_title": "VP DevOps", "country": "FR"}
    found = score(*[("linkedin_form", day) for day in range(9)], **best)
    assert (found.fit_points, found.engagement_points, found.points) == (70, 230, 300)
    assert (parts(found)["fit-limit"], parts(found)["total-limit"]) == (-35, -40)


@pytest.mark.parametrize(
    ("known", "exclusion"),
    [
        ({"email": "a@gitlab.com"}, "own-domain"),
        ({"email": "a@GitHub.com"}, "competitors"),
        ({"stage": "disqualified"}, "disqualified"),
        ({"company": "Student"}, "test-name"),
        ({"custom_partner": "Big Partner"}, "partner"),
    ],
)
def test_who_is_not_scored_at_all(known: dict[str, str], exclusion: str) -> None:
    found = score(("inbound_high", 0), **known)
    assert (found.excluded_by, found.points, found.is_mql, found.grade) == (exclusion, 0, False, None)
    assert (found.fit_parts, found.engagement_parts) == ((), ())


@pytest.mark.parametrize(
    ("acts", "known", "is_mql"),
    [
        ([("trial", 0)], {"email": "a@example.com"}, True),
        ([("trial", 0)], {"email": "a@gmail.com"}, False),
        ([("inbound_high", 300)], {}, True),
        ([("follow_up_requested", 0)], {}, True),
        ([("chat_meeting", 0)], {}, True),
        ([("chat", 0)], {}, False),
        ([("programme_high", day) for day in range(4)], {}, True),
        ([("programme_high", day) for day in range(3)], {}, False),
        ([("programme_high", 0)], {"custom_use": "team", "job_title": "VP", "email": "a@example.com"}, True),
        ([], {"custom_use": "team", "job_title": "VP DevOps", "custom_key_account": "yes"}, False),
    ],
    ids=[
        "business trial", "trial", "contact request", "follow-up", "meeting", "chat", "four programmes",
        "three programmes", "fit and one programme", "fit without behaviour",
    ],
)  # fmt: skip
def test_who_is_an_mql(acts: list[tuple[str, float]], known: dict[str, str], is_mql: bool) -> None:
    assert score(*acts, **known).is_mql is is_mql


def test_unsubscribing_and_recycling_leave_the_fit_alone() -> None:
    acts = [("inbound_high", 20), ("page", 1)]
    known = {"email": "a@example.com"}
    assert score(*acts, **known).points == 120
    unsubscribed = score(*acts, ("unsubscribed", 10), **known)
    assert (unsubscribed.points, unsubscribed.is_mql) == (20, False)
    back = score(*acts, recycled=[Recycling(ago(days=10), ago(days=19), by_hand=False)], **known)
    assert (back.points, back.is_mql) == (20, False)


@pytest.mark.parametrize(("days", "points"), [(30, 100), (31, 0)])
def test_who_was_accepted_before_the_threshold_keeps_the_behaviour_for_30_days(days: float, points: int) -> None:
    marked = Recycling(ago(days=1), ago(days=1 + days), by_hand=True)
    assert score(("inbound_high", 80), recycled=[marked]).points == points


def test_trials_have_a_model_of_their_own_judged_twice_a_day_and_for_40_days() -> None:
    active = [("trial", 3), ("invited_colleague", 2), ("ran_pipeline", 1)]
    (trials,) = score(*active, email="a@gmail.com").models
    assert (trials.model, trials.points.engagement, trials.is_mql) == ("trials", 31, True)
    assert trials.judged_at == "2026-03-09T18:00:00+00:00"
    just_now = score(("trial", 3), ("invited_colleague", 2), ("ran_pipeline", 0.01), email="a@gmail.com")
    assert not just_now.is_mql
    over = score(("trial", 41), ("invited_colleague", 2), ("ran_pipeline", 1), email="a@gmail.com")
    assert (over.models, over.is_mql) == ((), False)


@pytest.mark.parametrize(
    ("acts", "known", "grade"),
    [
        ([], {}, "D4"),
        ([("inbound_high", 0)], {}, "D1"),
        ([("inbound_medium", 0)], {"email": "a@example.com"}, "C2"),
        ([("programme_medium", 0)], {"custom_use": "team"}, "B3"),
        ([("inbound_high", 0)], {"custom_use": "team", "email": "a@example.com"}, "A1"),
    ],
)
def test_its_place_in_the_grid(acts: list[tuple[str, float]], known: dict[str, str], grade: str) -> None:
    assert score(*acts, **known).grade == grade
