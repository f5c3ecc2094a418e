"""The figure tiles of the dashboard: each with what it is of, how sure it is, what it means and its leads."""

from datetime import date
from typing import NamedTuple

from flask_babel import gettext

from smarketing.domain.attainment import Share, change, standing
from smarketing.domain.errors import N_
from smarketing.domain.pacing import Pace, Progress
from smarketing.domain.periods import Period, month_of
from smarketing.domain.terms_clocks import ClockClause
from smarketing.models.tallies import Cohort, FunnelCounts
from smarketing.reports.attainment import ClockFacts
from smarketing.reports.funnel import is_mature
from smarketing.reports.pacing import Owed
from smarketing.reports.response_times import AnswerFacts
from smarketing.web import spoken
from smarketing.web.filters import local_date, money, number
from smarketing.web.scopes import View, clocks_url, cohort_url
from smarketing.web.words import in_language

PROGRESS = {
    Progress.REACHED: (N_("The target is reached."), "met"),
    Progress.AHEAD: (N_("On pace: %(gap)s ahead."), "met"),
    Progress.BEHIND: (N_("%(gap)s behind the pace."), "at_risk"),
    Progress.MISSED: (N_("The target was missed by %(missing)s."), "overdue"),
}


class Tile(NamedTuple):
    """`value` None is no data; `verdict` says how it stands to what was promised, in the colour of `state`."""

    label: str
    value: str | None
    basis: str | None
    definition: str
    verdict: str | None = None
    state: str | None = None
    trend: str | None = None
    url: str | None = None
    url_label: str | None = None
    is_number: bool = True


def mqls(view: View, month: Period, owed: Owed | None, actual: int) -> Tile:
    """Marketing's promise: the volume of the month against its pace."""
    tile = Tile(
        label=gettext("MQLs in %(month)s", month=spoken.month_name(month.starts_on)),
        value=number(actual),
        basis=gettext("No target was agreed for this month."),
        definition=gettext(
            "Leads that became an MQL in the month, against the target of the agreement. What should be there by "
            "now is the target times the share of the month’s working time that has passed."
        ),
        url=cohort_url(Cohort.MQL, view.scope, month) if actual else None,
    )
    if owed is None:
        return tile
    if view.is_filtered:
        return tile._replace(
            basis=gettext("The target of %(owed)s counts the MQLs of all sources.", owed=number(owed.owed))
        )
    pace, progress = owed.pace(actual, now=view.now), owed.progress(actual, now=view.now)
    is_over = view.now >= month.ends_at(owed.terms.zone)
    verdict, state = verdict_of(pace, progress) or (None, None)
    return tile._replace(
        basis=_owed(pace, month, is_over=is_over),
        verdict=verdict,
        state=state,
        trend=None if is_over else projected(pace),
    )


def verdict_of(pace: Pace, progress: Progress) -> tuple[str, str] | None:
    if progress not in PROGRESS:
        return None
    sentence, state = PROGRESS[progress]
    gap, missing = number(abs(pace.gap or 0)), number(max(0, pace.owed - pace.actual))
    return gettext(sentence, gap=gap, missing=missing), state


def projected(pace: Pace) -> str | None:
    if pace.projection is None:
        return None
    return gettext("At this pace about %(count)s by the end of the month", count=number(pace.projection))


def _owed(pace: Pace, month: Period, *, is_over: bool) -> str:
    owed, last = number(pace.owed), local_date(month.last_on)
    if is_over or pace.expected is None:
        return gettext("of %(owed)s owed by %(day)s", owed=owed, day=last)
    expected = number(pace.expected, 1)
    return gettext("of %(owed)s owed by %(day)s; %(expected)s expected by now", owed=owed, day=last, expected=expected)


def promise(view: View, clause: ClockClause, facts: ClockFacts) -> Tile:
    """One clock clause: the share of clocks met, of those due in the period."""
    now_kept = facts.kept(clause.id, view.scope.period)
    earlier = facts.kept(clause.id, view.earlier.period).share
    share = now_kept.share
    verdict, state = spoken.standing(standing(share, clause.objective), clause.objective) or (None, None)
    missed = now_kept.missed
    return Tile(
        label=gettext("%(clause)s: kept", clause=in_language(clause.title)),
        value=spoken.share(share),
        basis=spoken.kept(now_kept) if share.total or now_kept.pending else gettext("Nothing fell due."),
        definition=gettext(
            "Of the hand-offs whose deadline fell in the period: answered by the deadline ÷ all that were due. "
            "One still running in time is pending and in neither number; one past its deadline counts as missed, "
            "answered or not. Withdrawn hand-offs do not count."
        ),
        verdict=verdict,
        state=state,
        trend=spoken.changed(change(share, earlier), earlier, view.earlier.period),
        url=clocks_url(clause.id, view.scope, clock="breached" if missed else None) if share.total else None,
        url_label=gettext("See the %(count)s missed", count=number(missed)) if missed else None,
        is_number=share.is_telling or not share.total,
    )


