"""The kinds of clause beyond the first ones: what each must hold, and what it may name."""

from typing import Any

import pytest

from smarketing.domain.terms import canonical, digest, read_terms
from smarketing.domain.terms_faults import InvalidTerms
from smarketing.domain.terms_references import references
from tests.cast import clause, document, terms
from tests.clauses import SALES_VP, WHOLE


def test_a_document_that_uses_no_new_kind_keeps_its_digest() -> None:
    assert digest(canonical(terms())) == "e62de11cbcb3f0c4cec60c8128566d550741dfc685772237f0b786f6c543a045"
    assert canonical(terms(**{section: [] for section, held in WHOLE.items() if isinstance(held, list)})) == canonical(
        terms()
    )


def test_every_kind_is_read_and_written_back() -> None:
    agreed = terms(**WHOLE)
    assert read_terms(agreed.model_dump(mode="json", by_alias=True, exclude_none=True)) == agreed
    ids = {each.id for each in agreed.clauses()}
    assert {"acceptance", "note", "feedback", "impact", "ramp", "backup", "vp-sales"} <= ids


def test_what_names_another_part_is_known() -> None:
    named = {(kind, name) for _path, kind, name in references(terms(**WHOLE))}
    assert {
        ("reason", "no-budget"),
        ("calendar", "office"),
        ("promise", "first-answer"),
        ("status", "working"),
        ("role", "vp-sales"),
    } <= named


@pytest.mark.parametrize(
    ("section", "spoiled", "place", "says"),
    [
        ("cadences", {"reasons": ["boredom"]}, ("reasons", 0), "There is no reason “boredom”; there are:"),
        ("cadences", {"channels": 9}, ("channels",), "This must be 4 or less."),
        ("cadences", {"touches": 1}, ("channels",), "There cannot be more channels than touches."),
        ("cadences", {"most_touches": 4}, ("most_touches",), "“most_touches” must not be less than “touches”."),
        ("cadences", {"within": {"business_days": 2}}, ("within",), "Business time needs a calendar"),
        ("cadences", {"within": {"days": 2, "hours": 1}}, ("within",), "exactly one unit"),
        ("cadences", {"within": {}}, ("within",), "exactly one unit"),
        ("cadences", {"calendar": "moon"}, ("calendar",), "There is no calendar “moon”; there are: office."),
        ("timeboxes", {"outcome": "recycle"}, ("outcome",), "Name the reason that is written down"),
        ("timeboxes", {"stage": "sal"}, ("outcome",), "Only an MQL can be accepted by silence."),
        (
            "timeboxes",
            {"outcome": "recycle", "reason": "no-budget"},
            ("outcome",),
            "“recycle” with this reason is no answer that sales can give to a lead at this stage.",
        ),
        ("timeboxes", {"stage": "won"}, ("stage",), "This must be one of:"),
        ("ratios", {"at_least": None}, (), "A share needs a bound"),
        ("ratios", {"at_most": 0.5}, ("at_least",), "“at_least” must not be more than “at_most”."),
        ("ratios", {"counted": "mqls"}, ("counted",), "This share is always whole"),
        (
            "ratios",
            {"counted_when": {"field": "persona", "one_of": ["king"]}},
            ("counted_when",),
            "There is no persona “king”; there are: director, other.",
        ),
        ("completeness", {"fields": ["shoe_size"]}, ("fields", 0), "There is no field “shoe_size”"),
        ("completeness", {"fields": [], "evidence": []}, (), "This asks for nothing"),
        ("escalations", {"promises": ["nothing"]}, ("promises", 0), "There is no promise “nothing”"),
        ("escalations", {"steps": [{"tell": ["owner"]}]}, ("steps", 0), "one of “at_ratio”, “before” and “after”"),
        ("escalations", {"steps": [{"at_ratio": 1}]}, ("steps", 0), "This step does nothing"),
        ("escalations", {"steps": [{"at_ratio": 1, "act": "recycle"}]}, ("steps", 0, "act"), "Name the reason"),
        ("escalations", {"steps": [{"at_ratio": 1, "act": "task"}]}, ("steps", 0, "act"), "Say what is to be done"),
        (
            "escalations",
            {"steps": [{"at_ratio": 1, "act": "recycle", "reason": "no-budget"}]},
            ("steps", 0, "reason"),
            "Sales cannot recycle a lead with this reason while these clocks run.",
        ),
        (
            "escalations",
            {"steps": [{"at_ratio": 1, "act": "list", "reason": "not-now"}]},
            ("steps", 0, "reason"),
            "“reason” is for a step whose act is “recycle”",
        ),
        (
            "escalations",
            {"steps": [{"before": {"hours": 1}, "act": "list"}, {"before": {"hours": 2}, "act": "list"}]},
            ("steps", 1),
            "Write the steps in order",
        ),
        (
            "escalations",
            {"steps": [{"at_ratio": 1, "act": "list"}, {"at_ratio": 0.8, "act": "list"}]},
            ("steps", 1),
            "Write the steps in order",
        ),
        ("consequences", {"promises": ["mql"]}, ("promises", 0), "There is no promise “mql” that can be kept"),
        ("consequences", {"relief": "credit"}, ("credit_count",), "A credit needs “credit_count”"),
        ("consequences", {"relief": None}, (), "Nothing follows"),
        ("consequences", {"after_periods": 3}, ("after_periods",), "“after_periods” needs a period"),
        ("contests", {"ruled_by": ["king"]}, ("ruled_by", 0), "There is no role “king”; there are: vp-sales."),
        ("contests", {"replies_by_day": 3, "rules_by_day": 2}, ("rules_by_day",), "cannot come before the replies"),
        ("statuses", {"next": ["gone"]}, ("next", 0), "There is no status “gone”; there are: working."),
        ("responsibilities", {"sales": "supports"}, ("marketing",), "One side leads, or both share"),
        ("responsibilities", {"marketing": "leads"}, ("marketing",), "One side leads, or both share"),
        ("routes", {"to": "turn"}, ("within",), "Only who touched or closed a lead keeps it"),
        ("capacities", {"most_open": None}, (), "This limits nothing"),
        ("terminations", {"notice_days": -1}, ("notice_days",), "This must be 0 or more."),
        ("amendments", {"months": [13]}, ("months", 0), "Months are 1 to 12."),
        ("amendments", {"months": []}, ("outside_window",), "There is no window to be outside of"),
        ("amendments", {"calendar": None}, ("steps",), "Business time needs a calendar"),
        ("retention", {"stages": ["dead"]}, ("stages", 0), "This must be one of:"),
    ],
)
def test_a_fault_of_a_kind_names_its_place(
    section: str, spoiled: dict[str, Any], place: tuple[str | int, ...], says: str
) -> None:
    told = faults(WHOLE | {section: [WHOLE[section][0] | spoiled]})
    assert [(path, about) for path, about, sentence in told if says in sentence] == [
        ((section, 0, *place), WHOLE[section][0]["id"])
    ]


