"""The database answers criteria as Python does, on SQLite and on PostgreSQL."""

import json
from random import Random

import pytest
from pydantic import TypeAdapter
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from smarketing.domain.criteria import Criterion
from smarketing.domain.verdicts import compile_test
from smarketing.models.agreements import AgreementVersion
from smarketing.models.criteria import matching
from smarketing.models.leads import Lead
from tests import invented_criteria
from tests.cast import Cast
from tests.conftest import Hands

RULES: TypeAdapter[Criterion] = TypeAdapter(Criterion)
RULE_COUNT, LEAD_COUNT = 150, 120
"""So many pairs are compared in a run of the tests; bench/criteria.py compares a million."""


@pytest.fixture
def random() -> Random:
    return Random("criteria")


def test_a_rule_finds_the_same_leads_in_the_database_as_in_python(
    session: scoped_session[Session], agreed: Cast, hands: Hands, random: Random
) -> None:
    version_id = session.scalars(select(AgreementVersion.id)).one()
    invented_criteria.write_leads(random, LEAD_COUNT, version_id=version_id, now=hands.now)
    facts = invented_criteria.facts_on_record(now=hands.now)
    sizes = set()
    for _ in range(RULE_COUNT):
        document = invented_criteria.rule(random)
        asked = RULES.validate_python(document)
        test = compile_test(asked)
        expected = {lead_id for lead_id, known in facts.items() if test(known)}
        found = set(session.scalars(select(Lead.id).where(matching(asked, now=hands.now))))
        assert found == expected, json.dumps(document, ensure_ascii=False)
        sizes.add(len(found))
    assert len(sizes) > LEAD_COUNT / 4, "the rules told few leads apart"
