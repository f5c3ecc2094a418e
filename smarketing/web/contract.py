"""A version of the agreement laid out as a contract: articles of provisions, each with an anchor and words."""

from collections.abc import Iterator, Mapping

from flask_babel import gettext, ngettext

from smarketing.domain.calendars import Calendar
from smarketing.domain.roles import Department
from smarketing.domain.terms import Terms
from smarketing.domain.terms_scoring import PersonaClause
from smarketing.web import clause_words
from smarketing.web.articles import assumptions, clocks, consequences, examples, governance, people, reasons, scoring
from smarketing.web.articles.promises import promised
from smarketing.web.filters import local_date
from smarketing.web.provisions import Article, Provision
from smarketing.web.words import calendar_name, in_language, label


def articles(terms: Terms, team_names: Mapping[str, str]) -> list[Article]:
    """The whole document in the reader's language. `team_names` are by key; an unknown team goes by its key."""
    return [
        Article("purpose", gettext("Purpose and parties"), list(_purpose(terms, team_names))),
        *people.services(terms),
        Article("working-time", gettext("Working time"), [_calendar(calendar) for calendar in terms.calendars]),
        Article("personas", gettext("Personas"), [_persona(clause, terms) for clause in terms.personas]),
        *scoring.articles(terms),
        scoring.mql(terms),
        _sql(terms),
        *people.statuses(terms),
        *_handing_over(terms, team_names),
        *promises(terms),
        *assumptions.articles(terms),
        *consequences.articles(terms),
        *_disputes(terms),
        *people.changes_of_staff(terms),
        *governance.articles(terms),
        *examples.articles(terms),
    ]


def promises(terms: Terms) -> list[Article]:
    """What each side promises that is measured."""
    return [_promises(terms, side) for side in Department]


def provisions(terms: Terms, team_names: Mapping[str, str]) -> Iterator[Provision]:
    """Every provision in order; the lead of an article is one of its own."""
    for article in articles(terms, team_names):
        if article.lead:
            yield Provision(f"article-{article.id}", article.heading, article.lead)
        yield from article.provisions


def provision(terms: Terms, clause_id: str, team_names: Mapping[str, str]) -> Provision:
    """The words of one clause. Raises StopIteration for an id that nothing in the document has."""
    return next(each for each in provisions(terms, team_names) if each.id == clause_id)


def _purpose(terms: Terms, team_names: Mapping[str, str]) -> Iterator[Provision]:
    yield Provision("preamble", gettext("Preamble"), in_language(terms.preamble))
    yield Provision("scope", gettext("Scope"), in_language(terms.scope))
    parties = [(label(party.department), team_names.get(party.team, party.team)) for party in terms.parties]
    yield Provision("parties", gettext("Parties"), rows=parties)
    months = ngettext("%(num)s month", "%(num)s months", terms.term_months)
    days = ngettext("%(num)s day", "%(num)s days", terms.notice_days)
    yield Provision(
        "term",
        gettext("Term and notice"),
        gettext(
            "This agreement runs for %(months)s from the moment it comes into force. Either side may end it with"
            " %(days)s’ notice.",
            months=months,
            days=days,
        ),
    )
    yield from governance.dates(terms)
    yield Provision(
        "measures",
        gettext("Days and money"),
        gettext(
            "Days and months are those of the time zone %(zone)s; amounts are in %(currency)s.",
            zone=terms.zone,
            currency=terms.currency,
        ),
    )


def _calendar(calendar: Calendar) -> Provision:
    holidays = [(local_date(holiday.on), holiday.name) for holiday in calendar.holidays]
    return Provision(
        f"calendar-{calendar.id}",
        gettext("Calendar “%(calendar)s”", calendar=calendar_name(calendar)),
        gettext("In the time zone %(zone)s. Closed on the public holidays written here.", zone=calendar.zone)
        if holidays
        else gettext("In the time zone %(zone)s. No public holidays are written down.", zone=calendar.zone),
        rows=clause_words.hours(calendar),
        folded=holidays,
        figure=ngettext("%(num)s public holiday", "%(num)s public holidays", len(holidays)) if holidays else "",
    )


def _persona(clause: PersonaClause, terms: Terms) -> Provision:
    lines = clause_words.criteria(clause.when, terms) if clause.when else ()
    mark = "" if clause.when else gettext("Takes every lead that no other persona takes.")
    told = (
        (gettext("Goals"), clause.goals),
        (gettext("Pains"), clause.pains),
        (gettext("Roles"), clause.roles),
        (gettext("Company"), clause.company),
    )
    rows = [(name, in_language(words)) for name, words in told if words]
    return Provision(clause.id, in_language(clause.title), in_language(clause.description), lines, rows, mark=mark)


def _sql(terms: Terms) -> Article:
    clause = terms.sql
    head = Provision(clause.id, in_language(clause.title), clause_words.checklist(clause))
    items = [
        Provision(item.id, in_language(item.title), mark=gettext("required") if item.is_required else "")
        for item in clause.items
    ]
    return Article("sql", gettext("SQL"), [head, *items], shape="checklist")


def _handing_over(terms: Terms, team_names: Mapping[str, str]) -> Iterator[Article]:
    clause = terms.handoff
    team = team_names.get(clause.team, clause.team)
    words = gettext("MQLs are handed to the reps of the team “%(team)s” in turn.", team=team)
    head = Provision(clause.id, in_language(clause.title), words)
    yield Article("handing-over", gettext("Handing over"), [head, *people.receivers(terms, team_names)])
    yield Article(
        "refusals",
        gettext("Reasons to refuse"),
        reasons.to_refuse(clause),
        gettext("Sales refuses a lead with one of these reasons, which says what happens to it next."),
        "reasons",
    )
    yield Article(
        "recyclings",
        gettext("Reasons to recycle"),
        [reasons.to_recycle(reason) for reason in clause.recycle_reasons],
        gettext("Sales sends an accepted lead back to be nurtured with one of these reasons and a day to wait for."),
        "reasons",
    )
    yield Article(
        "losses",
        gettext("Reasons for a loss"),
        [reasons.for_a_loss(reason) for reason in clause.loss_reasons],
        gettext("A deal that is not won is closed with one of these reasons."),
        "reasons",
    )


def _disputes(terms: Terms) -> Iterator[Article]:
    clause, contests = terms.disputes, consequences.contests(terms)
    if clause is None:
        if contests:
            yield Article("disputes", gettext("Disputes"), contests)
        return
    time = clause_words.allowance(clause.answer_minutes, terms.calendar(clause.calendar))
    words = gettext(
        "What one side contests, the other answers within %(time)s. Where it objects or lets the time pass, the"
        " arbiters of both sides rule together. A missed promise is excused only with the other side’s consent.",
        time=time,
    )
    named = gettext("Arbiters: %(names)s.", names=", ".join(clause.arbiters)) if clause.arbiters else ""
    text = " ".join(filter(None, (words, named)))
    head = Provision(clause.id, in_language(clause.title), text)
    yield Article("disputes", gettext("Disputes"), [head, *contests])


def _promises(terms: Terms, side: Department) -> Article:
    headings = {
        Department.MARKETING: gettext("What marketing promises"),
        Department.SALES: gettext("What sales promises"),
    }
    owed = promised(terms, side)
    timed = [clocks.timed(clause, terms) for clause in terms.clocks if clause.side is side]
    held = [*timed, *owed]
    lead = "" if held else gettext("Nothing that is measured.")
    return Article(f"promises-{side}", headings[side], held, lead)
