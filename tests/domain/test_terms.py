"""The document that is signed: what it must hold, one canonical form, one digest."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from smarketing.domain.errors import InvalidInput
from smarketing.domain.terms import canonical, digest, parse, read_terms
from smarketing.domain.terms_faults import InvalidTerms, Path
from tests.cast import clause, document, terms, words

Change = Callable[[dict[str, Any]], object]


def changed(change: Change) -> dict[str, Any]:
    whole = copy.deepcopy(document())
    change(whole)
    return whole


def faults(change: Change) -> list[tuple[Path, str | None, str]]:
    """Every fault of the small agreement after this change: its place, its clause, its sentence."""
    with pytest.raises(InvalidTerms) as refused:
        read_terms(changed(change))
    return [(fault.path, fault.clause, fault.message % fault.params) for fault in refused.value.faults]


@pytest.mark.parametrize(
    ("change", "place", "clause_id", "says"),
    [
        (lambda d: d.pop("mql"), ("mql",), None, "“mql” is missing: add it."),
        (lambda d: d.update(color="red"), ("color",), None, "“color” means nothing here"),
        (lambda d: d.update(term_months=0), ("term_months",), None, "This must be 1 or more."),
        (lambda d: d.update(currency="euro"), ("currency",), None, "three capital letters"),
        (lambda d: d.update(zone="Paris"), ("zone",), None, "“Paris” is not a time zone"),
        (lambda d: d.update(schema_version=2), ("schema_version",), None, "schema 2; schema 1 is the newest"),
        (lambda d: d["title"].update(fr=""), ("title", "fr"), None, "This must not be empty."),
        (lambda d: d["clocks"][0].update(id="First!"), ("clocks", 0, "id"), "First!", "An id starts with"),
        (
            lambda d: d["clocks"][1].update(id="first-answer"),
            ("clocks", 1, "id"),
            "first-answer",
            "The id “first-answer” is taken by another clause",
        ),
        (
            lambda d: d["clocks"][0].update(allowance_minutes=90.5),
            ("clocks", 0, "allowance_minutes"),
            "first-answer",
            "This must be a whole number.",
        ),
        (
            lambda d: d["clocks"][0].update(objective=95),
            ("clocks", 0, "objective"),
            "first-answer",
            "This must be 1 or less.",
        ),
        (
            lambda d: d["clocks"][0].update(calendar="night"),
            ("clocks", 0, "calendar"),
            "first-answer",
            "There is no calendar “night”; there are: office.",
        ),
        (
            lambda d: d["clocks"][0].update(stops_on=["handoff.sold"]),
            ("clocks", 0, "stops_on", 0),
            "first-answer",
            "This must be one of:",
        ),
        (
            lambda d: d["clocks"][1].update(stops_on=["handoff.refused"]),
            ("clocks", 1, "stops_on", 0),
            "sql-decision",
            "“handoff.refused” cannot follow “handoff.accepted”",
        ),
        (lambda d: d.update(clocks=[]), ("clocks",), None, "At least 1 entries are needed here."),
        (
            lambda d: d["targets"][0].update(calendar="moon"),
            ("targets", 0, "calendar"),
            "mqls-a-month",
            "There is no calendar “moon”",
        ),
        (
            lambda d: d["scoring"]["fit"][0]["when"].update(one_of=["king"]),
            ("scoring", "fit", 0, "when"),
            "is-director",
            "There is no persona “king”; there are: director, other.",
        ),
        (
            lambda d: d["mql"].update(when={"field": "points", "above": 3}),
            ("mql", "when"),
            "mql",
            "A criterion needs one of",
        ),
        (
            lambda d: d["mql"].update(when={"field": "shoe_size", "at_least": 3}),
            ("mql", "when", "field"),
            "mql",
            "There is no field “shoe_size”",
        ),
        (lambda d: d["personas"].pop(), ("personas",), None, "The last persona, and only the last, has no “when”"),
        (
            lambda d: d["parties"][1].update(department="marketing"),
            ("parties",),
            None,
            "The parties are marketing and sales, each once.",
        ),
        (
            lambda d: d["handoff"].update(team="field-sales"),
            ("handoff", "team"),
            "handoff",
            "the party of sales is “inside-sales”: name the same team.",
        ),
        (
            lambda d: d["sql"].update(at_least=4),
            ("sql", "at_least"),
            "sql",
            "At least 4 items are asked for, but there are only 3.",
        ),
        (
            lambda d: d["calendars"][0]["holidays"].append({"on": "2026-04-06", "name": "Again"}),
            ("calendars", 0, "holidays", 1),
            "office",
            "2026-04-06 stands twice among the holidays.",
        ),
        (
            lambda d: d["calendars"][0].update(weekly={}),
            ("calendars", 0, "weekly"),
            "office",
            "The calendar never opens",
        ),
        (
            lambda d: d["calendars"][0]["weekly"].update(mon=[["25:00", "26:00"]]),
            ("calendars", 0, "weekly", "mon", 0, 0),
            "office",
            "“25:00” is not a time of day",
        ),
        (lambda d: d["calendars"].append(d["calendars"][0]), ("calendars",), None, "Two calendars have the same id."),
    ],
)
def test_a_fault_names_its_place_its_clause_and_the_cure(
    change: Change, place: Path, clause_id: str | None, says: str
) -> None:
    found = faults(change)
    assert [(path, about) for path, about, _sentence in found if path == place] == [(place, clause_id)] * len(
        [path for path, *_rest in found if path == place]
    )
    assert any(path == place and says in sentence for path, _about, sentence in found)


def test_all_faults_are_named_at_once() -> None:
    def spoil(whole: dict[str, Any]) -> None:
        whole["term_months"] = "long"
        whole["clocks"][0]["objective"] = 0
        whole["handoff"]["refusal_reasons"][1]["next_step"] = "shout"

    assert [path for path, *_rest in faults(spoil)] == [
        ("term_months",),
        ("handoff", "refusal_reasons", 1, "next_step"),
        ("clocks", 0, "objective"),
    ]


def test_criteria_nested_too_deep_are_refused() -> None:
    rule: dict[str, Any] = {"field": "points", "at_least": 1}
    for _ in range(12):
        rule = {"all": [rule]}
    assert any("nested" in sentence for *_place, sentence in faults(lambda d: d["mql"].update(when=rule)))


@pytest.mark.parametrize("whole", [None, [], "agreement", 7, {}])
def test_what_is_no_document_is_refused(whole: object) -> None:
    with pytest.raises(InvalidTerms):
        read_terms(whole)


def test_the_digest_depends_on_what_is_said_and_not_on_how_it_is_written() -> None:
    shuffled = dict(reversed(document().items()))
    spelled_out = changed(lambda d: d["clocks"][0].update(at_risk_ratio=0.75))
    texts = {canonical(read_terms(each)) for each in (document(), shuffled, spelled_out)}
    assert len(texts) == 1


@pytest.mark.parametrize(
    "change",
    [
        lambda d: d["preamble"].update(en="We promise,"),
        lambda d: d["preamble"].update(fr="Nous promettons ."),
        lambda d: d["clocks"][0].update(allowance_minutes=241),
        lambda d: d["clocks"].reverse(),
        lambda d: d["handoff"]["refusal_reasons"][0].update(next_step="recycle"),
        lambda d: d["calendars"][0]["holidays"].clear(),
    ],
)
def test_a_changed_comma_is_another_digest(change: Change) -> None:
    before, after = (digest(canonical(read_terms(each))) for each in (document(), changed(change)))
    assert before != after


def test_stored_terms_are_read_back_as_they_were_signed() -> None:
    signed = terms(preamble=words("« ’ » 🚀\n\\", "Ça coûte 5 €\t"))
    assert parse(canonical(signed)) == signed
    assert canonical(parse(canonical(signed))) == canonical(signed)


def test_every_clause_is_found_by_its_place() -> None:
    agreed = terms()
    whole = agreed.model_dump(by_alias=True)
    for path, found in agreed.placed_clauses:
        place: Any = whole
        for step in path:
            place = place[step]
        assert place["id"] == found.id
    ids = [each.id for each in agreed.clauses()]
    assert len(ids) == len(set(ids))
    assert {"director", "saw-prices", "mql", "timing", "competitor", "sql-decision", "mqls-a-month"} <= set(ids)


def test_a_reason_that_was_not_agreed_is_refused() -> None:
    agreed = terms()
    assert agreed.refusal_reason("not-now").id == "not-now"
    for ask in (agreed.refusal_reason, agreed.recycle_reason, agreed.loss_reason):
        with pytest.raises(InvalidInput, match="does not know the reason “boredom”"):
            ask("boredom")
    with pytest.raises(InvalidInput):
        agreed.recycle_reason("not-now")


def test_words_come_in_the_language_of_the_reader() -> None:
    title = terms(title=words("Agreement", "Accord")).title
    assert [title.in_locale(locale) for locale in ("en", "fr", "fr_CA", "de")] == [
        "Agreement",
        "Accord",
        "Accord",
        "Agreement",
    ]


def test_a_signed_document_cannot_be_changed_in_memory() -> None:
    agreed = terms()
    with pytest.raises(ValueError, match="frozen"):
        agreed.term_months = 24  # type: ignore[misc]
    with pytest.raises(ValueError, match="frozen"):
        agreed.clocks[0].objective = 0.1  # type: ignore[misc]


def test_the_small_agreement_needs_no_target() -> None:
    assert terms(targets=[]).targets == ()
    assert (
        terms(
            personas=[clause("all", "All", "Tous") | {"description": words("x", "x")}],
            scoring=document()["scoring"] | {"fit": []},
        )
        .personas[0]
        .when
        is None
    )
