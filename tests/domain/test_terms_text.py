"""The agreement as a file: what is written is what is read, and every fault names its line."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smarketing import library
from smarketing.demo import seeding
from smarketing.domain import terms_text
from smarketing.domain.terms import Terms, canonical, digest, read_terms
from smarketing.domain.terms_faults import Fault, InvalidTerms
from tests.cast import document, terms, words

PRINTABLE = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Co", "Cn"], exclude_characters="\ufeff\u2028\u2029\x85"), min_size=1
)
COMPANY = Path(seeding.AGREEMENT)


def agreements() -> Iterator[tuple[str, Terms]]:
    yield "the small agreement", terms()
    yield "the first one of the demo", seeding.first_agreement()
    yield "the one of the demo", seeding.agreement()
    yield "the amendment of the demo", seeding.amendment()
    for name in library.names():
        yield name, terms_text.read(library.text(name))


def refused(text: str) -> list[Fault]:
    with pytest.raises(InvalidTerms) as error:
        terms_text.read(text)
    return error.value.faults


@pytest.mark.parametrize("agreed", [pytest.param(each, id=name) for name, each in agreements()])
def test_an_agreement_written_and_read_again_has_the_same_digest(agreed: Terms) -> None:
    text = terms_text.write(agreed)
    again = terms_text.read(text)
    assert again == agreed
    assert digest(canonical(again)) == digest(canonical(agreed))
    assert terms_text.write(again) == text


@given(en=PRINTABLE, fr=PRINTABLE)
def test_whatever_the_words_are_they_come_back(en: str, fr: str) -> None:
    agreed = terms(preamble=words(en[:4000], fr[:4000]))
    assert terms_text.read(terms_text.write(agreed)) == agreed


@pytest.mark.parametrize(
    "word",
    ["on", "off", "no", "yes", "null", "~", "12:30", "1e3", "0x1F", "2026-01-01", "- a", "#", "&a", "*a", "a: b"],
)
def test_words_that_look_like_something_else_stay_words(word: str) -> None:
    agreed = terms(title=words(word, word))
    assert terms_text.read(terms_text.write(agreed)).title.en == word


def test_plain_words_need_no_quotes() -> None:
    assert terms_text.parse_text("a: on\nb: 12:30\nc: 2026-01-01\nd: no").document == {
        "a": "on",
        "b": "12:30",
        "c": "2026-01-01",
        "d": "no",
    }
    assert terms_text.parse_text("a: 12\nb: 0.9\nc: true\nd: null").document == {
        "a": 12,
        "b": 0.9,
        "c": True,
        "d": None,
    }


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("", None, "The text is empty."),
        ("# only a remark\n", None, "The text is empty."),
        ("title: [en", 2, "This is not YAML"),
        ("title:\n\ten: x", 2, "This is not YAML"),
        ("a: 1\nb: 2\na: 3\n", 3, "“a” stands here twice."),
        ("a: &x [1]\nb: *x\n", 1, "no & and * here"),
        ("? [1, 2]\n: 3\n", 1, "A name is expected before this colon."),
        ("title: !!python/object/apply:os.system [ls]\n", 1, "This must be a block of named values"),
        ("a: \x07\n", None, "cannot be printed"),
        ("[" * 60 + "]" * 60, 1, "nested too deeply"),
        ("a: 1\n---\nb: 2\n", 2, "An agreement is one document"),
        ("x" * (terms_text.LONGEST_TEXT + 1), None, "too long"),
    ],
)
def test_what_is_not_even_yaml_says_where(text: str, line: int | None, says: str) -> None:
    (fault, *_more) = refused(text)
    assert says in fault.message % fault.params or says in str(refused(text))
    assert line is None or fault.line == line


def test_a_bomb_of_references_is_refused_before_it_grows() -> None:
    bomb = "a: &a [x]\n" + "".join(
        f"{b}: &{b} [*{a}, *{a}, *{a}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
    assert refused(bomb)[0].line == 1


def test_very_deep_brackets_are_no_crash() -> None:
    assert "nested too deeply" in refused("[" * 100_000)[0].message or refused("[" * 100_000)


def test_a_fault_names_the_line_it_stands_on() -> None:
    text = COMPANY.read_text(encoding="utf-8")
    lines = text.splitlines()
    number = next(n for n, line in enumerate(lines, start=1) if "allowance_minutes: 480" in line)
    lines[number - 1] = lines[number - 1].replace("480", "soon")
    (fault,) = refused("\n".join(lines))
    assert (fault.line, fault.clause, fault.place) == (number, "first-touch", "clocks 2 › allowance_minutes")
    assert str(fault) == (
        f"line {number}, clause “first-touch”, clocks 2 › allowance_minutes: This must be a whole number."
    )


def test_what_is_missing_is_named_at_the_line_of_what_lacks_it() -> None:
    text = COMPANY.read_text(encoding="utf-8").replace("    objective: 0.85\n", "")
    (fault,) = refused(text)
    assert fault.clause == "sql-decision"
    assert "- id: sql-decision" in text.splitlines()[(fault.line or 0) - 1]


def test_faults_come_in_the_order_of_the_lines() -> None:
    text = COMPANY.read_text(encoding="utf-8")
    for right, wrong in (
        ("owed: 65", "owed: none"),
        ("term_months: 12", "term_months: 0"),
        ("points: 25", "points: x"),
    ):
        assert right in text
        text = text.replace(right, wrong)
    found = [fault.line for fault in refused(text)]
    assert len(found) == 3
    assert found == sorted(found, key=lambda line: line or 0)


@pytest.mark.parametrize("name", library.names())
def test_an_agreement_to_start_from_is_sound_and_speaks_both_languages(name: str) -> None:
    agreed = terms_text.read(library.text(name))
    for clause in agreed.clauses():
        assert clause.title.en
        assert clause.title.fr
    assert agreed.clocks


def test_the_document_itself_may_be_json() -> None:
    import json

    text = json.dumps(document())
    whole: Any = terms_text.parse_text(text).document
    assert read_terms(whole) == terms() == terms_text.read(text)
