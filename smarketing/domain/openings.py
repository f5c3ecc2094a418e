"""How to open a conversation with a lead, chosen from what is known of it."""

from enum import StrEnum


class Opening(StrEnum):
    """What a first sentence can best start from."""

    LAST_TOUCH = "last_touch"
    EARLIER_CYCLE = "earlier_cycle"
    VOUCHED = "vouched"
    LAST_ACT = "last_act"
    PERSONA = "persona"
    NOTHING = "nothing"


def opening(
    *, has_touch: bool, has_earlier_answer: bool, is_vouched: bool, has_act: bool, has_persona: bool
) -> Opening:
    """The closest thing that both sides of the conversation remember; what happened between them comes first."""
    ways = (
        (Opening.LAST_TOUCH, has_touch),
        (Opening.EARLIER_CYCLE, has_earlier_answer),
        (Opening.VOUCHED, is_vouched),
        (Opening.LAST_ACT, has_act),
        (Opening.PERSONA, has_persona),
    )
    return next((way for way, is_known in ways if is_known), Opening.NOTHING)
