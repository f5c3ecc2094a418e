"""Pedowitz's two reliefs: a missed window relieves marketing, a lead below the criteria relieves sales."""

import pytest

from smarketing import library
from smarketing.domain import reliefs, terms_text

TERMS = terms_text.read_cached(library.text("pedowitz"))


@pytest.mark.parametrize(
    ("missed", "relief"),
    [
        ([], []),
        (["sequence"], []),
        (["hot-touch"], ["out_of_conversion"]),
        (["meets-criteria"], ["no_follow_up"]),
        (["decision", "meets-criteria"], ["out_of_conversion", "no_follow_up"]),
    ],
)
def test_what_a_miss_frees_the_other_side_from(missed: list[str], relief: list[str]) -> None:
    assert [clause.relief for clause in reliefs.of_case(TERMS, missed)] == relief


@pytest.mark.parametrize(
    ("known", "missed"),
    [
        ({"email": "a@example.com", "company": "Perrin"}, []),
        ({"email": "a@example.com", "company": ""}, ["meets-criteria"]),
        ({}, ["meets-criteria"]),
    ],
)
def test_what_was_handed_over_without_what_was_agreed(known: dict[str, str], missed: list[str]) -> None:
    assert list(reliefs.incomplete(TERMS, known, lambda _rule: True)) == missed
