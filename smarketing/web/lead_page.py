"""All that the page of one lead shows, read in a number of queries that does not grow with its history."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from smarketing.db import db
from smarketing.domain import timeboxes
from smarketing.domain.errors import Conflict
from smarketing.domain.facts import Facts
from smarketing.domain.happenings import OFFERED, TOUCHED, Happening
from smarketing.domain.importing import TEXT_LIMITS
from smarketing.domain.lifecycle import Move, Stage, is_allowed
from smarketing.domain.periods import local_day
from smarketing.domain.scoring import scorer
from smarketing.domain.shortfall import Line
from smarketing.domain.statuses import Stay
from smarketing.domain.terms import Terms, canonical
from smarketing.models.clocks import Clock
from smarketing.models.disputes import Dispute
from smarketing.models.events import Event
from smarketing.models.handoffs import Disposition, Handoff
from smarketing.models.leads import Engagement, Lead, Score
from smarketing.models.merges import LeadKey, Merge
from smarketing.reports import agreed, dispute_list, lead_history, twins
from smarketing.reports.agreed import Agreed
from smarketing.reports.lead_history import MOST_ENGAGEMENTS, Cycle, Version
from smarketing.reports.twins import Twin
from smarketing.services import lead_keys, separations
from smarketing.services.subjects import subjects_of
from smarketing.web import contests, lead_score, lead_story, paging, reliefs, status_words
from smarketing.web.clause_words import granted
from smarketing.web.contests import Contest
from smarketing.web.lead_score import Verdict, Waterfall, Way
from smarketing.web.lead_story import Entry
from smarketing.web.paging import Page
from smarketing.web.reliefs import Relief
from smarketing.web.words import answerer, calendar_name, field_name, in_language, message_of

FACTS_SHOWN = tuple(name for name in TEXT_LIMITS if name not in ("first_name", "last_name", "email", "phone"))
STORY_SIZE = 30

STEPS = (
    (Stage.INQUIRY, "arrived_at"),
    (Stage.MQL, "mql_at"),
    (Stage.SAL, "sal_at"),
    (Stage.SQL, "sql_at"),
    (Stage.WON, "won_at"),
    (Stage.LOST, "lost_at"),
)


class Step(NamedTuple):
    """The first time the lead reached a stage."""

    stage: Stage
    at: datetime


class ClockLine(NamedTuple):
    """A clock with the promise it measures."""

    clock: Clock
    name: str
    allowance: str
    calendar: str
    zone: str
    excuse_url: str | None


class AnswerLine(NamedTuple):
    """`reason` in the agreed words; `evidence` are the answered items of the checklist."""

    answer: Disposition
    by: str
    reason: str | None
    evidence: Sequence[tuple[str, str]]


class CycleView(NamedTuple):
    cycle: Cycle
    version: Version
    clocks: Sequence[ClockLine]
    answers: Sequence[AnswerLine]
    disputes: Sequence[Dispute]
    contests: Sequence[Contest]
    reliefs: Sequence[Relief]
    by_itself: str | None
    """What happens at `handoff.timebox_at`; None where nothing does."""


class Merged(NamedTuple):
    """`stands` says why it cannot be undone; None while it can."""

    merge: Merge
    stands: str | None


@dataclass(frozen=True)
class LeadPage:
    lead: Lead
    steps: Sequence[Step]
    stays: Sequence[Stay]
    facts: Sequence[tuple[str, str]]
    custom: Sequence[tuple[str, str]]
    import_name: str | None
    standing: Agreed | None
    score: Score | None
    score_version: Version | None
    waterfall: Waterfall | None
    verdict: Verdict | None
    ways: Sequence[Way]
    persona_reasons: Sequence[Line]
    engagements: Sequence[Engagement]
    has_more_engagements: bool
    cycles: Sequence[CycleView]
    story: Sequence[Entry]
    story_page: Page
    twins: Sequence[Twin]
    keys: Sequence[LeadKey]
    merges: Sequence[Merged]
    now: datetime

    @property
    def may_be_marked(self) -> bool:
        is_known = self.lead.erased_at is None
        is_ready = self.standing is not None and self.standing.is_in_force
        is_near = is_allowed(self.lead.stage, Move.QUALIFY) and status_words.leads_on(self.lead, Stage.MQL)
        return is_ready and is_known and is_near

    @property
    def latest_mql_at(self) -> datetime | None:
        """When it became an MQL last; None where that was the first time."""
        return self.cycles[0].cycle.handoff.mql_at if self.cycles and self.lead.cycle > 1 else None

    @property
    def may_be_taken_back(self) -> bool:
        return is_allowed(self.lead.stage, Move.TAKE_BACK)

    @property
    def latest_handoff(self) -> Handoff | None:
        return self.cycles[0].cycle.handoff if self.cycles else None

    @property
    def first_answer(self) -> str | None:
        """How long sales has to answer a lead that is handed over now."""
        clause = agreed.first_answer(self.standing.terms) if self.standing else None
        if clause is None or self.standing is None:
            return None
        return granted(clause, self.standing.terms.calendar(clause.calendar))


def of(lead_id: int, *, now: datetime) -> LeadPage | None:
    lead = lead_history.lead(lead_id)
    if lead is None:
        return None
    standing, score = status_words.standing(), lead_history.latest_score(lead_id)
    cycles, engagements = lead_history.cycles(lead_id), lead_history.engagements(lead_id)
    named = [cycle.handoff.agreement_version_id for cycle in cycles]
    disputes = dispute_list.of_lead(lead_id)
    versions = lead_history.versions([*named, score.agreement_version_id if score else None])
    score_version = versions[score.agreement_version_id] if score else None
    story = paging.newest_first(lead_history.events(lead_id), Event.id, size=STORY_SIZE)
    facts = subjects_of([lead_id])[0].facts(now=now) if score and not lead.erased_at else None
    return LeadPage(
        lead=lead,
        steps=[Step(stage, at) for stage, name in STEPS if (at := getattr(lead, name))],
        stays=lead_history.stays(lead),
        facts=[(field_name(name), text) for name in FACTS_SHOWN if (text := getattr(lead, name))],
        custom=[(field_name(f"custom.{key}"), text) for key, text in sorted(lead.custom.items())],
        import_name=lead_history.import_name(lead.import_id),
        standing=standing,
        score=score,
        score_version=score_version,
        waterfall=lead_score.waterfall(score, score_version) if score and score_version else None,
        verdict=_verdict(lead, score, score_version, standing, now),
        ways=_ways(lead, score, standing, facts),
        persona_reasons=_persona_reasons(lead, score_version, facts),
        engagements=engagements[:MOST_ENGAGEMENTS],
        has_more_engagements=len(engagements) > MOST_ENGAGEMENTS,
        cycles=[_cycle(cycle, versions, disputes, now) for cycle in cycles],
        story=lead_story.entries(story.rows),
        story_page=story,
        twins=twins.of(lead),
        keys=lead_keys.of_lead(lead_id),
        merges=[Merged(each, _why_it_stands(each, now)) for each in db.session.scalars(Merge.standing(lead_id)).all()],
        now=now,
    )


def _why_it_stands(merge: Merge, now: datetime) -> str | None:
    try:
        separations.check(merge, now=now)
    except Conflict as fault:
        return message_of(fault)
    return None


def _verdict(
    lead: Lead, score: Score | None, version: Version | None, standing: Agreed | None, now: datetime
) -> Verdict | None:
    if score is None or version is None:
        return None
    return lead_score.verdict(lead, score, local_day(now, agreed.zone_of(standing)), version)


def _ways(lead: Lead, score: Score | None, standing: Agreed | None, facts: Facts | None) -> list[Way]:
    """Under the agreement as it stands, on what is known now; none of a lead without a score, or erased."""
    if score is None or standing is None or facts is None:
        return []
    return lead_score.ways(lead, score, scorer(canonical(standing.terms)), facts)


def _persona_reasons(lead: Lead, version: Version | None, facts: Facts | None) -> list[Line]:
    return lead_score.persona_reasons(lead, version.terms, facts) if version and facts else []


def _cycle(cycle: Cycle, versions: Mapping[int, Version], disputes: Sequence[Dispute], now: datetime) -> CycleView:
    handoff, version = cycle.handoff, versions[cycle.handoff.agreement_version_id]
    return CycleView(
        cycle,
        version,
        [_clock(clock, version.terms, disputes) for clock in cycle.clocks],
        [_answer(each, version.terms) for each in handoff.dispositions],
        [each for each in disputes if each.handoff_id == handoff.id],
        contests.of_handoff(handoff, disputes),
        reliefs.of_cycle(cycle, version.terms, now=now),
        _by_itself(cycle, version.terms),
    )


def _by_itself(cycle: Cycle, terms: Terms) -> str | None:
    handoff = cycle.handoff
    if handoff.timebox_at is None:
        return None
    happened = [Happening(handoff.offered_at, OFFERED)]
    happened += [Happening(each.occurred_at, f"handoff.{each.kind}") for each in handoff.dispositions]
    happened += [Happening(each.occurred_at, TOUCHED) for each in cycle.touches]
    boxes = timeboxes.of(terms, handoff.lead.stage, happened)
    return next((in_language(box.clause.title) for box in boxes if box.ends_at == handoff.timebox_at), None)


def _clock(clock: Clock, terms: Terms, disputes: Sequence[Dispute]) -> ClockLine:
    clause = terms.clock(clock.clause_id)
    calendar = terms.calendar(clock.calendar_id or clause.calendar)
    return ClockLine(
        clock,
        in_language(clause.title),
        granted(clause, calendar),
        calendar_name(calendar),
        calendar.zone,
        contests.of_clock(clock, terms, disputes),
    )


def _answer(answer: Disposition, terms: Terms) -> AnswerLine:
    titles = {clause.id: in_language(clause.title) for clause in terms.clauses()}
    reason = titles.get(answer.reason, answer.reason) if answer.reason else None
    evidence = [(titles.get(key, key), text) for key, text in (answer.checklist or {}).items()]
    by = titles.get(answer.clause_id or "") or answerer(answer)
    return AnswerLine(answer, by, reason, evidence)
