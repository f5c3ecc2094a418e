"""How instants, durations, numbers and shares read, in the reader's language and zone."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

from babel.dates import format_timedelta
from babel.numbers import format_currency, format_decimal, format_percent
from flask import Flask
from flask_babel import format_date, format_datetime, format_time, get_locale, gettext

from smarketing.domain.lifecycle import Stage
from smarketing.domain.roles import Role
from smarketing.domain.sla_clock import Urgency
from smarketing.domain.sla_clock import urgency as urgency_of
from smarketing.models.clocks import Clock
from smarketing.web import status_words, words
from smarketing.web.access import now
from smarketing.web.languages import zone

NARROW_SPACE = "\u202f"
MINUTE, HOUR, DAY = 60, 3600, 86400


def register(app: Flask) -> None:
    filters = (iso, local_datetime, exact_datetime, local_date, local_time, ago, number, duration, percent, money)
    app.jinja_env.filters.update({each.__name__: each for each in filters})
    app.jinja_env.globals.update(
        urgency=urgency,
        time_left=time_left,
        stage_name=lambda stage: words.label(Stage(stage)),
        role_name=lambda role: words.label(Role(role)),
        word=words.label,
        reason_sentence=words.reason_sentence,
        field_name=words.field_name,
        in_language=words.in_language,
        persona_name=words.persona_name,
        status_name=status_words.name,
        status_reason=status_words.reason_name,
    )
    app.jinja_env.policies["json.dumps_function"] = _dumps


def iso(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def local_datetime(at: datetime) -> str:
    """The month in words, since 2/3 is another day elsewhere; to the minute."""
    return f"{local_date(at)}, {local_time(at)}"


def exact_datetime(at: datetime) -> str:
    """With its seconds, for where they are added up."""
    return str(format_datetime(at, "medium")) if at.second else local_datetime(at)


def local_date(on: date) -> str:
    """The day of an instant in the reader's zone, or a date as it stands."""
    day = on.astimezone(zone()) if isinstance(on, datetime) else on
    return str(format_date(day, "medium", rebase=False))


def local_time(at: datetime) -> str:
    return str(format_time(at, "short"))


def ago(at: datetime) -> str:
    return format_timedelta(at - now(), add_direction=True, threshold=1.2, locale=get_locale() or "en")


def number(value: float, digits: int = 0) -> str:
    return format_decimal(round(value, digits), locale=get_locale() or "en")


def percent(ratio: float, digits: int = 1) -> str:
    """0.926 as “92.6 %”, with the space that the language wants."""
    pattern = "#,##0." + "0" * digits if digits else "#,##0"
    locale = get_locale() or "en"
    if str(locale).startswith("fr"):
        return format_percent(ratio, pattern + f"{NARROW_SPACE}%", locale=locale)
    return format_percent(ratio, pattern + "\u00a0%", locale=locale)


def money(cents: int, currency: str) -> str:
    return (
        format_currency(
            cents / 100, currency, format_type="standard", locale=get_locale() or "en", group_separator=True
        )
        if cents % 100
        else _whole_money(cents, currency)
    )


def duration(seconds: float) -> str:
    """A length of time as people say it: “1 h 47 min”, “3 d 2 h”, “45 s”."""
    whole = round(seconds)
    if whole < MINUTE:
        return gettext("%(seconds)s s", seconds=whole)
    if whole < HOUR:
        return gettext("%(minutes)s min", minutes=whole // MINUTE)
    if whole < DAY:
        hours, minutes = whole // HOUR, whole % HOUR // MINUTE
        return (
            gettext("%(hours)s h %(minutes)s min", hours=hours, minutes=minutes)
            if minutes
            else gettext("%(hours)s h", hours=hours)
        )
    days, hours = whole // DAY, whole % DAY // HOUR
    return gettext("%(days)s d %(hours)s h", days=days, hours=hours) if hours else gettext("%(days)s d", days=days)


def urgency(clock: Clock) -> Urgency:
    return urgency_of(
        outcome=clock.outcome,
        at_risk_at=clock.at_risk_at,
        due_at=clock.due_at,
        stopped_at=clock.stopped_at,
        paused_at=clock.paused_at,
        now=now(),
    )


def time_left(clock: Clock) -> str | None:
    """How long until, since or after its due instant; None for a clock that does not count any more."""
    match urgency(clock):
        case Urgency.VOID:
            return None
        case Urgency.MET:
            return gettext("with %(time)s to spare", time=_span(clock.due_at - _stopped(clock)))
        case Urgency.LATE:
            return gettext("by %(time)s", time=_span(_stopped(clock) - clock.due_at))
        case Urgency.OVERDUE:
            return gettext("by %(time)s", time=_span(now() - clock.due_at))
        case Urgency.PAUSED:
            return gettext("for %(time)s", time=_span(now() - (clock.paused_at or now())))
        case Urgency.AT_RISK:
            return gettext("%(time)s left", time=_span(clock.due_at - now()))
        case Urgency.ON_TRACK:
            left = clock.due_at - now()
            is_near = left < timedelta(days=1)
            return gettext("in %(time)s", time=_span(left)) if is_near else _day_and_time(clock.due_at)


def _day_and_time(at: datetime) -> str:
    day = format_date(at.astimezone(zone()), "EEE d MMM", rebase=False)
    return f"{day}, {local_time(at)}"


def _span(length: timedelta) -> str:
    return duration(max(0.0, length.total_seconds()))


def _stopped(clock: Clock) -> datetime:
    return clock.stopped_at or now()


def _whole_money(cents: int, currency: str) -> str:
    return format_currency(
        cents // 100, currency, currency_digits=False, format="#,##0\u00a0¤", locale=get_locale() or "en"
    )


def _dumps(value: Any, **options: Any) -> str:
    return json.dumps(value, separators=(",", ":"), **options)
