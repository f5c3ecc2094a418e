"""One clause of each kind beyond the first ones, to be added to the small agreement of the cast."""

from typing import Any

from tests.cast import clause, words

SALES_VP = clause("vp-sales", "VP Sales", "Direction commerciale") | {"side": "sales", "signs": True}

WHOLE: dict[str, Any] = {
    "ratios": [
        clause("acceptance", "Acceptance", "Acceptation")
        | {"side": "marketing", "counted": "sals", "among": "mqls", "at_least": 0.6, "minimum_count": 20}
    ],
    "cadences": [
        clause("persistence", "Persistence", "Persévérance")
        | {"touches": 5, "channels": 2, "within": {"days": 10}, "before": ["recycled"], "reasons": ["no-budget"]}
    ],
    "timeboxes": [
        clause("silence", "Silence accepts", "Le silence vaut acceptation")
        | {"stage": "mql", "after": {"business_hours": 24}, "calendar": "office", "outcome": "accept"}
    ],
    "completeness": [
        clause("known", "Known at hand-over", "Connu à la transmission")
        | {
            "side": "marketing",
            "at": "handoff.offered",
            "fields": ["email", "custom.budget"],
            "evidence": [clause("note", "A research note", "Une note") | {"within": {"days": 10}, "count": 1}],
        }
    ],
    "escalations": [
        clause("ladder", "Ladder", "Paliers")
        | {
            "promises": ["first-answer"],
            "steps": [
                {"at_ratio": 0.8, "tell": ["owner"]},
                {"at_ratio": 1, "tell": ["sales_managers"]},
                {"after": {"hours": 48}, "act": "reassign"},
            ],
        }
    ],
    "consequences": [
        clause("late", "Late answer", "Réponse tardive")
        | {"side": "sales", "promises": ["first-answer"], "relief": "out_of_conversion"}
    ],
    "contests": [
        clause("contest", "Contested refusals", "Refus contestés")
        | {"side": "marketing", "subject": "refusal", "reasons": ["not-now"], "within": {"days": 5}, "sample_count": 20}
        | {"ruled_by": ["vp-sales"]}
    ],
    "excuses": [clause("outage", "Outage", "Panne") | {"side": "sales", "promises": ["first-answer"]}],
    "statuses": [
        clause("working", "Working", "En cours")
        | {"stage": "sal", "meaning": words("Being worked", "En cours"), "held_by": "sales", "next": ["working"]}
    ],
    "services": [
        clause("nurturing", "Nurturing", "Entretien") | {"side": "marketing", "includes": words("Letters", "Lettres")}
    ],
    "roles": [SALES_VP],
    "responsibilities": [
        clause("answering", "Answering", "Réponse")
        | {"stage": "mql", "marketing": "informed", "sales": "leads"}
        | {"responsible": ["vp-sales"], "accountable": "vp-sales"}
    ],
    "routes": [clause("same-rep", "Same rep", "Même vendeur") | {"to": "last_rep", "within": {"days": 30}}],
    "capacities": [clause("load", "Load", "Charge") | {"most_open": 100}],
    "ramp": clause("ramp", "Ramp", "Montée")
    | {
        "shift_after_day": 16,
        "steps": [
            {"from_month": 0, "quota_ratio": 0, "routing_ratio": 0},
            {"from_month": 1, "quota_ratio": 0.25, "routing_ratio": 0.5},
        ],
    },
    "offboarding": [clause("leaver", "Leaver", "Départ") | {"stages": ["mql"], "statuses": ["working"], "to": "turn"}],
    "dates": {"starts_on": "2026-01-01", "ends_on": "2026-12-31"},
    "renewal": clause("renewal", "Renewal", "Reconduction") | {"mode": "tacit", "months": 12},
    "terminations": [
        clause("cause", "For cause", "Pour faute") | {"cause": words("Three missed months", "x"), "notice_days": 0}
    ],
    "amendments": [
        clause("window", "Window", "Fenêtre")
        | {
            "sections": ["scoring"],
            "months": [10, 11, 12],
            "outside_window": "corrections",
            "calendar": "office",
            "steps": [clause("feedback", "Feedback", "Retours") | {"within": {"business_days": 5}}],
            "request_holds": [clause("impact", "Impact", "Effet")],
        }
    ],
    "reviews": [clause("review", "Review", "Revue") | {"every": "month", "minutes": 30, "attendees": ["vp-sales"]}],
    "reporting": [
        clause("report", "Report", "Rapport") | {"side": "marketing", "every": "week", "contents": words("All", "Tout")}
    ],
    "retention": [clause("erasure", "Erasure", "Effacement") | {"keep_months": 36, "then": "erase"}],
    "assumptions": clause("assumed", "Assumed", "Hypothèses") | {"accepted_ratio": 0.6, "average_sale": 1200000},
    "examples": [
        clause("demo-director", "A director", "Un directeur")
        | {
            "about": "mql",
            "facts": [{"field": "job_title", "value": "Director"}, {"field": "arrived_at", "days_ago": 3}],
            "engagements": [{"engagement": "demo_request", "days_ago": 1, "times": 2}],
            "holds": "yes",
        },
        clause("checked", "Two answers", "Deux réponses")
        | {"about": "sql", "answered": ["need", "budget"], "holds": "yes"},
        clause("counted", "Points", "Points") | {"about": "scoring", "points": 0, "at_least": 0, "at_most": 0},
    ],
    "situations": [
        clause("overnight", "Overnight", "De nuit")
        | {
            "about": "first-answer",
            "started_at": "2026-03-02T17:00",
            "pauses": [{"paused_at": "2026-03-02T17:30", "resumed_at": "2026-03-03T09:30"}],
            "stopped_at": "2026-03-03T10:00",
            "due_at": "2026-03-03T14:00",
            "outcome": "met",
        }
    ],
    "backup": clause("backup", "Backup", "Sauvegarde") | {"every_hours": 24, "keep_days": 30, "back_within_hours": 8},
}
