"""What both sides assume, line by line: nobody owes it, but the volumes were agreed on with it in mind."""

from collections.abc import Iterator

from flask_babel import gettext

from smarketing.domain.terms import Terms
from smarketing.domain.terms_assumptions import AssumptionsClause
from smarketing.web.filters import money, number, percent
from smarketing.web.provisions import Article, Provision
from smarketing.web.words import in_language


def articles(terms: Terms) -> Iterator[Article]:
    clause = terms.assumptions
    if clause is not None:
        text = gettext("Nobody owes this. The volumes above were agreed on with it in mind.")
        told = Provision(clause.id, in_language(clause.title), text, rows=list(_rows(clause, terms.currency)))
        yield Article("assumptions", gettext("What both sides assume"), [told])


def _rows(clause: AssumptionsClause, currency: str) -> Iterator[tuple[str, str]]:
    shares = (
        (gettext("Of the MQLs, accepted by sales"), clause.accepted_ratio),
        (gettext("Of those accepted, confirmed as SQL"), clause.confirmed_ratio),
        (gettext("Of the SQLs, won"), clause.won_ratio),
        (gettext("Of the revenue, from marketing’s leads"), clause.sourced_ratio),
    )
    yield from ((name, percent(ratio, 0)) for name, ratio in shares if ratio is not None)
    if clause.average_sale is not None:
        yield gettext("What a won deal brings on average"), money(clause.average_sale, currency)
    if clause.rep_count is not None:
        yield gettext("Reps"), number(clause.rep_count)
    if clause.leads_a_week is not None:
        yield gettext("New leads that one rep can work in a week"), number(clause.leads_a_week)
