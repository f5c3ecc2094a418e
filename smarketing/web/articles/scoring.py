"""How points add up and who is an MQL, in sentences: rules, limits, silence, resets, exclusions and second models."""

from collections.abc import Iterator

from flask_babel import gettext, ngettext

from smarketing.domain.errors import N_
from smarketing.domain.terms import Terms
from smarketing.domain.terms_scoring import (
    CriteriaClause,
    EngagementRule,
    ExclusionClause,
    FitRule,
    GroupClause,
    IdleRule,
    ModelClause,
    PointsClause,
    ResetClause,
    ScoringClause,
)
from smarketing.web.articles.conditions import applies_to, narrowed, titled
from smarketing.web.clause_words import Line, criteria, listed, signed_points
from smarketing.web.engagement_words import engagement_name
from smarketing.web.filters import number
from smarketing.web.provisions import Article, Provision
from smarketing.web.words import in_language

ONCE = {
    None: N_("each “%(engagement)s”"),
    "day": N_("each “%(engagement)s”, once a day at most"),
    "week": N_("each “%(engagement)s”, once a week at most"),
    "ever": N_("the first “%(engagement)s”"),
}


def articles(terms: Terms) -> Iterator[Article]:
    scoring = terms.scoring
    head = Provision(scoring.id, in_language(scoring.title), limits(scoring), rows=_grid(scoring))
    yield Article("scoring", gettext("Scoring"), [head, *_changes(scoring, terms)])
    if scoring.fit:
        fit = [_fit(rule, terms) for rule in scoring.fit]
        yield Article("fit", gettext("Points for fit"), fit, shape="points")
    if scoring.engagement:
        engagement = [_engagement(rule, terms) for rule in scoring.engagement]
        yield Article("engagement", gettext("Points for engagement"), engagement, shape="points")
    for model in scoring.models or ():
        rules = [*(_fit(rule, terms) for rule in model.fit), *(_engagement(rule, terms) for rule in model.engagement)]
        held = [_model(model, terms), *_changes(model, terms), *rules]
        yield Article(f"model-{model.id}", in_language(model.title), held, shape="points")


def mql(terms: Terms) -> Article:
    clause = terms.mql
    words = gettext("A lead becomes an MQL, and is handed over, as soon as this holds:")
    head = Provision(clause.id, in_language(clause.title), words, criteria(clause.when, terms))
    return Article("mql", gettext("MQL"), [head, *_exceptions(clause, terms)])


def limits(scoring: PointsClause) -> str:
    """How the two groups of points add up, and how they lessen with time."""
    parts = [gettext("The score is the sum of the points for fit and for engagement.")]
    for limit, words in (
        (scoring.fit_limit, N_("Fit counts %(limit)s points at most.")),
        (scoring.fit_floor, N_("Fit counts %(limit)s points at least.")),
        (scoring.engagement_limit, N_("Engagement counts %(limit)s points at most.")),
        (scoring.engagement_floor, N_("Engagement counts %(limit)s points at least.")),
        (scoring.total_limit, N_("The score is %(limit)s points at most.")),
        (scoring.total_floor, N_("The score is %(limit)s points at least.")),
    ):
        if limit is not None:
            parts.append(gettext(words, limit=number(limit)))
    if scoring.decay:
        days = scoring.decay.half_life_days
        halving = ngettext(
            "The points of an engagement halve every %(num)s day.",
            "The points of an engagement halve every %(num)s days.",
            days,
        )
        parts.append(halving)
    return " ".join(parts)


def earned(rule: EngagementRule) -> str:
    """“each “web visit”, once a day at most”, with all that narrows it."""
    name = gettext("engagement") if rule.engagement == "any" else engagement_name(rule.engagement)
    parts = [_times(rule, name)]
    if rule.count and rule.within_days:
        words = N_("each time that %(count)s have come together within %(time)s")
        parts.append(gettext(words, count=rule.count, time=_days(rule.within_days)))
    if rule.after:
        after = engagement_name(rule.after.engagement)
        parts.append(
            gettext("within %(time)s after “%(engagement)s”", time=_days(rule.after.within_days), engagement=after)
        )
    return ", ".join(parts)


def _times(rule: EngagementRule, name: str) -> str:
    """How often it counts; `name` is that of the engagement."""
    if not rule.at_most:
        return gettext(ONCE[rule.once_per], engagement=name)
    often = {"engagement": name, "count": rule.at_most, "time": _days(rule.per_days or 0)}
    if rule.per_days is None:
        return gettext("each “%(engagement)s”, %(count)s × at most", **often)
    return gettext("each “%(engagement)s”, %(count)s × in %(time)s at most", **often)


def _days(count: int) -> str:
    return ngettext("%(num)s day", "%(num)s days", count)


