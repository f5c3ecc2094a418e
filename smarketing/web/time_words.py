"""Lengths of time, rhythms and days of an agreement in the reader's language."""

from collections.abc import Sequence

from babel.dates import get_day_names, get_month_names
from flask_babel import get_locale, gettext, ngettext

from smarketing.domain.errors import N_
from smarketing.domain.terms_allowances import Allowance
from smarketing.web.clause_words import listed

EVERY = {
    "day": N_("every day"),
    "week": N_("every week"),
    "fortnight": N_("every two weeks"),
    "month": N_("every month"),
    "quarter": N_("every quarter"),
    "half_year": N_("every half-year"),
    "year": N_("every year"),
}
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def length(time: Allowance) -> str:
    """“24 business hours”, “5 days”."""
    amount = time.amount
    match time.unit:
        case "minutes":
            return ngettext("%(num)s minute", "%(num)s minutes", amount)
        case "hours":
            return ngettext("%(num)s hour", "%(num)s hours", amount)
        case "days":
            return ngettext("%(num)s day", "%(num)s days", amount)
        case "weeks":
            return ngettext("%(num)s week", "%(num)s weeks", amount)
        case "months":
            return ngettext("%(num)s month", "%(num)s months", amount)
        case "business_minutes":
            return ngettext("%(num)s business minute", "%(num)s business minutes", amount)
        case "business_hours":
            return ngettext("%(num)s business hour", "%(num)s business hours", amount)
        case "business_days":
            return ngettext("%(num)s business day", "%(num)s business days", amount)


def every(rhythm: str) -> str:
    """“every month”, to stand in a sentence."""
    return gettext(EVERY[rhythm])


def weekdays(days: Sequence[str]) -> str:
    names = get_day_names("wide", locale=get_locale() or "en")
    return listed([names[WEEKDAYS.index(day)] for day in days])


def months(numbers: Sequence[int]) -> str:
    """“October, November and December”."""
    names = get_month_names("wide", locale=get_locale() or "en")
    return listed([names[number] for number in numbers], style="standard")
