"""Two records side by side: suggested, compared, merged, and made two again."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from smarketing.domain.importing import Row
from smarketing.models.leads import Lead
from smarketing.models.merges import LeadKey, Merge
from smarketing.models.people import User
from smarketing.services import handoffs, intake, merges
from tests.cast import Cast
from tests.conftest import Hands
from tests.services.desk import Db, hand_off, owner

SignIn = Callable[[User], FlaskClient]
ANNE = {"email": "anne.levy@acme.fr", "first_name": "Anne", "last_name": "Lévy", "phone": "06 12 34 56 78"}
TWIN = {"email": "a@web.example", "first_name": "Anna", "phone": "+33 612345678", "external_id": "web-9"}


@pytest.fixture
def two(session: Db, agreed: Cast, hands: Hands) -> tuple[int, int]:
    intake.take([Row(ANNE), Row(TWIN, engagements=[("pricing_page", None)])], now=hands.now)
    one, other = session.scalars(select(Lead.id).order_by(Lead.id)).all()
    session.commit()
    return one, other


def followed(client: FlaskClient, path: str, **options: Any) -> str:
    """The page that a form leads to."""
    return client.get(client.post(path, **options).headers["Location"]).text


def chosen(session: Db, one: int, other: int, **facts: str) -> dict[str, Any]:
    """What the form of the comparison sends."""
    editions = dict(session.execute(select(Lead.id, Lead.edition)).all())
    sent = {"with": other, "edition": editions[one], "other_edition": editions[other]}
    return sent | {f"fact.{name}": whose for name, whose in facts.items()}


def test_a_likely_twin_is_suggested_compared_merged_and_separated(
    session: Db, agreed: Cast, sign_in: SignIn, two: tuple[int, int]
) -> None:
    one, other = two
    client = sign_in(agreed.marta)
    page = client.get(f"/leads/{one}").text
    assert "same telephone" in page
    assert f"/leads/{one}/merge?with={other}" in page
    compared = client.get(f"/leads/{one}/merge", query_string={"with": other, "fact.first_name": "other"}).text
    assert "Score: 10, before 0 and 10." in compared
    assert "From lead 2 go along: 1 engagement." in compared
    assert "What comes in under “a@web.example” goes on to find this lead." in compared
    answer = client.post(f"/leads/{one}/merges", data=chosen(session, one, other, first_name="other", email="this"))
    assert answer.headers["Location"] == f"/leads/{one}"
    page = client.get(f"/leads/{one}").text
    assert "Anna Lévy" in page
    assert "a@web.example" in page
    assert "Another record of the same person was merged in" in page
    assert client.get(f"/leads/{other}").headers["Location"] == f"/leads/{one}"
    assert client.get(f"/leads/{other}/merge").headers["Location"] == f"/leads/{one}/merge"
    late = followed(client, f"/leads/{other}/remarks", data={"text": "Too late"})
    assert "merged into another one meanwhile" in late
    merge_id = session.scalars(select(Merge.id)).one()
    back = followed(client, f"/merges/{merge_id}/separation")
    assert "They are two leads again: 1 and 2." in back
    assert "Perhaps the same person" not in back, "people have said that it is not"
    again = followed(client, f"/merges/{merge_id}/separation")
    assert "separated already" in again


def test_what_changed_since_the_comparison_is_compared_again(
    session: Db, agreed: Cast, hands: Hands, sign_in: SignIn, two: tuple[int, int]
) -> None:
    one, other = two
    sent = chosen(session, one, other, first_name="other")
    intake.take([Row({"email": TWIN["email"], "company": "Acme"})], now=hands.now)
    answer = sign_in(agreed.marta).post(f"/leads/{one}/merges", data=sent)
    assert answer.status_code == 409
    assert "Compare them again" in answer.text
    assert 'name="fact.first_name" value="other" checked' in answer.text, "what was chosen is not lost"
    assert session.scalars(select(Merge)).all() == []


def test_what_keeps_two_from_being_merged_is_said_beforehand(
    session: Db, agreed: Cast, hands: Hands, sign_in: SignIn
) -> None:
    found = [hand_off(session, hands, f"{each}@example.com") for each in ("one", "two")]
    for handoff in found:
        handoffs.accept(handoff.id, actor=owner(session, handoff), now=hands.now)
    page = sign_in(agreed.marta).get(f"/leads/{found[0].lead_id}/merge?with={found[1].lead_id}").text
    assert "Sales is at work on both" in page
    assert "Merge into this lead" not in page


def test_another_lead_is_found_by_words_telephone_or_number(
    agreed: Cast, sign_in: SignIn, two: tuple[int, int]
) -> None:
    one, other = two
    client = sign_in(agreed.marta)
    for asked in ("web-9", "06 12 34 56 78", str(other)):
        assert f"/leads/{one}/merge?with={other}" in client.get(f"/leads/{one}/merge", query_string={"q": asked}).text
    assert "No other lead has “zzz”" in client.get(f"/leads/{one}/merge?q=zzz").text
    assert client.get(f"/leads/{one}/merge?with=99999").status_code == 404


def test_a_rep_sees_the_twin_and_merges_nothing(agreed: Cast, sign_in: SignIn, two: tuple[int, int]) -> None:
    one, other = two
    client = sign_in(agreed.saul)
    page = client.get(f"/leads/{one}").text
    assert "same telephone" in page
    assert "/merge" not in page
    assert client.post(f"/leads/{one}/merges", data={"with": other}).status_code == 403


def test_an_address_that_is_somebody_elses_is_let_go_of(
    session: Db, agreed: Cast, hands: Hands, sign_in: SignIn, two: tuple[int, int]
) -> None:
    one, other = two
    merges.merge(one, other, actor=agreed.marta, now=hands.now)
    key_id = session.scalars(select(LeadKey.id).where(LeadKey.kind == "email")).one()
    page = followed(sign_in(agreed.marta), f"/lead-keys/{key_id}/removal")
    assert "“a@web.example” no longer leads to this lead" in page
    assert "does not belong to this lead any more, so the merge stands" in page
