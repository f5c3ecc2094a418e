"""What people type of a lead."""

import pytest

from smarketing.domain import lead_facts
from smarketing.domain.errors import InvalidInput


def test_space_and_invisible_characters_around_and_within_are_no_facts() -> None:
    typed = {"first_name": "  Anne-\tSophie ", "last_name": "de\x00la\r\nTour", "company": " \n ", "phone": ""}
    assert lead_facts.read(typed) == {"first_name": "Anne- Sophie", "last_name": "de la Tour"}


def test_other_writing_systems_and_emoji_are_kept() -> None:
    typed = {"first_name": "ليلى", "last_name": "O’Brien 🚀", "company": "<b>=1+1</b>"}
    assert lead_facts.read(typed) == typed


@pytest.mark.parametrize("written", ["France", "fr", " FRANCE "])
def test_a_country_is_kept_by_its_code(written: str) -> None:
    assert lead_facts.read({"country": written}) == {"country": "FR"}


@pytest.mark.parametrize("email", ["a", "a@b", "a b@c.fr", "a@b@c.fr", "a@.fr", "@c.fr", "a@c..fr"])
def test_what_is_no_e_mail_address_is_refused(email: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        lead_facts.read({"email": email})
    assert refusal.value.field == "email"


def test_a_text_that_is_too_long_is_refused_by_its_field() -> None:
    assert lead_facts.read({"company": "x" * 200}) == {"company": "x" * 200}
    with pytest.raises(InvalidInput) as refusal:
        lead_facts.read({"company": "x" * 201})
    assert (refusal.value.field, refusal.value.params) == ("company", {"count": 201, "limit": 200})
