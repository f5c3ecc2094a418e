"""Compare a million pairs of a rule and a lead, in the database and in Python: `python -m bench.criteria [PAIRS]`.

It ends at the first rule on which they differ, and says which.
"""

import json
import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from random import Random

from pydantic import TypeAdapter
from sqlalchemy import select

from bench._databases import KINDS, application
from smarketing.db import db
from smarketing.domain.criteria import Criterion
from smarketing.domain.facts import Facts
from smarketing.domain.verdicts import compile_test
from smarketing.models.agreements import AgreementVersion
from smarketing.models.criteria import matching
from smarketing.models.leads import Lead
from tests import invented_criteria
from tests.cast import agree, hire

LEADS = 1000
NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
RULES: TypeAdapter[Criterion] = TypeAdapter(Criterion)


def main(pairs: int) -> int:
    for kind in KINDS:
        with application(kind):
            agree(hire(NOW), NOW)
            version_id = db.session.scalars(select(AgreementVersion.id)).one()
            random = Random("a million")
            invented_criteria.write_leads(random, LEADS, version_id=version_id, now=NOW)
            facts = invented_criteria.facts_on_record(now=NOW)
            started = time.monotonic()
            for _ in range(pairs // LEADS):
                document = invented_criteria.rule(random)
                if different := _different(document, facts):
                    print(f"{kind}: leads {sorted(different)} differ under {json.dumps(document, ensure_ascii=False)}")
                    return 1
            print(f"{kind}: {pairs:,} pairs agree, {time.monotonic() - started:.0f} s")
    return 0


def _different(document: object, facts: Mapping[int, Facts]) -> set[int]:
    asked = RULES.validate_python(document)
    test = compile_test(asked)
    expected = {lead_id for lead_id, known in facts.items() if test(known)}
    return expected ^ set(db.session.scalars(select(Lead.id).where(matching(asked, now=NOW))))


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000))
