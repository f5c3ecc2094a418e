"""Criteria as a question to the database, with the same answer as `domain.verdicts.compile_test` gives on stored facts.

Letters are folded as Python folds them: SQLite calls Python for it, PostgreSQL is told how. No answer is NULL, so that
`not` has two values there too.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    String,
    Text,
    and_,
    cast,
    false,
    func,
    literal,
    not_,
    or_,
    select,
    true,
)

from smarketing.domain.criteria import (
    All,
    AnyOf,
    AtLeast,
    AtMost,
    Between,
    Contains,
    Criterion,
    EndsWith,
    Engaged,
    Not,
    OlderThan,
    OneOf,
    Present,
    StartsWith,
    Within,
)
from smarketing.domain.criteria_fields import (
    ANY_KIND,
    CUSTOM_PREFIX,
    INSTANT_FIELDS,
    NUMBER_FIELDS,
    is_custom,
)
from smarketing.models.criteria_sql import AfterAt, CustomText, Folded, Place, WholeNumber
from smarketing.models.leads import Engagement, Lead
from smarketing.models.personas import Persona

Bool = ColumnElement[bool]
Any_ = ColumnElement[Any]


def matching(rule: Criterion, *, now: datetime) -> Bool:
    """Whether a lead meets the rule as it stands on record: its facts, its engagements until now, its latest score."""
    match rule:
        case All(all=several):
            return and_(true(), *(matching(part, now=now) for part in several))
        case AnyOf(any=several):
            return or_(false(), *(matching(part, now=now) for part in several))
        case Not(negated=part):
            return not_(matching(part, now=now))
        case Engaged():
            return _engaged(rule, now)
        case Within(field=field, within_days=days):
            at = _instant(field, now)
            return _known(and_(at > now - timedelta(days=days), at <= now))
        case OlderThan(field=field, older_than_days=days):
            return _known(_instant(field, now) <= now - timedelta(days=days))
        case Present(field=field, present=wanted):
            held = _is_present(field, now)
            return held if wanted else not_(held)
        case AtLeast() | AtMost() | Between():
            return _on_number(rule, now)
        case _:
            return _on_text(rule, now)


def _known(answer: Any) -> Bool:
    """False where nothing is known."""
    return func.coalesce(answer, false())


def _engaged(rule: Engaged, now: datetime) -> Bool:
    if rule.at_least == 1:
        return select(Engagement.id).where(*_acts(rule.engagement, rule.within_days, now)).exists()
    return _count(rule.engagement, rule.within_days, now) >= rule.at_least


def _count(kind: str, within_days: int | None, now: datetime) -> Any_:
    return select(func.count()).select_from(Engagement).where(*_acts(kind, within_days, now)).scalar_subquery()


def _acts(kind: str, within_days: int | None, now: datetime) -> Sequence[Bool]:
    acts: list[Bool] = [Engagement.lead_id == Lead.id, Engagement.occurred_at <= now]
    if kind != ANY_KIND:
        acts.append(Engagement.kind == kind)
    if within_days:
        acts.append(Engagement.occurred_at > now - timedelta(days=within_days))
    return acts


def _instant(field: str, now: datetime) -> Any_:
    if field == "last_engaged_at":
        return select(func.max(Engagement.occurred_at)).where(*_acts(ANY_KIND, None, now)).scalar_subquery()
    column: Any_ = getattr(Lead, field)
    return column


def _is_present(field: str, now: datetime) -> Bool:
    if field in INSTANT_FIELDS:
        return _instant(field, now).is_not(None)
    if field in NUMBER_FIELDS:
        return _number(field, now).is_not(None)
    return func.coalesce(_text(field), "") != ""


def _number(field: str, now: datetime) -> Any_:
    if field == "engagement_count":
        return _count(ANY_KIND, None, now)
    column: Any_ = getattr(Lead, field) if field in NUMBER_FIELDS else WholeNumber(_text(field))
    return column


def _on_number(rule: AtLeast | AtMost | Between, now: datetime) -> Bool:
    number = _number(rule.field, now)
    match rule:
        case AtLeast(at_least=low):
            return _known(number >= _whole(low))
        case AtMost(at_most=high):
            return _known(number <= _whole(high))
        case Between(between=(low, high)):
            return _known(and_(number >= _whole(low), number <= _whole(high)))


def _whole(number: int) -> Any_:
    return literal(number, BigInteger)


def _text(field: str) -> Any_:
    """NULL where nothing is known."""
    if is_custom(field):
        return CustomText(Lead.custom, field.removeprefix(CUSTOM_PREFIX))
    if field == "email_domain":
        return AfterAt(Lead.email)
    if field == "persona":
        return select(Persona.key).where(Persona.id == Lead.persona_id).scalar_subquery()
    column = getattr(Lead, field)
    return cast(column, Text) if field in NUMBER_FIELDS or field == "stage" else column


def _on_text(rule: OneOf | Contains | StartsWith | EndsWith, now: datetime) -> Bool:
    if rule.field == "engagement_count":
        found: Any_ = cast(_number(rule.field, now), String)
    else:
        found = _text(rule.field)
    text = Folded(func.coalesce(found, ""))
    match rule:
        case OneOf(one_of=options):
            return text.in_([option.casefold() for option in options])
        case Contains(contains=options):
            return or_(*(_place(text, option) > 0 for option in options))
        case StartsWith(starts_with=options):
            return or_(*(_place(text, option) == 1 for option in options))
        case EndsWith(ends_with=options):
            return or_(*(_ends(text, option.casefold()) for option in options))


def _place(text: Any_, option: str) -> Any_:
    return Place(text, literal(option.casefold(), Text))


def _ends(text: Any_, ending: str) -> Bool:
    start = func.length(text) - len(ending) + 1
    return and_(start > 0, func.substr(text, start) == literal(ending, Text))
