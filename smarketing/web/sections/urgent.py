"""What needs somebody right now, in words."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from flask_babel import gettext, ngettext

from smarketing.reports.attention import COUNTED, Attention, Urgent
from smarketing.web.filters import number


class Fact(NamedTuple):
    """`state` is the colour of a state, None for one without."""

    text: str
    state: str | None


class Needs(NamedTuple):
    """Without facts nothing needs anybody."""

    facts: Sequence[Fact]
    lines: Sequence[Urgent]


def of(attention: Attention) -> Needs:
    return Needs(list(_facts(attention)), attention.urgent)


def _facts(attention: Attention) -> Iterator[Fact]:
    if overdue := attention.overdue:
        count = _up_to(overdue)
        told = ngettext("%(count)s deadline is past", "%(count)s deadlines are past", overdue, count=count)
        yield Fact(told, "overdue")
    if at_risk := attention.at_risk:
        count = _up_to(at_risk)
        told = ngettext("%(count)s deadline is at risk", "%(count)s deadlines are at risk", at_risk, count=count)
        yield Fact(told, "at_risk")
    if unowned := attention.without_owner:
        count = _up_to(unowned)
        told = ngettext("%(count)s hand-off has no owner", "%(count)s hand-offs have no owner", unowned, count=count)
        yield Fact(told, None)


def _up_to(count: int) -> str:
    return number(count) if count <= COUNTED else gettext("more than %(count)s", count=number(COUNTED))
