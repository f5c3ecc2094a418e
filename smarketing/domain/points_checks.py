"""What rules for points must hold among themselves: groups that exist, limits that agree, and no rule in a circle."""

from typing import TYPE_CHECKING, Final, TypeVar

from pydantic import ValidationInfo

from smarketing.domain.criteria import Criterion, fields_named
from smarketing.domain.criteria_fields import SCORE_FIELDS
from smarketing.domain.errors import N_
from smarketing.domain.terms_faults import broken_rule

if TYPE_CHECKING:
    from smarketing.domain.terms_scoring import EngagementRule, PointsClause

AUTHORED: Final = {"is_authored": True}
"""The context in which a document is read that somebody writes: what was signed before is read as it was meant."""


def is_authored(info: ValidationInfo) -> bool:
    return bool((info.context or {}).get("is_authored"))


_OF_SCORE: Final = SCORE_FIELDS | {"engagement_count"}
_Rule = TypeVar("_Rule", bound="Criterion | None")


def forbid_fields(rule: _Rule, info: ValidationInfo, *, of_persona: bool = False) -> _Rule:
    """A persona, or what makes a score, cannot wait for the score; nor a persona for itself."""
    if rule is None or not is_authored(info):
        return rule
    circular = fields_named(rule) & (_OF_SCORE | {"persona"} if of_persona else _OF_SCORE)
    for field in sorted(circular):
        if of_persona:
            raise broken_rule(N_("A persona is decided before the score: its rule cannot ask for “%(field)s”."),
                              field=field)  # fmt: skip
        raise broken_rule(N_("The score is made of this rule: it cannot ask for “%(field)s”."), field=field)
    return rule


def check_times(rule: "EngagementRule") -> None:
    if rule.once_per and (rule.at_most or rule.per_days):
        raise broken_rule(N_("Say how often it counts once: “once_per”, or “at_most” with “per_days”."))
    if rule.per_days and not rule.at_most:
        raise broken_rule(N_("“per_days” says in how many days; “at_most” must say how often."))
    if (rule.count is None) is not (rule.within_days is None):
        raise broken_rule(N_("“count” and “within_days” belong together: so many within so many days."))


def check_groups(clause: "PointsClause") -> None:
    known = {group.id for group in clause.groups or ()}
    named: dict[str, str] = {}
    places = [(rule.group, "fit", index) for index, rule in enumerate(clause.fit)]
    places += [(rule.group, "engagement", index) for index, rule in enumerate(clause.engagement)]
    for group, kind, index in places:
        if group is None:
            continue
        at = (kind, index, "group")
        if group not in known:
            message = N_("There is no group “%(group)s”; there are: %(known)s.")
            raise broken_rule(message, at=at, group=group, known=", ".join(sorted(known)) or "–")
        if named.setdefault(group, kind) != kind:
            message = N_("The group “%(group)s” holds rules for fit and for engagement: make it two.")
            raise broken_rule(message, at=at, group=group)


def forbid_half_life_with_idle(clause: "PointsClause") -> None:
    if clause.decay and clause.idle:
        message = N_("Points either halve with age, or are lost after idle days: choose one of “decay” and “idle”.")
        raise broken_rule(message, at=("decay",))


def check_between(bounds: tuple[int, int, int]) -> tuple[int, int, int]:
    if bounds[0] > bounds[1] > bounds[2]:
        return bounds
    raise broken_rule(N_("The bounds of the grid fall from the best to the last but one, such as 60, 40, 20."))