def _fit(rule: FitRule, terms: Terms) -> Provision:
    lines = criteria(rule.when, terms)
    figure = signed_points(rule.points)
    return Provision(rule.id, in_language(rule.title), _within(rule.group, terms), lines, figure=figure)


def _engagement(rule: EngagementRule, terms: Terms) -> Provision:
    text = ". ".join(filter(None, (earned(rule), _within(rule.group, terms))))
    lines = narrowed(gettext("It counts for leads for which this holds:"), rule.when, terms)
    return Provision(rule.id, in_language(rule.title), text, lines, figure=signed_points(rule.points))


def _within(group: str | None, terms: Terms) -> str:
    return gettext("Limited with %(group)s", group=titled([group], terms)) if group else ""


def _grid(scoring: ScoringClause) -> list[tuple[str, str]]:
    if scoring.grid is None:
        return []
    fit = [f"{name} {number(bound)}" for name, bound in zip("ABC", scoring.grid.fit, strict=True)]
    engagement = [f"{name} {number(bound)}" for name, bound in zip("123", scoring.grid.engagement, strict=True)]
    return [
        (gettext("Grade by fit, from points"), ", ".join([*fit, "D"])),
        (gettext("Grade by engagement, from points"), ", ".join([*engagement, "4"])),
    ]


def _changes(scoring: PointsClause, terms: Terms) -> Iterator[Provision]:
    """What limits, lessens or takes away points, and who has none."""
    yield from map(_group, scoring.groups or ())
    yield from map(_idle, scoring.idle or ())
    yield from map(_reset, scoring.resets or ())
    yield from (_exclusion(clause, terms) for clause in scoring.exclusions or ())


def _group(clause: GroupClause) -> Provision:
    parts = []
    if clause.limit is not None:
        parts.append(gettext("Its rules count %(limit)s points at most together.", limit=number(clause.limit)))
    if clause.floor is not None:
        parts.append(gettext("Its rules count %(limit)s points at least together.", limit=number(clause.floor)))
    return Provision(clause.id, in_language(clause.title), " ".join(parts))


def _idle(clause: IdleRule) -> Provision:
    text = ngettext(
        "For each %(num)s day without an engagement.", "For each %(num)s days without an engagement.", clause.days
    )
    if clause.engagements:
        names = listed([engagement_name(kind) for kind in clause.engagements])
        text += " " + gettext("Only these break the silence: %(names)s.", names=names)
    if clause.at_most:
        text += " " + ngettext(
            "At most %(num)s time in one silence.", "At most %(num)s times in one silence.", clause.at_most
        )
    return Provision(clause.id, in_language(clause.title), text, figure=signed_points(clause.points))


def _reset(clause: ResetClause) -> Provision:
    text = (
        gettext("When sales recycles a lead, what it did before counts no more.")
        if clause.on == "recycled"
        else gettext(
            "From “%(engagement)s” on, what it did before counts no more.", engagement=engagement_name(clause.on)
        )
    )
    if clause.spare_marked_days:
        text += " " + gettext(
            "Within %(days)s days of being marked by hand a lead is spared.", days=clause.spare_marked_days
        )
    return Provision(clause.id, in_language(clause.title), text)


def _exclusion(clause: ExclusionClause, terms: Terms) -> Provision:
    words = gettext("Not scored, and no MQL by the criteria, is whoever this holds for:")
    return Provision(clause.id, in_language(clause.title), words, criteria(clause.when, terms))


def _model(model: ModelClause, terms: Terms) -> Provision:
    parts = [gettext("A second model beside the first: it too can make an MQL."), limits(model)]
    if model.starts_on:
        parts.append(gettext("It begins with “%(engagement)s”.", engagement=engagement_name(model.starts_on)))
    if model.lasts_days:
        parts.append(gettext("It holds for %(days)s days.", days=model.lasts_days))
    if model.judged_at:
        times = listed(list(model.judged_at), style="standard")
        parts.append(gettext("It is judged every day at %(times)s.", times=times))
    lines = [
        *applies_to(model.when, terms),
        Line(gettext("A lead becomes an MQL as soon as this holds:"), 0, True),
        *(line._replace(depth=line.depth + 1) for line in criteria(model.criteria, terms)),
    ]
    return Provision(model.id, gettext("When it makes an MQL"), " ".join(parts), lines)


def _exceptions(clause: CriteriaClause, terms: Terms) -> Iterator[Provision]:
    for rule in clause.instant or ():
        words = gettext("An MQL whatever the score, as soon as this holds:")
        yield Provision(rule.id, in_language(rule.title), words, criteria(rule.when, terms))
    for threshold in clause.thresholds or ():
        lines = [
            *narrowed(gettext("For leads for which this holds:"), threshold.when, terms),
            *narrowed(gettext("this is asked instead:"), threshold.criteria, terms),
        ]
        yield Provision(threshold.id, in_language(threshold.title), lines=lines)
