"""Which column is which field: as suggested from the names that other systems use, and as it may be."""

import pytest

from smarketing.domain.column_names import suggested
from smarketing.domain.errors import InvalidInput
from smarketing.domain.mapping import Options, check_mapping, check_options, custom_field

HEADERS = ["Id", "E-mail", "Name", "Kind", "At"]


@pytest.mark.parametrize(
    ("headers", "mapping"),
    [
        (
            "Record ID|First Name|Email|Original Source|Create Date|Became a Customer Date|Country/Region",
            "external_id|first_name|email|source|arrived_at|won_at|country",
        ),
        ("Id|LastName|Title|LeadSource|CreatedDate", "external_id|last_name|job_title|source|arrived_at"),
        (
            "Lead - ID|Person - Name|Person - Email - Work|Lead - Lead created|Organization - Name",
            "external_id|full_name|email|arrived_at|company",
        ),
        ("Prénom|Nom|E-mail|Société|Date de création", "first_name|last_name|email|company|arrived_at"),
        ("id|created_time|campaign_name|full_name|phone_number", "external_id|arrived_at|campaign|full_name|phone"),
    ],
)
def test_the_columns_of_known_systems_are_recognised(headers: str, mapping: str) -> None:
    assert suggested(headers.split("|")) == dict(zip(headers.split("|"), mapping.split("|"), strict=True))


def test_nothing_is_suggested_twice_or_without_need() -> None:
    assert suggested(["Email", "E-mail", "Name", "Last Name", "Engagement date", "Shoe size"]) == {
        "Email": "email",
        "Last Name": "last_name",
    }


def test_a_further_fact_is_kept_under_the_name_of_its_column() -> None:
    assert custom_field("Chiffre d’affaires (k€)") == "custom.chiffre_d_affaires_k"
    assert custom_field("李") == "custom.fact"


@pytest.mark.parametrize(
    ("mapping", "words"),
    [
        ({"Mail": "email"}, "no column “Mail”. Its columns are: .*E-mail"),
        ({"E-mail": "mail"}, "no field “mail”. The fields are: .*email"),
        ({"E-mail": "email", "Name": "custom.Ünfit"}, "no field “custom.Ünfit”"),
        ({"E-mail": "email", "At": "engagement.9"}, "no field “engagement.9”"),
        ({"E-mail": "email", "Id": "email"}, "Only one column can be “email”.*E-mail.*Id"),
        ({"Name": "last_name"}, "known by their e-mail or their id"),
        ({}, "known by their e-mail or their id"),
        ({"E-mail": "email", "At": "engaged_at"}, "which kind it was"),
    ],
)
def test_a_mapping_that_cannot_be_says_what_there_is(mapping: dict[str, str], words: str) -> None:
    with pytest.raises(InvalidInput, match=words) as refusal:
        check_mapping(mapping, HEADERS)
    assert refusal.value.field == "mapping"


def test_a_mapping_needs_one_column_that_tells_leads_apart() -> None:
    check_mapping({"Id": "external_id", "Kind": "engagement", "At": "engaged_at"}, HEADERS)
    check_mapping({"E-mail": "email", "At": "engagement.demo_request", "Name": "custom.name_2"}, HEADERS)


@pytest.mark.parametrize(
    ("options", "field"),
    [(Options("Paris"), "zone"), (Options(source="x" * 121), "source"), (Options(source="\0"), "source")],
)
def test_options_are_checked_before_a_row_is(options: Options, field: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        check_options(options)
    assert refusal.value.field == field
