"""What is served and by whom, the company's names for where a lead stands, and who gets which lead."""

from collections.abc import Iterator, Mapping

from flask_babel import gettext

from smarketing.domain.errors import N_
from smarketing.domain.roles import Department
from smarketing.domain.terms import Terms
from smarketing.domain.terms_people import ResponsibilityClause, RoleClause, ServiceClause
from smarketing.domain.terms_routing import CapacityClause, OffboardingClause, RampClause, RouteClause
from smarketing.domain.terms_vocabulary import StatusClause
from smarketing.web import time_words
from smarketing.web.articles.conditions import applies_to, named, titled
from smarketing.web.clause_words import listed
from smarketing.web.filters import number, percent
from smarketing.web.provisions import Article, Provision
from smarketing.web.words import in_language, label

DEGREES = {
    "none": N_("takes no part"),
    "informed": N_("is kept informed"),
    "supports": N_("helps"),
    "shares": N_("does it together with the other side"),
    "leads": N_("does it"),
}
HOLDERS = {"marketing": N_("Marketing"), "sales": N_("Sales"), "nobody": N_("Nobody")}
RECEIVERS = {
    "turn": N_("goes to the rep whose turn it is"),
    "last_rep": N_("goes to the rep who last touched the lead"),
    "account_rep": N_("goes to the rep who works the company"),
    "closing_rep": N_("goes to the rep who last closed a deal with the company"),
    "manager": N_("goes to a manager of sales"),
    "marketing": N_("goes back to marketing"),
}


def services(terms: Terms) -> Iterator[Article]:
    """The specification, the people, and who does what before and after the hand-over."""
    if terms.services:
        yield Article("services", gettext("Services"), [_service(clause) for clause in terms.services])
    if terms.roles:
        yield Article("people", gettext("People"), [_role(clause) for clause in terms.roles])
    sides = {True: gettext("Before the hand-over"), False: gettext("From the hand-over on")}
    for is_before, heading in sides.items():
        tasks = [clause for clause in terms.responsibilities if clause.is_before_handover is is_before]
        if tasks:
            name = "before" if is_before else "after"
            yield Article(f"responsibilities-{name}", heading, [_task(clause, terms) for clause in tasks])


def statuses(terms: Terms) -> Iterator[Article]:
    if terms.statuses:
        lead = gettext("The company’s own names for where a lead stands, each with the stage it means here.")
        yield Article("statuses", gettext("Statuses"), [_status(clause, terms) for clause in terms.statuses], lead)


def receivers(terms: Terms, team_names: Mapping[str, str]) -> list[Provision]:
    """Who gets which lead, and how many."""
    return [
        *(_route(clause, terms, team_names) for clause in terms.routes),
        *(_capacity(clause, team_names) for clause in terms.capacities),
    ]


def changes_of_staff(terms: Terms) -> Iterator[Article]:
    held = [_ramp(terms.ramp)] if terms.ramp else []
    held += [_leaver(clause, terms) for clause in terms.offboarding]
    if held:
        yield Article("staff", gettext("Who joins and who leaves"), held)


def _service(clause: ServiceClause) -> Provision:
    rows = [(gettext("Includes"), in_language(clause.includes))]
    if clause.excludes:
        rows.append((gettext("Does not include"), in_language(clause.excludes)))
    rows += [
        (in_language(step.title), gettext("within %(time)s", time=time_words.length(step.within)))
        for step in clause.steps
    ]
    return Provision(clause.id, in_language(clause.title), rows=rows, figure=label(clause.side))


def _role(clause: RoleClause) -> Provision:
    signs = gettext("Signs this agreement.") if clause.signs else ""
    endorses = gettext("Endorses this agreement.") if clause.endorses else ""
    duties = in_language(clause.duties) if clause.duties else ""
    holder = gettext("Held by %(name)s.", name=clause.holder) if clause.holder else ""
    text = " ".join(filter(None, (holder, duties)))
    side = label(clause.side) if clause.side else gettext("Both sides")
    return Provision(clause.id, in_language(clause.title), text, figure=side, mark=signs or endorses)


def _task(clause: ResponsibilityClause, terms: Terms) -> Provision:
    rows = [
        (label(Department.MARKETING), gettext(DEGREES[clause.marketing])),
        (label(Department.SALES), gettext(DEGREES[clause.sales])),
        (gettext("Responsible"), named(clause.responsible, terms)),
        (gettext("Accountable"), named([clause.accountable], terms)),
    ]
    rows += [(gettext("Consulted"), named(clause.consulted, terms))] if clause.consulted else []
    rows += [(gettext("Informed"), named(clause.informed, terms))] if clause.informed else []
    return Provision(clause.id, in_language(clause.title), rows=rows, figure=label(clause.stage))


def _status(clause: StatusClause, terms: Terms) -> Provision:
    rows = [(gettext("Held by"), gettext(HOLDERS[clause.held_by]))]
    if clause.next:
        rows.append((gettext("Can become"), titled(clause.next, terms)))
    if clause.reasons:
        rows.append((gettext("With one of the reasons"), titled(clause.reasons, terms)))
    return Provision(
        clause.id, in_language(clause.title), in_language(clause.meaning), rows=rows, figure=label(clause.stage)
    )


def _route(clause: RouteClause, terms: Terms, team_names: Mapping[str, str]) -> Provision:
    receiver = gettext(RECEIVERS[clause.to])
    text = gettext("The lead %(goes)s.", goes=receiver)
    if clause.within:
        text = gettext(
            "The lead %(goes)s, if that was within the last %(time)s.",
            goes=receiver,
            time=time_words.length(clause.within),
        )
    if clause.team:
        text += " " + gettext("Team: %(team)s.", team=team_names.get(clause.team, clause.team))
    return Provision(clause.id, in_language(clause.title), text, applies_to(clause.when, terms))


def _capacity(clause: CapacityClause, team_names: Mapping[str, str]) -> Provision:
    limits = []
    if clause.most_open:
        limits.append(gettext("%(count)s open leads", count=number(clause.most_open)))
    if clause.most_a_week:
        limits.append(gettext("%(count)s new leads a week", count=number(clause.most_a_week)))
    text = gettext("One rep is given at most %(limits)s.", limits=listed(limits))
    if clause.team:
        text += " " + gettext("Team: %(team)s.", team=team_names.get(clause.team, clause.team))
    return Provision(clause.id, in_language(clause.title), text)


def _ramp(clause: RampClause) -> Provision:
    shift = clause.shift_after_day
    text = (
        gettext("Who joins after day %(day)s of a month begins with the next month.", day=shift)
        if shift
        else gettext("Months count from the one of joining.")
    )
    rows = [
        (
            gettext("From month %(month)s", month=step.from_month),
            gettext(
                "%(quota)s of what is owed, %(routing)s of the leads",
                quota=percent(step.quota_ratio, 0),
                routing=percent(step.routing_ratio, 0),
            ),
        )
        for step in clause.steps
    ]
    return Provision(clause.id, in_language(clause.title), text, rows=rows)


def _leaver(clause: OffboardingClause, terms: Terms) -> Provision:
    text = gettext("When a rep leaves, an open lead %(goes)s.", goes=gettext(RECEIVERS[clause.to]))
    if clause.within:
        text += " " + gettext("That is done within %(time)s.", time=time_words.length(clause.within))
    rows = [(gettext("Stages"), listed([label(stage) for stage in clause.stages]))] if clause.stages else []
    rows += [(gettext("Statuses"), titled(clause.statuses, terms))] if clause.statuses else []
    return Provision(clause.id, in_language(clause.title), text, applies_to(clause.when, terms), rows)