def first_answer(view: View, clause: ClockClause, facts: AnswerFacts) -> Tile:
    times, earlier = facts.times(view.scope.period), facts.times(view.earlier.period)
    counts = {"answered": number(times.answered), "waiting": number(times.waiting)}
    if not times.total:
        basis = gettext("No hand-off was due for an answer.")
    elif times.p90 is None or not times.is_telling:
        basis = gettext("%(answered)s answered, %(waiting)s not yet", **counts)
    else:
        p90 = spoken.business_time(times.p90)
        basis = gettext("9 in 10 within %(p90)s; %(answered)s answered, %(waiting)s not yet", p90=p90, **counts)
    before = None
    if earlier.is_telling and earlier.median is not None:
        told = {"time": spoken.business_time(earlier.median), "period": spoken.period_name(view.earlier.period)}
        before = gettext("%(time)s before (%(period)s)", **told)
    return Tile(
        label=gettext("Median time to the first answer"),
        value=spoken.median(times),
        basis=basis,
        definition=gettext(
            "Business time from the hand-off to sales’ first answer, for the hand-offs due in the period: half were "
            "answered within this time. Those still waiting are counted in with the time they have waited so far "
            "(Kaplan–Meier), so that leaving leads unanswered does not make the figure look better."
        ),
        trend=before,
        url=clocks_url(clause.id, view.scope) if times.total else None,
        is_number=times.is_telling and times.median is not None,
    )


def accepted(view: View, counts: FunnelCounts, earlier: FunnelCounts) -> Tile:
    share, before = _decided(counts), _decided(earlier)
    open_count = counts.leads - share.total
    basis = gettext("Sales has not decided on any.")
    if share.total and open_count:
        basis = gettext("%(decided)s decided; %(open)s not yet", decided=spoken.part_of(share), open=number(open_count))
    elif share.total:
        basis = gettext("%(decided)s decided", decided=spoken.part_of(share))
    return Tile(
        label=gettext("Accepted by sales"),
        value=spoken.share(share),
        basis=basis,
        definition=gettext(
            "Of the leads that became an MQL in the period and that sales has decided on: accepted ÷ (accepted + "
            "refused). Those without a decision are left out."
        ),
        trend=spoken.changed(change(share, before), before, view.earlier.period),
        url=cohort_url(Cohort.MQL, view.scope, reached="sal") if counts.sals else None,
        is_number=share.is_telling or not share.total,
    )


def reached(view: View, label: str, stage: str, count: int, counts: FunnelCounts) -> Tile:
    """How many of the MQLs of the period have got to a stage so far."""
    share = Share(count, counts.leads)
    basis = gettext("There were no MQLs in the period.")
    if share.is_telling:
        told = {"share": spoken.share(share), "total": number(share.total), "interval": spoken.interval(share)}
        basis = gettext("%(share)s of %(total)s MQLs, 95 %% interval %(interval)s", **told)
    elif share.total:
        basis = gettext("of %(total)s MQLs", total=number(share.total))
    is_young = share.total and not is_mature(view.scope.period, view.today)
    return Tile(
        label=label,
        value=number(count) if share.total else None,
        basis=basis,
        definition=gettext(
            "Of the leads that became an MQL in the period, how many have reached this stage so far, whenever they "
            "did. A period counts as still growing until 90 days after its end."
        ),
        trend=gettext("Still growing") if is_young else None,
        url=cohort_url(Cohort.MQL, view.scope, reached=stage) if count else None,
    )


def won(view: View, counts: FunnelCounts) -> Tile:
    tile = reached(view, gettext("Won of these MQLs"), "won", counts.wons, counts)
    if not counts.amount_cents:
        return tile
    currency = view.standing.terms.currency if view.standing else None
    amount = money(counts.amount_cents, currency) if currency else number(counts.amount_cents / 100, 2)
    return tile._replace(verdict=gettext("worth %(amount)s", amount=amount))


def _decided(counts: FunnelCounts) -> Share:
    return Share(counts.sals, counts.sals + counts.refusals)


def day_in_question(view: View) -> date:
    """The last day of the period that has begun."""
    return min(view.scope.period.last_on, view.today)


def month_in_question(view: View) -> Period:
    return month_of(day_in_question(view))
