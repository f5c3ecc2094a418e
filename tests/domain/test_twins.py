"""Which leads may be one person: suggested, never decided."""

import pytest

from smarketing.domain.twins import Likeness, Person, likenesses, phone_key

ANNE = Person("Anne", "Lévy", "Acme SAS", "anne.levy@acme.fr", "+33 6 12 34 56 78")
PHONE, NAME, MAIL = Likeness


@pytest.mark.parametrize(
    ("other", "found"),
    [
        (Person(None, None, None, None, "06.12.34.56.78"), [PHONE]),
        (Person("LEVY", "Anne", "ACME", None, None), [NAME]),
        (Person("Anne", "Levy", "Zenith", None, None), []),
        (Person(None, None, None, "Anne.Levy@acme.com", None), [MAIL]),
        (Person(None, None, "Acme", "anne.levy@gmail.com", None), [MAIL]),
        (Person(None, None, None, "anne.levy@gmail.com", None), []),
        (Person("Anne", None, "Acme", None, "12345"), []),
        (Person(None, None, None, None, None), []),
        (ANNE, [PHONE, NAME, MAIL]),
    ],
)
def test_likenesses(other: Person, found: list[Likeness]) -> None:
    assert likenesses(ANNE, other) == likenesses(other, ANNE) == found


@pytest.mark.parametrize(
    ("phone", "key"),
    [
        ("+33 (0)6 12 34 56 78", "612345678"),
        ("0612345678", "612345678"),
        ("555-1234", "5551234"),
        ("12", ""),
        (None, ""),
    ],
)
def test_a_number_is_known_again_however_it_is_written(phone: str | None, key: str) -> None:
    assert phone_key(phone) == key
