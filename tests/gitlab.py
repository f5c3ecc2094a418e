"""GitLab's score table of 2023 as it was published, expressed as the scoring and MQL clauses of an agreement.

Its kinds of engagement are those that its marketing system told apart; the lists of words are short stand-ins for lists
that were not published.
"""

from typing import Any

from tests.cast import clause

OWN, COMPETITORS, GENERIC = ["gitlab.com"], ["github.com", "atlassian.com"], ["gmail.com", "yahoo.com", "outlook.com"]
BUSINESS_DOMAIN = {
    "all": [{"field": "email_domain", "present": True}, {"not": {"field": "email_domain", "one_of": GENERIC}}]
}
DAY, WEEK, MONTH = ({"at_most": 1, "per_days": days} for days in (1, 7, 30))


def _engagement(kind: str, points: int, **more: Any) -> dict[str, Any]:
    name = "e-" + kind.replace("_", "-")
    return clause(name, kind, kind) | {"engagement": kind, "points": points, **more}


def _named(name: str, kind: str, points: int, **more: Any) -> dict[str, Any]:
    return clause(name, name, name) | {"engagement": kind, "points": points, **more}


def _fit(name: str, points: int, when: Any) -> dict[str, Any]:
    return clause("f-" + name, name, name) | {"points": points, "when": when}


def _title(*words: str) -> dict[str, Any]:
    return {"field": "job_title", "contains": list(words)}


ENGAGEMENT = [
    _engagement("registered", 10),
    _engagement("follow_up_requested", 100),
    _engagement("programme_high", 30),
    _engagement("programme_medium", 20),
    _engagement("programme_low", 10),
    _engagement("content_high", 45),
    _engagement("content_medium", 15),
    _engagement("content_low", 5),
    _engagement("survey_high", 45, **DAY),
    _engagement("survey_medium", 30),
    _engagement("survey_low", 15),
    _engagement("content_track", 10),
    _engagement("inbound_high", 100, **DAY),
    _engagement("inbound_medium", 60, **DAY),
    _engagement("chat_meeting", 100),
    _engagement("chat", 10, **DAY),
    _engagement("trial", 65, **DAY),
    _engagement("subscription", 5, **WEEK),
    _engagement("key_page", 5, **DAY),
    _named("seven-pages", "page", 5, count=7, within_days=1, at_most=1, per_days=3),
    _engagement("low_value_page", -10, **DAY),
    _engagement("hard_bounce", -20, **MONTH),
    _named("first-source-ebook", "any", 15, at_most=1, when={"field": "source", "one_of": ["e-book"]}),
    _engagement("demo_webcast", 15, **DAY),
    _engagement("demo_content", 35, **DAY),
    _engagement("watched_2_minutes", 10),
    _engagement("watched_4_minutes", 15),
    _engagement("video_4_minutes", 15, **DAY),
    _engagement("fast_moving_buyer", 10, **MONTH),
    _engagement("linkedin_form", 30),
    _named("re-mql", "any", 20, when={"field": "cycle", "at_least": 1}, **MONTH),
    _named("success-after-trial", "programme_low", 20, after={"engagement": "trial", "within_days": 40}, **MONTH),
]
FIT = [
    _fit("company-use", 40, {"field": "custom.use", "one_of": ["company", "team"]}),
    _fit("business-domain", 20, BUSINESS_DOMAIN),
    _fit("generic-domain", -10, {"field": "email_domain", "one_of": GENERIC}),
    _fit("seniority-high", 20, _title("chief", "vp", "director")),
    _fit("seniority-medium", 15, _title("manager", "lead")),
    _fit("seniority-low", 15, _title("engineer", "developer")),
    _fit("seniority-negative", -10, _title("student", "intern")),
    _fit("function-high", 20, _title("devops", "security")),
    _fit("function-medium", 15, _title("product")),
    _fit("function-low", 10, _title("it ")),
    _fit("function-negative", -20, _title("recruiter")),
    _fit("country-tier", 5, {"field": "country", "one_of": ["US", "GB", "FR", "DE"]}),
    _fit("key-account", 20, {"field": "custom.key_account", "one_of": ["yes"]}),
    _fit("technology-high", 20, {"field": "custom.technology", "one_of": ["kubernetes"]}),
    _fit("technology-low", 10, {"field": "custom.technology", "one_of": ["jenkins"]}),
]
EXCLUSIONS = [
    clause("own-domain", "Ours", "À nous") | {"when": {"field": "email_domain", "one_of": OWN}},
    clause("competitors", "Competitor", "Concurrent") | {"when": {"field": "email_domain", "one_of": COMPETITORS}},
    clause("disqualified", "Out", "Hors") | {"when": {"field": "stage", "one_of": ["disqualified"]}},
    clause("test-name", "Test", "Test") | {"when": {"field": "company", "one_of": ["student", "personal", "test"]}},
    clause("partner", "Partner", "Partenaire") | {"when": {"field": "custom.partner", "present": True}},
]
SCORING: dict[str, Any] = clause("scoring", "Score", "Score") | {
    "fit_limit": 70,
    "total_limit": 300,
    "engagement_floor": 0,
    "total_floor": 0,
    "fit": FIT,
    "engagement": ENGAGEMENT,
    "idle": [
        clause("no-web-activity", "No visit", "Aucune visite")
        | {"days": 30, "points": -10, "engagements": ["page", "key_page"]}
    ],
    "resets": [
        clause("reset-unsubscribed", "Unsubscribed", "Désabonné") | {"on": "unsubscribed"},
        clause("reset-recycled", "Recycled", "Recyclé") | {"on": "recycled", "spare_marked_days": 30},
    ],
    "exclusions": EXCLUSIONS,
    "grid": {"fit": [60, 40, 20], "engagement": [100, 50, 20]},
    "models": [
        clause("trials", "Trials", "Essais")
        | {
            "starts_on": "trial",
            "lasts_days": 40,
            "judged_at": ["08:00", "14:00"],
            "zone": "America/New_York",
            "fit": [],
            "engagement": [
                _named("trial-invited", "invited_colleague", 16),
                _named("trial-pipeline", "ran_pipeline", 15, once_per="day"),
            ],
            "criteria": {"field": "points", "at_least": 31},
        }
    ],
}  # fmt: skip
MQL: dict[str, Any] = clause("mql", "MQL", "MQL") | {
    "when": {"all": [{"field": "points", "at_least": 100}, {"field": "engagement_points", "at_least": 1}]},
    "instant": [
        clause("trial-business", "Trial", "Essai") | {"when": {"all": [{"engagement": "trial"}, BUSINESS_DOMAIN]}},
        clause("hand-raised", "Asks for us", "Nous demande")
        | {
            "when": {
                "any": [
                    {"engagement": "inbound_high"},
                    {"engagement": "follow_up_requested"},
                    {"engagement": "chat_meeting"},
                ]
            }
        },
    ],
}
