"""What a document must hold as a whole: clauses that name each other, parties, personas and calendars."""

from itertools import pairwise
from typing import TYPE_CHECKING, Final

from smarketing.domain.criteria import personas_named, statuses_named
from smarketing.domain.errors import N_
from smarketing.domain.lifecycle import Stage
from smarketing.domain.roles import Department
from smarketing.domain.terms_faults import Path, broken_rule
from smarketing.domain.terms_references import UNKNOWN, criteria_in

if TYPE_CHECKING:
    from smarketing.domain.terms import Terms

ROAD: Final = (Stage.INQUIRY, Stage.MQL, Stage.SAL, Stage.SQL)


def check_ids(terms: "Terms") -> None:
    seen: set[str] = set()
    for path, clause in terms.placed_clauses:
        if clause.id in seen:
            message = N_("The id “%(clause)s” is taken by another clause: every clause needs its own.")
            raise broken_rule(message, at=(*path, "id"), clause=clause.id)
        seen.add(clause.id)


def check_parties(terms: "Terms") -> None:
    if {party.department for party in terms.parties} != set(Department):
        raise broken_rule(N_("The parties are marketing and sales, each once."), at=("parties",))
    teams = {party.department: party.team for party in terms.parties}
    if terms.handoff.team != teams[Department.SALES]:
        message = N_("Leads are handed to “%(team)s”, but the party of sales is “%(party)s”: name the same team.")
        raise broken_rule(message, at=("handoff", "team"), team=terms.handoff.team, party=teams[Department.SALES])


def check_personas(terms: "Terms") -> None:
    if terms.personas[-1].when is not None or any(persona.when is None for persona in terms.personas[:-1]):
        message = N_("The last persona, and only the last, has no “when”: it takes everybody whom no other takes.")
        raise broken_rule(message, at=("personas",))
    known = {persona.id for persona in terms.personas}
    for path, criterion in criteria_in(terms):
        for name in sorted(personas_named(criterion) - known):
            message = N_("There is no persona “%(persona)s”; there are: %(known)s.")
            raise broken_rule(message, at=path, persona=name[:60], known=", ".join(sorted(known)))


def check_statuses(terms: "Terms") -> None:
    """Rules name statuses that there are."""
    known = {clause.id for clause in terms.statuses}
    for path, criterion in criteria_in(terms):
        for name in sorted(statuses_named(criterion) - known):
            message = UNKNOWN["status"]
            raise broken_rule(message, at=path, named=name[:60], known=", ".join(sorted(known)) or "–")


def check_road(terms: "Terms") -> None:
    """From the first status of each stage a lead can go on to the next, so that no version stands still."""
    firsts = {clause.stage: clause for clause in reversed(terms.statuses)}
    for stage, following in pairwise(ROAD):
        first = firsts.get(stage)
        onward = {clause.id for clause in terms.statuses if clause.stage is following}
        if first is not None and onward and onward.isdisjoint(first.next):
            message = N_("A lead begins here and cannot go on: add one of these to “next”: %(onward)s.")
            at = ("statuses", terms.statuses.index(first), "next")
            raise broken_rule(message, at=at, onward=", ".join(sorted(onward)))


def check_calendars(terms: "Terms") -> None:
    ids = [calendar.id for calendar in terms.calendars]
    if len(set(ids)) < len(ids):
        raise broken_rule(N_("Two calendars have the same id."), at=("calendars",))
    named: list[tuple[Path, str]] = [(("clocks", i, "calendar"), c.calendar) for i, c in enumerate(terms.clocks)]
    named += [(("targets", i, "calendar"), c.calendar) for i, c in enumerate(terms.targets)]
    named += [(("disputes", "calendar"), terms.disputes.calendar)] if terms.disputes else []
    for path, calendar_id in named:
        if calendar_id not in ids:
            message = N_("There is no calendar “%(calendar)s”; there are: %(known)s.")
            raise broken_rule(message, at=path, calendar=calendar_id, known=", ".join(ids))


def check_timeboxes(terms: "Terms") -> None:
    """A lead that stands still can only get an answer that people could give at its stage, with its reason."""
    refusals = {reason.id: str(reason.next_step) for reason in terms.handoff.refusal_reasons}
    recyclings = {reason.id for reason in terms.handoff.recycle_reasons}
    for index, box in enumerate(terms.timeboxes):
        if box.outcome not in ("recycle", "return", "disqualify"):
            continue
        if box.stage is Stage.MQL:
            fits = refusals.get(box.reason or "") == box.outcome
        else:
            fits = box.outcome == "recycle" and box.reason in recyclings
        if not fits:
            message = N_("“%(outcome)s” with this reason is no answer that sales can give to a lead at this stage.")
            raise broken_rule(message, at=("timeboxes", index, "outcome"), outcome=box.outcome)


def check_ladders(terms: "Terms") -> None:
    """A step can only recycle a lead with a reason that sales could give as the clocks of its ladder start."""
    for index, ladder in enumerate(terms.escalations):
        starts = {clock.starts_on for clock in terms.clocks if not ladder.promises or clock.id in ladder.promises}
        stages = {Stage.MQL if start == "handoff.offered" else Stage.SAL for start in starts}
        for number, step in enumerate(ladder.steps):
            if step.reason and not any(terms.recycles(step.reason, stage) for stage in stages):
                message = N_("Sales cannot recycle a lead with this reason while these clocks run.")
                raise broken_rule(message, at=("escalations", index, "steps", number, "reason"))


def check_examples(terms: "Terms") -> None:
    """An example expects what its clause can answer."""
    models = {model.id for model in terms.scoring.models or ()}
    for index, example in enumerate(terms.examples):
        gives_points = example.about == terms.scoring.id or example.about in models
        if gives_points is False and any(value is not None for value in (example.points, *example.bounds)):
            raise broken_rule(N_("This clause gives no points: say whether it holds."), at=("examples", index, "holds"))
        if example.about == terms.scoring.id and example.holds is not None:
            message = N_("This clause gives points: say how many, not whether it holds.")
            raise broken_rule(message, at=("examples", index, "holds"))
        if example.grade is not None and (example.about != terms.scoring.id or terms.scoring.grid is None):
            raise broken_rule(N_("There are no grades here."), at=("examples", index, "grade"))
        items = {item.id for item in terms.sql.items} if example.about == terms.sql.id else set()
        for unknown in sorted(set(example.answered) - items):
            message = N_("There is no item “%(item)s” in this checklist.")
            raise broken_rule(message, at=("examples", index, "answered"), item=unknown)
