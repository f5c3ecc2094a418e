"""A version as a PDF: the words of its page, numbered pages, who signed, and that what is not signed says so."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from io import BytesIO

import pypdf
import pytest
from flask import Flask, g
from flask.testing import FlaskClient
from flask_babel import force_locale

from smarketing import library
from smarketing.domain import terms_text
from smarketing.domain.roles import Department
from smarketing.domain.signing import VersionStatus
from smarketing.domain.terms import Terms, canonical, digest
from smarketing.models.agreements import AgreementVersion, Signature
from smarketing.models.people import User
from smarketing.reports import contract_papers
from smarketing.reports.contract_papers import Contract
from smarketing.web import contract_paper
from smarketing.web.contract import articles
from tests.cast import Cast, terms
from tests.clauses import WHOLE

SignIn = Callable[[User], FlaskClient]
AT = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)


def version(of: Terms, status: VersionStatus = VersionStatus.DRAFT, *signatories: str) -> AgreementVersion:
    """Drafted by a name with letters of elsewhere; marketing signs first."""
    drafted = AgreementVersion(number=7, status=status, digest=digest(canonical(of)), drafted_at=AT)
    drafted.drafted_by = User(name="Łukasz Őry")
    drafted.effective_at = None if status is VersionStatus.DRAFT else AT
    for department, name in zip(Department, signatories, strict=False):
        signed = {"department": department, "digest": drafted.digest, "signed_at": AT}
        drafted.signatures.append(Signature(user=User(name=name), **signed))
    return drafted


def printed(of: Terms, drafted: AgreementVersion | None = None) -> list[str]:
    """The words of each page without blanks, since lines are broken where the paper ends."""
    pdf = contract_papers.as_pdf(contract_paper.of(drafted or version(of), of, {}))
    return [flat(page.extract_text()) for page in pypdf.PdfReader(BytesIO(pdf)).pages]


def flat(text: str) -> str:
    return "".join(text.replace("\u2011", "-").split())


def told(pages: Sequence[str], contract: Contract) -> str:
    """All pages in one, without what stands at their foot."""
    foot = flat(contract.foot[:40])
    assert all(foot in page for page in pages)
    numbers = (flat(contract.page_of(number, len(pages))) for number in range(1, len(pages) + 1))
    return "".join(page.partition(number)[2] for page, number in zip(pages, numbers, strict=True))


@pytest.fixture
def language(request: pytest.FixtureRequest, app: Flask, cast: Cast) -> Iterator[str]:
    with app.test_request_context(), force_locale(request.param):
        g._login_user = cast.marta
        yield request.param


CASES = [*(("fr", name) for name in library.names()), ("en", "gitlab"), ("en", "of every kind")]


@pytest.mark.parametrize(("language", "name"), CASES, indirect=["language"])
def test_every_agreement_is_printed_whole_and_in_the_sentences_of_its_page(language: str, name: str) -> None:
    agreed = terms(**WHOLE) if name == "of every kind" else terms_text.read(library.text(name))
    pages = printed(agreed)
    text = told(pages, contract_paper.of(version(agreed), agreed, {}))
    for number, article in enumerate(articles(agreed, {}), 1):
        assert flat(f"{number}.{article.heading}") in text
        for place, provision in enumerate(article.provisions, 1):
            lines = [line.text for line in provision.lines]
            pairs = [word for pair in (*provision.rows, *provision.folded) for word in pair]
            assert flat(f"{number}.{place}{provision.heading}") in text
            for words in (provision.text, provision.mark, provision.figure, *lines, *pairs):
                assert flat(words) in text, words


@pytest.mark.parametrize("language", ["en", "fr"], indirect=True)
def test_pages_are_numbered_and_the_contents_name_them(language: str) -> None:
    agreed = terms_text.read(library.text("pme"))
    pages = printed(agreed, version(agreed, VersionStatus.IN_FORCE, "Manny", "Sasha"))
    state = "In force" if language == "en" else "En vigueur"
    contract = contract_paper.of(version(agreed), agreed, {})
    for number, text in enumerate(pages, 1):
        assert flat(contract.page_of(number, len(pages))) in text
        assert flat(f"Version 7 · {state} · SHA-256 {digest(canonical(agreed))[:16]}…") in text
    for number, article in enumerate(articles(agreed, {}), 1):
        heading = flat(f"{number}.{article.heading}")
        begins = next(place for place, text in enumerate(pages, 1) if place > 2 and heading in text)
        assert f"{heading}{begins}" in pages[1]


@pytest.mark.parametrize(
    ("status", "signatories", "stamp", "says"),
    [
        (VersionStatus.DRAFT, (), "Draft", "A draft, not signed. It may still change, and binds nobody."),
        (VersionStatus.PROPOSED, (), "Not signed", "Proposed, but not signed. It binds nobody yet."),
        (VersionStatus.PROPOSED, ("Manny",), "Proposed", "Proposed, and signed only for Marketing so far."),
        (VersionStatus.WITHDRAWN, ("Manny",), "Withdrawn", "This proposal was withdrawn. It never came into force."),
        (VersionStatus.SUPERSEDED, ("Manny", "Sasha"), "", "A later version has taken the place of this one."),
        (VersionStatus.IN_FORCE, ("Manny", "Sasha"), "", ""),
    ],
)
def test_what_binds_nobody_says_so_on_its_cover_and_every_page(
    app: Flask, cast: Cast, status: VersionStatus, signatories: Sequence[str], stamp: str, says: str
) -> None:
    agreed = terms()
    with app.test_request_context(), force_locale("en"):
        g._login_user = cast.marta
        pages = printed(agreed, version(agreed, status, *signatories))
    assert all(text.startswith(flat(stamp or "Version7")) for text in pages)
    assert flat(says) in pages[0]
    assert flat("Łukasz Őry, 2 March 2026, 09:30 (Europe/Paris)") in pages[0]
    end = pages[-1].partition("Signatures")[2]
    for place, name in enumerate(("Manny", "Sasha")):
        has_signed = len(signatories) > place
        assert (flat(f"{name} Signed electronically on 2 March 2026, 09:30") in end) is has_signed
    assert end.count(digest(canonical(agreed))) == len(signatories) + 1
    assert ("Notsigned" in end) is (len(signatories) < 2)


def test_everybody_downloads_it_and_it_is_the_same_each_time(sign_in: SignIn, agreed: Cast) -> None:
    for person in (agreed.saul, agreed.manny):
        page = sign_in(person).get("/agreement/1").text
        assert 'href="/agreement/1/contract.pdf"' in page
    first, second = (sign_in(agreed.marta).get("/agreement/1/contract.pdf") for _time in range(2))
    assert (first.status_code, first.mimetype) == (200, "application/pdf")
    assert first.headers["Content-Disposition"] == 'attachment; filename="agreement-1.pdf"'
    assert first.data == second.data
    assert sign_in(agreed.marta).get("/agreement/99/contract.pdf").status_code == 404
    reader = pypdf.PdfReader(BytesIO(first.data))
    assert reader.pages[0].mediabox.width == pytest.approx(595.3, abs=0.1)
    assert reader.metadata is not None
    assert reader.metadata.title == "The agreement"
    assert reader.outline[-1]["/Title"] == "Signatures"


def test_words_longer_than_a_page_are_printed_to_their_end(app: Flask, cast: Cast) -> None:
    long = "Agreement " * 390 + "ends."
    words = {"en": long, "fr": "Accord"}
    whole = dict(WHOLE)
    services = [whole["services"][0] | {"title": words, "includes": words}]
    rules = terms().scoring.model_dump(mode="json", exclude_none=True)
    rules["fit"][1] |= {"title": words, "when": {"field": "country", "one_of": [f"land {n}" for n in range(1000)]}}
    agreed = terms(**whole | {"title": words, "preamble": words, "services": services, "scoring": rules})
    with app.test_request_context(), force_locale("en"):
        g._login_user = cast.marta
        pages = printed(agreed)
        text = told(pages, contract_paper.of(version(agreed), agreed, {}))
    assert text.count("ends.") == 5
    assert "land0,land1," in text
    assert text.count("land999") == 1
    assert all(f"…Page{number}of{len(pages)}" in page for number, page in enumerate(pages, 1))
