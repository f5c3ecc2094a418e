"""One cell: what is taken of it, and what is said of what cannot be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smarketing.domain.cells import READERS, amount_cents, engagement_kind, text_reader
from smarketing.domain.errors import DomainError
from smarketing.domain.formulas import harmless, restored


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("  Perrin ", "Perrin"),
        ("two\nlines\tand a tab", "two lines and a tab"),
        ("no\u00a0break", "no break"),
        ("=HYPERLINK(1)", "=HYPERLINK(1)"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("ليلى 👩\u200d🚀 李", "ليلى 👩\u200d🚀 李"),
        (" \t\n ", ""),
    ],
)
def test_text_is_kept_as_it_is_on_one_line(cell: str, text: str) -> None:
    assert text_reader(40)(cell) == text


@pytest.mark.parametrize(
    ("cell", "words"), [("x" * 41, "41 characters of at most 40"), ("a\x00b", r"U\+0000"), ("a\x1bb", r"U\+001B")]
)
def test_text_that_no_page_could_show_is_refused(cell: str, words: str) -> None:
    with pytest.raises(DomainError, match=words):
        text_reader(40)(cell)


@pytest.mark.parametrize(
    ("cell", "email"),
    [
        (" G.Perrin@Example.com ", "G.Perrin@Example.com"),
        ("mailto:a@b.fr", "a@b.fr"),
        ("o'hara+crm@sub.example.co.uk", "o'hara+crm@sub.example.co.uk"),
        ("zoë@exämple.fr", "zoë@exämple.fr"),
        ("  ", ""),
    ],
)
def test_an_address_is_kept_as_it_is_written(cell: str, email: str) -> None:
    assert READERS["email"](cell) == email


@pytest.mark.parametrize(
    "cell", ["a", "a@b", "a b@c.fr", "a@b@c.fr", "@c.fr", "a@c..fr", "a@b.fr;c@d.fr", "A <a@b.fr>"]
)
def test_what_is_no_address_is_quoted_back(cell: str) -> None:
    with pytest.raises(DomainError, match="is not an e-mail address") as refusal:
        READERS["email"](cell)
    assert cell in str(refusal.value)


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("France", "FR"),
        ("fr", "FR"),
        ("U.S.A.", "US"),
        ("États-Unis", "US"),
        ("Deutschland", "DE"),
        ("UK", "GB"),
        ("Atlantis", "Atlantis"),
    ],
)
def test_a_country_goes_by_its_code_and_an_unknown_one_by_its_name(cell: str, code: str) -> None:
    assert READERS["country"](cell) == code


@pytest.mark.parametrize(
    ("cell", "cents"),
    [
        ("100.0", 10_000),
        ("1 250,50", 125_050),
        ("1,098", 109_800),
        ("5000 EUR", 500_000),
        ("€ 62,5", 6_250),
        ("$1,250.50", 125_050),
        ("350000000.000", 35_000_000_000),
    ],
)
def test_an_amount_may_name_its_currency(cell: str, cents: int) -> None:
    assert amount_cents(cell) == cents


@pytest.mark.parametrize("cell", ["about 100", "1.2.3", "-5", "=1+1", "0.0434", "9" * 40])
def test_what_is_no_amount_is_refused(cell: str) -> None:
    with pytest.raises(DomainError):
        amount_cents(cell)


@pytest.mark.parametrize(
    ("cell", "kind"),
    [("Demo request", "demo_request"), ("Demande de démo !", "demande_de_demo"), ("webinar", "webinar")],
)
def test_a_kind_of_engagement_is_written_as_in_the_agreement(cell: str, kind: str) -> None:
    assert engagement_kind(cell) == kind


@pytest.mark.parametrize("cell", ["123", "…", "x" * 61])
def test_what_can_be_no_kind_is_refused(cell: str) -> None:
    with pytest.raises(DomainError, match="no kind of engagement"):
        engagement_kind(cell)


@given(st.text(alphabet="'=+-@\t\r\nab "))
def test_a_formula_comes_back_as_it_went(cell: str) -> None:
    assert restored(harmless(cell)) == cell
    assert not harmless(cell).startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
