"""Every published rule has the clause that says it, with the published numbers."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import pytest

from smarketing import library
from smarketing.domain import terms_text
from smarketing.domain.terms import Terms, canonical, digest, parse

PUBLISHED = [name for name in library.names() if name != "simple"]

GITLAB: dict[int, dict[str, dict[str, Any]]] = {
    1: {"mql-status": {"allowance_minutes": 120, "time": None, "calendar_of": "assignee"}},
    2: {
        "view-z1": {"allowance_minutes": 120, "group": "view"},
        "view-z3": {"allowance_minutes": 1440, "group": "view"},
        "view-z4": {"allowance_days": 2, "group": "view"},
    },
    3: {"inbound-reply": {"allowance_minutes": 480, "starts_on": "lead.engaged", "engagement": "reply"}},
    4: {"mql-status": {"starts_on": "handoff.offered", "stops_on": ("handoff.accepted", "handoff.refused")}},
    5: {"mql-status": {"on_reassign": "restart"}},
    6: {"mql-status": {"time": None}},
    7: {"mql-status": {"stops_on": ("handoff.accepted", "handoff.refused")}},
    8: {"mql": {"when.all.0.at_least": 100, "when.all.1.field": "engagement_points", "when.all.1.at_least": 1}},
    9: {"scoring": {"fit_limit": 70, "total_limit": 300, "total_floor": 0}},
    10: {
        "registered": {"once_per": None, "at_most": None},
        "key-page": {"once_per": "day"},
        "subscription-form": {"once_per": "week"},
        "hard-bounce": {"at_most": 1, "per_days": 30},
        "docs-quarterly": {"at_most": 1, "per_days": 90},
        "event-half-yearly": {"at_most": 1, "per_days": 180},
        "first-ebook": {"once_per": "ever"},
        "seven-pages": {"count": 7, "within_days": 1, "at_most": 1, "per_days": 3},
    },
    11: {
        "follow-up-requested": {"points": 100},
        "inbound-high": {"points": 100},
        "chat-meeting": {"points": 100},
        "auto-trial-company": {},
        "auto-inbound": {},
        "auto-follow-up": {},
        "auto-chat": {},
    },
    12: {
        "idle-30-days": {"days": 30, "points": -10},
        "low-value-page": {"points": -10},
        "hard-bounce": {"points": -20},
        "reset-unsubscribed": {"on": "unsubscribed"},
        "generic-domain": {"points": -10},
    },
    13: {"reset-recycled": {"on": "recycled", "spare_marked_days": 30}, "was-mql-before": {"points": 20}},
    14: {"own-domain": {}, "competitors": {}, "out-for-good": {}, "test-names": {}, "partner-managed": {}},
    15: {
        "trial-model": {
            "criteria.at_least": 31,
            "judged_at": ("08:00", "14:00"),
            "lasts_days": 40,
            "starts_on": "trial",
        }
    },
    16: {"scoring": {"grid.fit": (55, 40, 20), "grid.engagement": (100, 60, 20)}},
    17: {"status-raw": {}, "status-disqualified": {}, "status-recycle": {}, "status-ineligible": {}},
    18: {"thirty-days-mql": {"stage": "mql", "after.days": 30, "outcome": "recycle", "reason": "not-now-no-action"}},
    19: {"leaver-worked-account": {"to": "account_rep"}, "leaver-mql": {"to": "turn"}, "leaver-rest": {}},
    20: {
        "high-touch-share": {"at_least": 0.7, "each": "person"},
        "overdue-share": {"at_most": 0.1},
        "conversations-a-week": {"owed": 50, "period": "week", "each": "person"},
        "activities-a-day": {"owed": 50, "period": "day"},
        "discovery-meetings": {"owed": 2, "period": "week"},
    },
    21: {
        "ramp": {
            "shift_after_day": 16,
            "steps.0.quota_ratio": 0,
            "steps.1.quota_ratio": 0.25,
            "steps.1.routing_ratio": 0.5,
            "steps.2.quota_ratio": 0.5,
            "steps.3.quota_ratio": 0.75,
            "steps.4.from_month": 4,
            "steps.4.quota_ratio": 1,
        }
    },
    22: {
        "research-note": {"within.days": 10},
        "people-in-sequence": {"count": 5},
        "idle-account": {"after.weeks": 10, "since": "last_touch"},
    },
    23: {"six-qa-review": {"allowance_minutes": 2880, "stops_on": ("handoff.accepted", "handoff.refused")}},
    24: {"debrief-note": {"within.hours": 24}, "no-show-window": {"after.weeks": 2}},
    25: {"monthly-audit": {"replies_by_day": 1, "rules_by_day": 2}},
    26: {
        "scoring-window": {"months": (10, 11, 12), "outside_window": "corrections"},
        "request-leads": {},
        "request-impact": {},
        "request-campaign": {},
    },
    27: {
        "routing-notice": {"within.business_days": 1},
        "routing-feedback": {"within.business_days": 5, "no_sooner_than.business_days": 3},
        "routing-approval": {"within.business_days": 2},
        "routing-change": {"no_effect_on": ("fri",)},
        "routing-watch": {"within.hours": 48, "no_sooner_than.hours": 24},
    },
    28: {"list-acknowledged": {"within.business_hours": 24}, "list-loaded": {"within.business_days": 5}},
}

OTHERS: dict[str, dict[str, dict[str, dict[str, Any]]]] = {
    "hubspot": {
        "website leads called within 1 h": {"website-call": {"allowance_minutes": 60}},
        "trials one week old with fewer than 3 calls": {
            "trial-calls": {"touches": 3, "through.0": "call", "within.weeks": 1}
        },
        "demo requests 3 days old with fewer than 2 touches": {"demo-touches": {"touches": 2, "within.days": 3}},
        "not called in 24 h, or fewer than 5 calls in 2 weeks": {
            "any-call": {"allowance_minutes": 1440},
            "five-calls": {"touches": 5, "within.weeks": 2},
        },
        "the name is on the list": {"named-on-the-list": {"relief": "listed"}},
        "implied value for each persona": {"value-owed": {"worth.0.persona": "owner", "worth.0.value": 100000}},
        "100 leads, 50 connects, 30 discoveries, 15 demos, 5 customers for each rep": {
            "leads-per-rep": {"owed": 100, "each": "person"},
            "connects": {"owed": 50},
            "discoveries": {"owed": 30},
            "demos": {"owed": 15},
            "customers": {"owed": 5},
        },
        "140 leads are 7 customers at 5 %": {"goal-leads": {"owed": 140}, "leads-to-customers": {"at_least": 0.05}},
        "goals for both sides": {"traffic": {}, "mqls-owed": {}, "revenue": {}, "initiatives": {}},
        "if a side misses its goal it will": {"if-sales-misses": {}, "if-marketing-misses": {}},
    },
    "sourcegraph": {
        "a target of 5 min and a limit of 24 h on one clock": {
            "first-touch": {"allowance_minutes": 5, "limit_minutes": 1440}
        },
        "the status within 24 h": {"status-update": {"allowance_minutes": 1440}},
        "touched in the last 30 days: the same rep": {"same-rep": {"to": "last_rep", "within.days": 30}},
        "closed in 90 days: the same account executive": {"same-closer": {"to": "closing_rep", "within.days": 90}},
        "MQL at 15 points": {"mql": {"when.at_least": 15}},
        "PQL of grade A or B": {"pql": {"when.all.1.starts_with": ("A", "B")}},
    },
    "pedowitz": {
        "hot within 15 min, standard within 2 business h": {
            "hot-touch": {"allowance_minutes": 15},
            "standard-touch": {"allowance_minutes": 120, "time": None},
        },
        "accept or refuse within 24 h": {"decision": {"allowance_minutes": 1440}},
        "5 to 8 touches in 7 to 10 days": {
            "sequence": {"touches": 5, "most_touches": 8, "within.days": 10, "no_sooner_than.days": 7}
        },
        "booked or recycled within 7 days": {"booked-or-recycled": {"allowance_days": 7}},
        "recycled within 24 h": {"back-in-nurture": {"within.hours": 24}},
        "every refusal with a reason and a note": {
            "refusals-explained": {"at_least": 1},
            "refuse-not-now": {"needs_note": True},
        },
        "brief to draft within 5 business days": {"brief-to-draft": {"within.business_days": 5}},
        "consequences both ways": {
            "window-missed": {"side": "sales", "relief": "out_of_conversion"},
            "below-criteria": {"side": "marketing", "relief": "no_follow_up"},
        },
    },
    "growthspree": {
        "marketing routes within 5 min": {"routed": {"side": "marketing", "allowance_minutes": 5}},
        "sales acknowledges within 1 h": {"acknowledged": {"allowance_minutes": 60}},
        "first attempt within 24 h, 30 min for high intent": {
            "first-attempt": {"allowance_minutes": 1440},
            "high-intent-attempt": {"allowance_minutes": 30},
        },
        "6 to 8 attempts in 14 to 21 days": {
            "attempts": {"touches": 6, "most_touches": 8, "within.days": 21, "no_sooner_than.days": 14}
        },
        "co-signed and endorsed": {"vp-sales": {"signs": True}, "cmo": {"signs": True}, "ceo": {"endorses": True}},
        "renegotiated each quarter": {"quarterly": {"mode": "renegotiated"}, "quarterly-review": {"every": "quarter"}},
    },
    "rework": {
        "not refused within 24 h is accepted": {"silent-acceptance": {"after.hours": 24, "outcome": "accept"}},
        "20 contested MQLs a month in 30 min": {"monthly-settlement": {"sample_count": 20, "meeting_minutes": 30}},
        "assigned within 1 min, 5 by hand": {
            "assigned-by-machine": {"allowance_minutes": 1},
            "assigned-by-hand": {"allowance_minutes": 5},
        },
        "decided within 24 h hot, 72 h warm": {
            "hot-decision": {"allowance_minutes": 1440},
            "warm-decision": {"allowance_minutes": 4320},
        },
        "to the account executive within 24 h": {"to-account-executive": {"allowance_minutes": 1440}},
    },
    "megatron": {
        "contacted by source": {
            "contact-paid-social": {"allowance_minutes": 60},
            "contact-web": {"allowance_minutes": 120},
            "contact-cold": {"allowance_minutes": 1440},
            "contact-partner": {"allowance_minutes": 240},
        },
        "qualified within 24 h, cold 5 business days": {
            "qualify": {"allowance_minutes": 1440},
            "qualify-cold": {"allowance_days": 5, "time": None},
        },
        "owner at 80 %, manager at 100 %, another rep later": {
            "three-steps": {
                "steps.0.at_ratio": 0.8,
                "steps.0.tell": ("owner",),
                "steps.1.at_ratio": 1,
                "steps.1.tell": ("sales_managers",),
                "steps.2.act": "reassign",
            }
        },
    },
    "marketo": {
        "14 days to accept, disqualify or recycle": {"mql-stage": {"allowance_days": 14, "time": "wall"}},
        "else stale": {"goes-stale": {"after.days": 14}, "stale": {}},
    },
    "relias": {
        "100 for prospects, 200 for customers": {
            "mql": {"when.at_least": 100},
            "customers-200": {"criteria.at_least": 200},
        },
        "the points": {
            "email-open": {"points": 0},
            "email-click": {"points": 1},
            "form-short": {"points": 20},
            "form-long": {"points": 40},
            "webinar-registered": {"points": 15},
            "webinar-attended": {"points": 30},
            "careers": {"points": -10},
            "unsubscribe": {"points": -15},
        },
        "a demonstration is an MQL": {"demo-at-once": {"when.engagement": "demo_request"}},
    },
    "pme": {
        "200 MQLs a month": {"mqls-a-month": {"owed": 200, "period": "month"}},
        "handed over within 2 h": {"handed-over": {"side": "marketing", "allowance_minutes": 120}},
        "contact within 24 h, 48 at the latest": {"first-contact": {"allowance_minutes": 1440, "limit_minutes": 2880}},
        "six in ten accepted or the criteria are revised": {
            "acceptance": {"at_least": 0.6},
            "criteria-reviewed": {"relief": "criteria_review"},
        },
    },
}


@cache
def agreement(name: str) -> Terms:
    return terms_text.read(library.text(name))


def rules() -> Iterator[Any]:
    for number, clauses in GITLAB.items():
        yield pytest.param("gitlab", clauses, id=f"gitlab-{number}")
    for name, published in OTHERS.items():
        for rule, clauses in published.items():
            yield pytest.param(name, clauses, id=f"{name}: {rule}")


def held(value: Any, place: str) -> Any:
    for step in place.split("."):
        value = value[int(step)] if step.isdigit() else getattr(value, step)
    return value


@pytest.mark.parametrize(("name", "clauses"), [*rules()])
def test_a_published_rule_is_a_clause_with_its_numbers(name: str, clauses: Mapping[str, Mapping[str, Any]]) -> None:
    assert clauses
    by_id = {clause.id: clause for clause in agreement(name).clauses()}
    found = {(key, place): held(by_id[key], place) for key, numbers in clauses.items() for place in numbers}
    assert set(clauses) <= set(by_id)
    assert found == {(key, place): number for key, numbers in clauses.items() for place, number in numbers.items()}


def test_all_rules_of_gitlab_are_told() -> None:
    assert list(GITLAB) == list(range(1, 29))


def test_gitlab_has_nine_statuses_and_as_many_reasons_as_published() -> None:
    terms = agreement("gitlab")
    assert len(terms.statuses) == 9
    groups = [reason.group for reason in terms.handoff.refusal_reasons]
    counted = {group: groups.count(group) for group in ("disqualified", "ineligible", "bad-data")}
    assert counted == {"disqualified": 10, "ineligible": 9, "bad-data": 4}
    assert len(terms.handoff.recycle_reasons) == 12


def test_six_reasons_only_and_each_may_be_contested() -> None:
    assert [reason.contested_by for reason in agreement("rework").handoff.refusal_reasons] == ["marketing"] * 6


@pytest.mark.parametrize("name", library.names())
def test_an_agreement_of_the_library_survives_being_written_down(name: str) -> None:
    terms = agreement(name)
    text = canonical(terms)
    assert digest(canonical(terms_text.read(terms_text.write(terms)))) == digest(text)
    assert canonical(parse(text)) == text


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_published_agreement_names_its_source(name: str) -> None:
    english, french = library.source(name)
    assert english.startswith("A")
    assert french.startswith(("D’après", "Une"))


def test_the_library_begins_with_what_most_will_want() -> None:
    assert library.names()[:2] == ("simple", "pme")
    assert len(library.names()) == 11
