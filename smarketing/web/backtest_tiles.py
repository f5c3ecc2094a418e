"""What a draft would have changed, as figures: MQLs, who is gained and lost, what sales accepted."""

from flask_babel import gettext

from smarketing.domain.attainment import Share, change
from smarketing.domain.backtest import Fate
from smarketing.web import spoken
from smarketing.web.backtest_shown import Shown, in_weeks
from smarketing.web.filters import number, percent
from smarketing.web.tiles import Tile


def tiles(shown: Shown) -> list[Tile]:
    found = shown.comparison
    draft, base = in_weeks(found.draft, found.draft_stock), in_weeks(found.base, found.base_stock)
    acceptance, before = found.draft.acceptance, found.base.acceptance
    changed = change(acceptance, before)
    return [
        Tile(
            gettext("MQLs"),
            number(draft),
            gettext("%(count)s under version %(number)s", count=number(base), number=shown.base_number),
            gettext("Leads that would have become an MQL in these days, each once, at its first time."),
            trend=_more(draft, base),
        ),
        _fate_tile(shown, Fate.GAINED, gettext("Gained")),
        _fate_tile(shown, Fate.LOST, gettext("Lost")),
        Tile(
            gettext("Accepted, of the decided"),
            spoken.share(acceptance),
            spoken.part_of(acceptance) if acceptance.total else gettext("Sales has answered none of them."),
            gettext("Of the MQLs of this version that were handed over in fact and answered. Nobody knows of others."),
            trend=_against(before, changed is not None and changed.is_clear, shown),
            is_number=acceptance.is_telling or not acceptance.total,
        ),
    ]


def _fate_tile(shown: Shown, fate: Fate, label: str) -> Tile:
    tally = shown.comparison.of(fate)
    words = {
        Fate.GAINED: gettext("MQLs of this version that version %(number)s made none.", number=shown.base_number),
        Fate.LOST: gettext("MQLs of version %(number)s that this one makes none.", number=shown.base_number),
    }
    share = tally.acceptance
    basis = (
        gettext("sales accepted %(numbers)s", numbers=spoken.part_of(share))
        if share.total
        else gettext("none of them was answered by sales")
    )
    url = shown.leads_url(fate) if tally.mqls else None
    return Tile(label, number(tally.mqls), basis if tally.mqls else None, words[fate], url=url)


def _more(draft: int, base: int) -> str | None:
    if not base or draft == base:
        return gettext("as many") if draft == base else None
    share = percent(abs(draft - base) / base, 0)
    return gettext("%(share)s more", share=share) if draft > base else gettext("%(share)s fewer", share=share)


def _against(before: Share, is_clear: bool, shown: Shown) -> str | None:
    if before.ratio is None or not before.is_telling:
        return None
    told = {"share": percent(before.ratio), "number": shown.base_number}
    if is_clear:
        return gettext("%(share)s under version %(number)s", **told)
    return gettext("%(share)s under version %(number)s: no clear difference", **told)
