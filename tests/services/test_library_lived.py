"""Every agreement of the library can be lived by: signed, in force, and a lead goes through it."""

import pytest
from sqlalchemy import select

from smarketing import library
from smarketing.domain import terms_text
from smarketing.domain.dispositions import HandoffState
from smarketing.domain.importing import Row
from smarketing.domain.roles import Department
from smarketing.domain.signing import VersionStatus
from smarketing.domain.terms_templates import made_own
from smarketing.models.handoffs import Handoff
from smarketing.models.leads import Lead
from smarketing.services import agreements, handoffs, intake
from tests.cast import Cast
from tests.conftest import Hands
from tests.services.desk import Db, owner

TEAMS = {"marketing": Department.MARKETING, "inside-sales": Department.SALES}
FACTS = {
    "email": "g.perrin@example.com",
    "job_title": "Sales director",
    "company": "Perrin",
    "country": "FR",
    "phone": "+33 1 23 45 67 89",
    "source": "Website",
}
EAGER = "demo_request quote_request inbound_high contact_sales webinar content pricing_page product_use".split()


@pytest.mark.parametrize("name", library.names())
def test_a_lead_goes_through_it(session: Db, cast: Cast, hands: Hands, name: str) -> None:
    template = made_own(terms_text.read_cached(library.text(name)), TEAMS, [hands.now.year])
    version = agreements.draft(template, actor=cast.manny, now=hands.now)
    agreements.propose(version, effective_at=hands.now, actor=cast.manny, now=hands.now)
    for signatory in (cast.manny, cast.sasha):
        agreements.sign(version, signed_digest=version.digest, actor=signatory, now=hands.now)
    agreements.put_due_versions_in_force(now=hands.now)
    assert version.status is VersionStatus.IN_FORCE
    intake.take([Row(FACTS, engagements=[(kind, None) for kind in EAGER])], now=hands.now)
    lead = session.scalars(select(Lead)).one()
    assert (lead.stage, lead.points is not None) == ("mql", True)
    handoff = session.scalars(select(Handoff)).one()
    rep = owner(session, handoff) if handoff.owner_id else cast.saul  # a newcomer is dealt none where a ramp says so
    handoffs.accept(handoff.id, actor=rep, now=hands.turn(minutes=3))
    assert handoff.state is HandoffState.ACCEPTED
