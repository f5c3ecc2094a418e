"""What a predictor goes by and what became of its training, in words."""

from collections.abc import Mapping
from enum import StrEnum

from flask_babel import gettext, ngettext

from smarketing.domain.errors import N_
from smarketing.domain.predictor import YES, Fact, Known
from smarketing.domain.training import FEWEST, FEWEST_HELD_OUT, Cause, Refusal
from smarketing.models.predictors import PredictorState
from smarketing.reports import agreed, choices
from smarketing.web.filters import number, percent
from smarketing.web.words import in_language, persona_name

FACTS: dict[StrEnum, str] = {
    Fact.FIT_POINTS: N_("Points for fit"),
    Fact.ENGAGEMENT_POINTS: N_("Points for engagement"),
    Fact.ENGAGEMENTS: N_("How often it engaged"),
    Fact.LAST_ENGAGED: N_("Days since it last engaged"),
    Fact.ARRIVED: N_("Days since it arrived"),
    Fact.BY_HAND: N_("Marked by hand"),
    Fact.AGAIN: N_("Handed over before"),
    Fact.PERSONA: N_("Persona"),
    Fact.SOURCE: N_("Source"),
    Fact.COUNTRY: N_("Country"),
    Fact.RULE: N_("Rules for points that counted"),
}
STATES: dict[StrEnum, str] = {
    PredictorState.WAITING: N_("Waits"),
    PredictorState.READING: N_("Reads past hand-offs"),
    PredictorState.FITTING: N_("Is fitted and judged"),
    PredictorState.REFUSED: N_("Not trained"),
    PredictorState.FAILED: N_("Failed"),
    PredictorState.TRAINED: N_("Trained"),
    PredictorState.SHOWN: N_("Shown on leads"),
}


class Names:
    """What rules and personas are called, read once for a page."""

    def __init__(self) -> None:
        standing = agreed.latest()
        clauses = standing.terms.clauses() if standing else ()
        self._rules: Mapping[str, str] = {clause.id: in_language(clause.title) for clause in clauses}
        self._personas = {persona.key: persona_name(persona) for persona in choices.personas()}

    def rule(self, rule_id: str) -> str:
        return self._rules.get(rule_id, rule_id)

    def value(self, fact: Fact, value: str) -> str:
        if not value:
            return gettext("(none)")
        return self._personas.get(value, value) if fact is Fact.PERSONA else value

    def about(self, fact: Fact, value: str | None) -> str:
        """A fact, or that it has a value: “Source: Partner”."""
        if value is None or fact in (Fact.BY_HAND, Fact.AGAIN):
            return fact_name(fact)
        if fact is Fact.RULE:
            return gettext("“%(rule)s” counts", rule=self.rule(value))
        return gettext("%(fact)s: %(value)s", fact=fact_name(fact), value=self.value(fact, value))

    def found(self, known: Known, fact: Fact, rule: str | None) -> str:
        """What is so of one lead."""
        if rule is not None:
            counts = gettext("“%(rule)s” counts", rule=self.rule(rule))
            return counts if known.has(fact, rule) else gettext("“%(rule)s” does not count", rule=self.rule(rule))
        if fact in _COUNTED:
            return _counted(fact, known.numbers.get(fact))
        if fact in _FLAGGED:
            return gettext(_FLAGGED[fact][known.has(fact, YES)])
        return self.about(fact, known.words.get(fact, ""))


_COUNTED = (Fact.FIT_POINTS, Fact.ENGAGEMENT_POINTS, Fact.ENGAGEMENTS, Fact.LAST_ENGAGED, Fact.ARRIVED)
_SAME_DAY = {Fact.LAST_ENGAGED: N_("Engaged on the same day"), Fact.ARRIVED: N_("Arrived on the same day")}
_FLAGGED = {
    Fact.BY_HAND: (N_("Qualified by the criteria"), N_("Marked by hand")),
    Fact.AGAIN: (N_("Handed over for the first time"), N_("Handed over before")),
}


def _counted(fact: Fact, count: float | None) -> str:
    if count is None:
        return gettext("%(fact)s: not known", fact=fact_name(fact))
    whole = round(count)
    if not whole and fact in _SAME_DAY:
        return gettext(_SAME_DAY[fact])
    match fact:
        case Fact.FIT_POINTS:
            return ngettext("%(num)s point for fit", "%(num)s points for fit", whole)
        case Fact.ENGAGEMENT_POINTS:
            return ngettext("%(num)s point for engagement", "%(num)s points for engagement", whole)
        case Fact.ENGAGEMENTS:
            return ngettext("Engaged %(num)s time until then", "Engaged %(num)s times until then", whole)
        case Fact.LAST_ENGAGED:
            return ngettext("Last engaged %(num)s day before", "Last engaged %(num)s days before", whole)
        case _:
            return ngettext("Arrived %(num)s day before", "Arrived %(num)s days before", whole)


def fact_name(fact: Fact) -> str:
    return gettext(FACTS[fact])


def state_name(state: PredictorState) -> str:
    return gettext(STATES[state])


def refusal(found: Refusal, names: Names) -> str:
    """Why nothing was trained, with the numbers."""
    came, others = number(found.came), number(found.total - found.came)
    told = {"came": came, "others": others, "total": number(found.total)}
    about = names.about(found.fact, found.value) if found.fact else ""
    match found.cause:
        case Cause.TOO_FEW:
            return gettext(
                "Too little to learn from: %(came)s hand-offs confirmed as SQLs and %(others)s that were not. At least "
                "%(fewest)s of each are needed.",
                **told,
                fewest=FEWEST,
            )
        case Cause.TOO_FEW_HELD_OUT:
            return gettext(
                "Too little to judge it by: of the later hand-offs, %(came)s were confirmed as SQLs and %(others)s "
                "were not. At least %(fewest)s of each are needed.",
                **told,
                fewest=FEWEST_HELD_OUT,
            )
        case Cause.NOTHING_VARIES:
            return gettext("The facts that may be used are alike for all %(total)s hand-offs.", **told)
        case Cause.KNOWS_TOO_MUCH:
            area = number(found.area or 0, 3)
            return gettext(
                "“%(fact)s” alone tells the outcome nearly every time (area %(area)s). It was probably written because "
                "of the outcome. Leave it out.",
                fact=about,
                area=area,
            )
        case Cause.WRITTEN_LATER:
            return gettext(
                "“%(fact)s” was written after the hand-over for %(came)s of %(total)s hand-offs (%(share)s), so it "
                "could give the outcome away. Leave it out.",
                **told,
                fact=about,
                share=percent(found.came / found.total),
            )
        case Cause.NOT_INSTALLED:
            return gettext("scikit-learn is not installed where the jobs run, so nothing can be trained.")
