"""When hand-offs come, by hour of the week in the agreement's zone."""

from collections import Counter
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func

from smarketing.db import db
from smarketing.domain.arrivals import Hour
from smarketing.models.handoffs import Handoff
from smarketing.reports.cases import Span, Wanted, among_handoffs, quarter_hour


def by_hour(span: Span, wanted: Wanted, *, zone: str) -> Counter[Hour]:
    quarter, local = quarter_hour(Handoff.offered_at), ZoneInfo(zone)
    found: Counter[Hour] = Counter()
    for at, count in db.session.execute(among_handoffs((quarter, func.count()), span, wanted).group_by(quarter)):
        moment = datetime.fromtimestamp(int(at), UTC).astimezone(local)
        found[moment.weekday(), moment.hour] += count
    return found
