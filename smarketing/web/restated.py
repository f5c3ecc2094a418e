"""What settled disputes and merges have changed in the figures of a period: raw beside adjusted, and corrections."""

from collections.abc import Sequence
from typing import NamedTuple

from flask_babel import gettext, ngettext

from smarketing.domain.attainment import Share
from smarketing.domain.disputes import DisputeKind
from smarketing.reports import agreed, dispute_list, excuses, lead_history
from smarketing.reports.excuses import Kept
from smarketing.reports.rollups import Scope
from smarketing.web.filters import number, percent
from smarketing.web.words import in_language


class Restated(NamedTuple):
    """`corrections` are sentences; `kept` are the promises with an excuse, by their names."""

    corrections: Sequence[str]
    kept: Sequence[tuple[str, Kept]]


def of(scope: Scope) -> Restated | None:
    """None when neither an upheld dispute nor a merge touches a figure of these days."""
    upheld, merged = dispute_list.upheld(scope), lead_history.merged_mqls(scope)
    if not upheld and not merged:
        return None
    titles = _titles()
    changed = [(titles.get(each.clause_id, each.clause_id), each) for each in excuses.kept(scope) if each.excused]
    return Restated([*(_sentence(kind, count) for kind, count in upheld.items()), *_of_merges(merged)], changed)


def share(of: Share) -> str:
    """A ratio with what it is of; no data is said in words."""
    if of.ratio is None:
        return gettext("nothing was due")
    return gettext("%(ratio)s of %(count)s", ratio=percent(of.ratio), count=number(of.total))


def _sentence(kind: DisputeKind, count: int) -> str:
    match kind:
        case DisputeKind.BREACH:
            return ngettext("%(num)s missed promise was excused.", "%(num)s missed promises were excused.", count)
        case DisputeKind.REFUSAL:
            return ngettext(
                "%(num)s refusal was overturned and is not counted.",
                "%(num)s refusals were overturned and are not counted.",
                count,
            )
        case DisputeKind.MQL:
            return ngettext("%(num)s MQL was struck out.", "%(num)s MQLs were struck out.", count)


def _of_merges(count: int) -> list[str]:
    said = ngettext(
        "%(num)s MQL was a second record of somebody who is one already, and is not counted again.",
        "%(num)s MQLs were second records of people who are one already, and are not counted again.",
        count,
    )
    return [said] if count else []


def _titles() -> dict[str, str]:
    standing = agreed.latest()
    return {clause.id: in_language(clause.title) for clause in standing.terms.clocks} if standing else {}
