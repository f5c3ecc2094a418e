"""How a conversation begins: with what both sides remember best."""

import pytest

from smarketing.domain.openings import Opening, opening

KNOWN = ("has_touch", "has_earlier_answer", "is_vouched", "has_act", "has_persona")


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        (KNOWN, Opening.LAST_TOUCH),
        (KNOWN[1:], Opening.EARLIER_CYCLE),
        (KNOWN[2:], Opening.VOUCHED),
        (KNOWN[3:], Opening.LAST_ACT),
        (KNOWN[4:], Opening.PERSONA),
        ((), Opening.NOTHING),
    ],
)
def test_what_happened_between_them_comes_first(known: tuple[str, ...], expected: Opening) -> None:
    assert opening(**{name: name in known for name in KNOWN}) is expected
