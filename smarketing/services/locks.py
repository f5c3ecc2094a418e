"""Make all who change one hand-off take turns: whoever has the lead's row goes first.

Everybody locks the lead before anything else, so nobody waits in a circle.
"""

from datetime import datetime

from sqlalchemy import select

from smarketing.db import db
from smarketing.domain.errors import N_, Missing
from smarketing.models.handoffs import Handoff
from smarketing.models.leads import Lead


def hold(handoff_id: int) -> Handoff:
    """The hand-off as it stands now, its lead locked until the transaction ends. Raises Missing."""
    db.session.flush()
    lead_id = db.session.scalar(select(Handoff.lead_id).where(Handoff.id == handoff_id))
    while lead_id is not None:
        # other rows may go on referring to the lead
        db.session.get(Lead, lead_id, populate_existing=True, with_for_update={"key_share": True})
        handoff = db.session.get_one(Handoff, handoff_id, populate_existing=True)
        if handoff.lead_id == lead_id:
            return handoff
        lead_id = handoff.lead_id  # it was merged while we waited
    raise Missing(N_("This hand-off does not exist."))


def moment(handoff: Handoff, *, now: datetime) -> datetime:
    """When something is done to a hand-off that is held: now, but never before what it comes after.

    Machines disagree by some seconds, and clocks are set back; an answer from before its question would stop nothing.
    """
    return max(now, handoff.offered_at, *(answer.occurred_at for answer in handoff.dispositions))