@pytest.mark.parametrize(
    ("changes", "place", "says"),
    [
        (
            {"dates": {"starts_on": "2026-06-01", "ends_on": "2026-05-31"}},
            ("dates", "ends_on"),
            "The term ends on 2026-05-31, before it starts on 2026-06-01.",
        ),
        ({"renewal": WHOLE["renewal"] | {"months": None}}, ("renewal", "mode"), "Say how long a renewal lasts"),
        (
            {"ramp": WHOLE["ramp"] | {"steps": WHOLE["ramp"]["steps"][1:]}},
            ("ramp", "steps"),
            "Write the steps in order, the first from month 0",
        ),
        (
            {"roles": [SALES_VP, SALES_VP]},
            ("roles", 1, "id"),
            "The id “vp-sales” is taken by another clause",
        ),
        (
            {"targets": [document()["targets"][0] | {"is_ramped": True}]},
            ("targets", 0, "is_ramped"),
            "Only what each person owes is ramped",
        ),
        (
            {"targets": [document()["targets"][0] | {"worth": [{"persona": "king", "value": 1}]}]},
            ("targets", 0, "worth", 0, "persona"),
            "There is no persona “king”",
        ),
        ({"schema_version": 9}, ("schema_version",), "This document is of schema 9; schema 1 is the newest read here"),
    ],
)
def test_a_fault_of_the_whole_names_its_place(changes: dict[str, Any], place: tuple[str | int, ...], says: str) -> None:
    assert [path for path, _about, sentence in faults(WHOLE | changes) if says in sentence] == [place]


def test_a_refusal_names_a_group_that_exists() -> None:
    handoff = document()["handoff"]
    handoff["refusal_reasons"][0]["group"] = "wrong-data"
    assert [sentence for *_where, sentence in faults({"handoff": handoff})] == [
        "There is no group of reasons “wrong-data”: add it to “reason_groups”."
    ]
    handoff["reason_groups"] = [clause("wrong-data", "Bad data", "Données fausses")]
    assert terms(handoff=handoff).handoff.refusal_reasons[0].group == "wrong-data"


def faults(changes: dict[str, Any]) -> list[tuple[tuple[str | int, ...], str | None, str]]:
    with pytest.raises(InvalidTerms) as refused:
        read_terms(document() | changes)
    return [(fault.path, fault.clause, fault.message % fault.params) for fault in refused.value.faults]
