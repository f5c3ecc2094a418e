"""When a time that an agreement grants ends."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from smarketing.domain.business_time import BusinessCalendar
from smarketing.domain.local_time import local_instant
from smarketing.domain.periods import months_before
from smarketing.domain.terms_allowances import Allowance


def end_of(allowance: Allowance, start: datetime, *, calendar: BusinessCalendar, zone: str) -> datetime:
    """Business units count what `calendar` is open; days, weeks and months lead to the same wall time of `zone`."""
    amount = allowance.amount
    match allowance.unit:
        case "minutes" | "hours":
            return start + timedelta(**{allowance.unit: amount})
        case "business_minutes":
            return calendar.add(start, timedelta(minutes=amount))
        case "business_hours":
            return calendar.add(start, timedelta(hours=amount))
        case "business_days":
            return calendar.add_business_days(start, amount)
    local = start.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    if allowance.unit == "months":
        moved = datetime.combine(months_before(local.date(), -amount), local.time())
    else:
        moved = local + timedelta(**{allowance.unit: amount})
    return local_instant(zone, moved).astimezone(UTC)
