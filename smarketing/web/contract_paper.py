"""A version of the agreement on paper: the words of its page, laid out as the PDF that both sides keep."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from flask_babel import get_locale, gettext, ngettext

from smarketing.domain.errors import N_
from smarketing.domain.roles import Department
from smarketing.domain.signing import VersionStatus
from smarketing.domain.terms import Terms
from smarketing.models.agreements import AgreementVersion, Signature
from smarketing.reports.contract_clauses import Chapter, Item, Line
from smarketing.reports.contract_cover import Cover, Signed
from smarketing.reports.contract_papers import Contract
from smarketing.web.contract import articles
from smarketing.web.filters import local_date
from smarketing.web.provisions import Article, Provision
from smarketing.web.words import in_language, label

SHORT_DIGEST = 16
STAMPS = {
    VersionStatus.DRAFT: N_("Draft"),
    VersionStatus.PROPOSED: N_("Not signed"),
    VersionStatus.WITHDRAWN: N_("Withdrawn"),
    VersionStatus.AMENDMENT: N_("Not signed"),
}
"""Printed across every page of what binds nobody."""


def of(version: AgreementVersion, terms: Terms, team_names: Mapping[str, str]) -> Contract:
    """In the reader's language; its instants in the time zone of the agreement, so that every copy says the same."""
    digest = gettext("SHA-256 %(digest)s…", digest=version.digest[:SHORT_DIGEST])
    foot = (gettext("Version %(number)s", number=version.number), _state(version), digest, in_language(terms.title))
    return Contract(
        _cover(version, terms, team_names),
        gettext("Contents"),
        [_chapter(article, number) for number, article in enumerate(articles(terms, team_names), 1)],
        gettext("Signatures"),
        [_signed(department, version, terms) for department in Department],
        _closing(version),
        " · ".join(foot),
        _stamp(version),
        lambda page, pages: gettext("Page %(page)s of %(pages)s", page=page, pages=pages),
        str(get_locale()),
    )


def _stamp(version: AgreementVersion) -> str:
    if version.status is VersionStatus.PROPOSED and version.signatures:
        return label(version.status)
    return gettext(STAMPS[version.status]) if version.status in STAMPS else ""


def _cover(version: AgreementVersion, terms: Terms, team_names: Mapping[str, str]) -> Cover:
    return Cover(
        gettext("Service level agreement"),
        in_language(terms.title),
        gettext("Agreed between"),
        [(label(party.department), team_names.get(party.team, party.team)) for party in terms.parties],
        list(_facts(version, terms)),
        _warning(version),
    )


def _facts(version: AgreementVersion, terms: Terms) -> Iterator[tuple[str, str]]:
    yield gettext("Version"), f"{version.number} · {label(version.status)}"
    if version.effective_at:
        yield gettext("In force from"), _moment(version.effective_at, terms)
    if version.superseded_at:
        yield gettext("Until"), _moment(version.superseded_at, terms)
    if terms.dates:
        days = {"start": local_date(terms.dates.starts_on), "end": local_date(terms.dates.ends_on)}
        yield gettext("Term"), gettext("From %(start)s to %(end)s, both included.", **days)
    else:
        yield gettext("Term"), ngettext("%(num)s month", "%(num)s months", terms.term_months)
    yield gettext("Notice"), ngettext("%(num)s day", "%(num)s days", terms.notice_days)
    yield gettext("Drafted by"), f"{version.drafted_by.name}, {_moment(version.drafted_at, terms)}"
    for signature in version.signatures:
        side = label(signature.department)
        yield gettext("Signed for %(side)s", side=side), f"{signature.user.name}, {_moment(signature.signed_at, terms)}"
    yield gettext("SHA-256 digest"), _in_groups(version.digest)


def _state(version: AgreementVersion) -> str:
    """Of a version on its way, also that it is not signed."""
    match version.status:
        case VersionStatus.DRAFT:
            return gettext("Draft, not signed")
        case VersionStatus.PROPOSED:
            return gettext("Proposed, signed by one side") if version.signatures else gettext("Proposed, not signed")
        case _:
            return label(version.status)


def _warning(version: AgreementVersion) -> str:
    match version.status:
        case VersionStatus.DRAFT:
            return gettext("A draft, not signed. It may still change, and binds nobody.")
        case VersionStatus.PROPOSED if version.signatures:
            signed = label(version.signatures[0].department)
            return gettext("Proposed, and signed only for %(side)s so far. It binds nobody yet.", side=signed)
        case VersionStatus.PROPOSED:
            return gettext("Proposed, but not signed. It binds nobody yet.")
        case VersionStatus.WITHDRAWN:
            return gettext("This proposal was withdrawn. It never came into force.")
        case VersionStatus.AMENDMENT:
            return gettext("An amendment that one side asks for, not signed. It binds nobody.")
        case VersionStatus.SUPERSEDED:
            return gettext("A later version has taken the place of this one.")
        case _:
            return ""


def _chapter(article: Article, number: int) -> Chapter:
    items = [_item(provision, f"{number}.{place}") for place, provision in enumerate(article.provisions, 1)]
    is_table = article.shape != "clauses"
    return Chapter(f"article-{article.id}", str(number), article.heading, article.lead, items, is_table)


def _item(of: Provision, number: str) -> Item:
    lines = [Line(*line) for line in of.lines]
    return Item(number, of.heading, of.text, lines, of.mark, of.rows, of.folded, of.figure)


def _signed(department: Department, version: AgreementVersion, terms: Terms) -> Signed:
    side = gettext("For %(side)s", side=label(department))
    given: Sequence[Signature] = [each for each in version.signatures if each.department is department]
    if not given:
        is_open = version.status in (VersionStatus.DRAFT, VersionStatus.PROPOSED)
        return Signed(side, None, [gettext("Not signed yet") if is_open else gettext("Not signed")])
    (signature,) = given
    facts = [
        gettext("Signed electronically on %(instant)s", instant=_moment(signature.signed_at, terms)),
        gettext("under the SHA-256 digest"),
        _in_groups(signature.digest),
    ]
    return Signed(side, signature.user.name, facts)


def _closing(version: AgreementVersion) -> str:
    return gettext(
        "What both sides sign is the exact text of version %(number)s, known by its SHA-256 digest: %(digest)s."
        " This paper says the same in words; should the two ever differ, the exact text holds.",
        number=version.number,
        digest=_in_groups(version.digest),
    )


def _moment(at: datetime, terms: Terms) -> str:
    pattern = "d MMMM yyyy, HH:mm:ss" if at.second else "d MMMM yyyy, HH:mm"
    said = format_datetime(at, pattern, tzinfo=ZoneInfo(terms.zone), locale=get_locale() or "en")
    return f"{said} ({terms.zone})"


def _in_groups(digest: str) -> str:
    return " ".join(digest[start : start + 8] for start in range(0, len(digest), 8))
