"""Every kind of clause as a sentence that both sides can sign."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask, g
from flask_babel import force_locale

from smarketing import library
from smarketing.domain import terms_text
from smarketing.domain.lifecycle import Stage
from smarketing.models.leads import Lead
from smarketing.web.answer_forms import RecyclingForm, RefusalForm
from smarketing.web.contract import articles, provision, provisions
from tests.cast import Cast, clause, document, terms
from tests.clauses import WHOLE

Say = Callable[..., str]


@pytest.fixture
def said(app: Flask, cast: Cast) -> Iterator[Say]:
    """`said("ratios", at_most=0.7)`: the one clause of this section of the whole agreement, changed, in English."""

    def said(section: str, **changes: object) -> str:
        held = WHOLE[section]
        changed = [held[0] | changes] if isinstance(held, list) else held | changes
        first = changed[0] if isinstance(changed, list) else changed
        return provision(terms(**WHOLE | {section: changed}), str(first["id"]), {}).plain.replace("\xa0", " ")

    with app.test_request_context(), force_locale("en"):
        g._login_user = cast.marta
        yield said


@pytest.mark.parametrize(
    ("section", "changes", "words"),
    [
        (
            "ratios",
            {},
            "Marketing sees to it that at least 60 % of the MQLs are accepted by sales. Measured every month on the"
            " leads that began in it, followed to what became of them. Fewer than 20 cases decide nothing.",
        ),
        (
            "ratios",
            {"at_most": 0.7, "by": "period"},
            "between 60 % and 70 % of the MQLs are accepted by sales. Measured",
        ),
        (
            "ratios",
            {"counted": "mqls", "counted_when": {"field": "persona", "one_of": ["director"]}},
            "meet the condition below.",
        ),
        (
            "cadences",
            {},
            "Sales makes at least 5 touches on at least 2 channels within 10 days, from the hand-over of a lead. Before"
            " that the lead may not be recycled. This holds for the reasons “No budget”.",
        ),
        (
            "cadences",
            {"most_touches": 8, "channels": None, "through": ["call", "email"], "no_sooner_than": {"days": 7}},
            "Sales makes 5 to 8 touches (Call or E-mail) within 10 days",
        ),
        (
            "timeboxes",
            {},
            "A lead that has been at the stage “MQL” for 24 business hours counts as accepted by itself.",
        ),
        (
            "timeboxes",
            {"stage": "sal", "since": "last_touch", "outcome": "recycle", "reason": "no-budget"},
            "that nobody has touched for 24 business hours is recycled by itself. The reason written down is",
        ),
        (
            "completeness",
            {"needs_note": True},
            "Marketing sees to it that the following is there when a lead is handed over:\n– E-mail\n– budget"
            "\n– a note\n– A research note, within 10 days",
        ),
        (
            "escalations",
            {},
            "While the clocks of “First answer” run, and after:\nAt 80 % of the time: told: the rep who has the lead\n"
            "At 100 % of the time: told: the managers of sales\nAfter 48 hours: the lead goes to another rep",
        ),
        (
            "escalations",
            {
                "steps": [
                    {"before": {"business_minutes": 30}, "tell": ["owner"]},
                    {"at_ratio": 1, "act": "recycle", "reason": "not-now"},
                    {
                        "at_ratio": 2,
                        "act": "task",
                        "task": {"en": "Ring", "fr": "Appeler"},
                        "given_to": "sales_managers",
                    },
                ]
            },
            "30 business minutes before it is due: told: the rep who has the lead\n"
            "At 100 % of the time: the lead is recycled, for the reason “Not now”\n"
            "At 200 % of the time: to be done by a manager of sales: Ring",
        ),
        (
            "consequences",
            {},
            "When sales misses “First answer”: the lead does not count in the conversion that the other"
            " side answers for. This follows in each case.",
        ),
        (
            "consequences",
            {"relief": "credit", "credit_count": 3, "per": "month", "after_periods": 2},
            "3 leads are credited to the other side. It is looked at every month, and follows when that has happened 2",
        ),
        (
            "contests",
            {"rules_by_day": 2, "silence": "upholds"},
            "Marketing may contest a refusal within 5 days. This holds for the reasons “Not now”. The ruling is there"
            " by the end of day 2 of the next month. 20 cases are settled every month. Ruled by: VP Sales."
            " Whoever lets",
        ),
        ("excuses", {}, "Sales is excused when this is shown. It excuses “First answer”. The other side grants it."),
        ("statuses", {}, "SAL\nBeing worked\nHeld by: Sales\nCan become: “Working”"),
        ("services", {}, "Marketing\nIncludes: Letters"),
        ("roles", {}, "Sales\nSigns this agreement."),
        (
            "responsibilities",
            {},
            "MQL\nMarketing: is kept informed\nSales: does it\nResponsible: VP Sales\nAccountable: VP Sales",
        ),
        (
            "routes",
            {},
            "The lead goes to the rep who last touched the lead, if that was within the last 30 days.",
        ),
        ("capacities", {"most_a_week": 25}, "One rep is given at most 100 open leads or 25 new leads a week."),
        (
            "ramp",
            {},
            "Who joins after day 16 of a month begins with the next month.\nFrom month 0: 0 % of what is owed,"
            " 0 % of the"
            " leads\nFrom month 1: 25 % of what is owed, 50 % of the leads",
        ),
        ("offboarding", {}, "an open lead goes to the rep whose turn it is.\nStages: MQL\nStatuses: “Working”"),
        (
            "renewal",
            {},
            "At the end of its term this agreement goes on by itself. Each renewal lasts 12 months.",
        ),
        ("terminations", {"notice_days": 30}, "for this cause: Three missed months It ends 30 days after notice."),
        (
            "amendments",
            {"no_effect_on": ["fri"]},
            "Changes to scoring are made in these months: October, November, and December. In other months only errors"
            " are corrected. Nothing new comes into force on a Friday.\nA request says:\n– Impact\nFeedback: within 5"
            " business days",
        ),
        ("reviews", {}, "Both sides meet every month, for 30 minutes. Present: VP Sales."),
        (
            "reporting",
            {"by_working_day": 3},
            "Marketing reports every week: All It is there by working day 3 of",
        ),
        ("retention", {}, "A lead is erased 36 months after its last engagement."),
        ("backup", {}, "Copies: every 24 hours, kept for 30 days\nBack within: 8 hours"),
    ],
)
def test_a_clause_is_a_sentence(said: Say, section: str, changes: dict[str, object], words: str) -> None:
    assert words in said(section, **changes)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "Marketing owes at least 120 MQLs every month."),
        ({"bound": "at_most", "period": "week"}, "Marketing owes at most 120 MQLs every week."),
        (
            {"worth": [{"persona": "director", "value": 20000}], "owed": 1000000},
            "Marketing owes MQLs worth at least 10,000 € every month.",
        ),
        ({"metric": "revenue", "owed": 5000000}, "Marketing owes at least 50,000 € of revenue every month."),
        ({"each": "person", "is_ramped": True}, "Each person owes that. For newcomers the ramp lessens it."),
        ({"metric": "visits"}, "120 visits every month. This is counted outside of this system."),
    ],
)
def test_a_volume_is_a_sentence(said: Say, changes: dict[str, object], words: str) -> None:
    owed = document()["targets"][0] | changes
    assert words in provision(terms(targets=[owed]), owed["id"], {}).plain.replace("\xa0", " ")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "Sales has 4 business hours, from the hand-over of a lead to its acceptance or to its refusal. Only the"),
        (
            {"time": "wall", "limit_minutes": 2880},
            "The hard limit is 48 hours. Every hour counts, by day and by night.",
        ),
        ({"allowance_minutes": None, "allowance_days": 2}, "Sales has 2 business days, from the hand-over"),
        ({"calendar_of": "assignee"}, "The hours of whoever has the lead count, or those of the calendar “office”."),
        (
            {"starts_on": "lead.engaged", "engagement": "reply", "stops_on": ["touch.logged"], "touches": 3},
            "from an act of the lead to the first touch logged. It takes 3 touches.",
        ),
        (
            {"pauses_on": ["handoff.paused"], "resumes_on": ["handoff.resumed"], "on_reassign": "restart"},
            "It stands still while a rep has paused it with a reason, and goes on when the rep goes on. Whoever"
            " is given",
        ),
        (
            {"group": "view", "when": {"field": "persona", "one_of": ["director"]}},
            "Of the clauses of the group “view” only the first that applies holds.",
        ),
        ({"stops_on": ["handoff.assigned"]}, "to its assignment to a rep."),
    ],
)
def test_a_clock_is_a_sentence(said: Say, changes: dict[str, object], words: str) -> None:
    first = document()["clocks"][0] | changes
    agreed = terms(clocks=[{key: value for key, value in first.items() if value is not None}])
    assert words in provision(agreed, first["id"], {}).plain.replace("\xa0", " ")


@pytest.mark.parametrize(
    ("clause_id", "words"),
    [
        ("scoring", "The score is 300 points at most. The score is 0 points at least."),
        ("scoring", "Grade by fit, from points: A 55, B 40, C 20, D"),
        (
            "seven-pages",
            "each “web visit”, 1 × in 3 days at most, each time that 7 have come together within 1 day",
        ),
        ("success-after-trial", "within 40 days after “trial”"),
        ("was-mql-before", "each “engagement”, 1 × in 30 days at most\nIt counts for leads for which this holds:"),
        ("idle-30-days", "−10\nFor each 30 days without an engagement."),
        ("reset-recycled", "Within 30 days of being marked by hand a lead is spared."),
        ("own-domain", "Not scored, and no MQL by the criteria, is whoever this holds for:"),
        ("trial-model", "It begins with “trial”. It holds for 40 days. It is judged every day at 08:00 and 14:00."),
        ("auto-chat", "An MQL whatever the score, as soon as this holds:"),
    ],
)
def test_a_rule_for_points_is_a_sentence(said: Say, clause_id: str, words: str) -> None:
    agreed = terms_text.read_cached(library.text("gitlab"))
    assert words in provision(agreed, clause_id, {}).plain


@pytest.mark.parametrize("name", library.names())
def test_every_agreement_of_the_library_is_printed_whole(said: Say, name: str) -> None:
    agreed = terms_text.read_cached(library.text(name))
    within = {
        item.id
        for clause in (*agreed.completeness, *agreed.services, *agreed.amendments)
        for item in (
            *getattr(clause, "evidence", ()),
            *getattr(clause, "steps", ()),
            *getattr(clause, "request_holds", ()),
        )
    }
    printed = [each.id for each in provisions(agreed, {})]
    assert len(printed) == len(set(printed))
    assert {each.id for each in agreed.clauses()} - within <= set(printed)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_contract_prints_every_clause_once(said: Say, language: str) -> None:
    agreed = terms(**WHOLE)
    within = {"note", "feedback", "impact"}
    with force_locale(language):
        printed = [each.id for each in provisions(agreed, {})]
        headings = [article.heading for article in articles(agreed, {})]
    assert len(printed) == len(set(printed))
    assert len(headings) == len(set(headings))
    assert {each.id for each in agreed.clauses()} - within <= set(printed)


def test_reasons_stand_under_their_groups(said: Say) -> None:
    handoff = document()["handoff"]
    handoff["reason_groups"] = [clause("never", "Never", "Jamais")]
    handoff["refusal_reasons"][0] |= {"group": "never", "needs_note": True, "contested_by": "marketing"}
    handoff["recycle_reasons"][0] |= {"wait": {"days": 30}}
    agreed = terms(handoff=handoff)
    ids = [each.id for each in provisions(agreed, {})]
    first = handoff["refusal_reasons"][0]["id"]
    assert ids.index("never") + 1 == ids.index(first)
    assert provision(agreed, first, {}).plain.endswith("A note is needed. Marketing may contest it.")
    assert provision(agreed, handoff["recycle_reasons"][0]["id"], {}).plain == "Wait: 30 days."


def test_who_gives_a_reason_is_told_what_it_asks(said: Say) -> None:
    handoff = document()["handoff"]
    handoff["refusal_reasons"][0] |= {"needs_note": True}
    handoff["recycle_reasons"][0] |= {"wait": {"days": 30}, "needs_note": True}
    agreed = terms(handoff=handoff)
    refusing, recycling = RefusalForm(), RecyclingForm()
    refusing.offer(agreed, Lead(stage=Stage.MQL))
    recycling.offer(agreed, Lead(stage=Stage.SAL))
    assert [(choice.hint or "").endswith("A note is needed.") for choice in refusing.choices][:2] == [True, False]
    assert [choice.hint for choice in recycling.choices][:1] == ["Wait: 30 days. A note is needed."]
