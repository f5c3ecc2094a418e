"""The fields of a part of the agreement as its form shows them: label, value as people write it, options, faults."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from babel.dates import get_month_names
from flask_babel import get_locale, gettext
from pydantic import BaseModel

from smarketing.domain.calendars import WEEKDAYS
from smarketing.domain.terms_allowances import UNITS
from smarketing.domain.terms_faults import Path
from smarketing.web import part_rules
from smarketing.web.choice_words import VALUES, VALUES_OF_FIELD, WHEN_EMPTY
from smarketing.web.field_labels import LABELS
from smarketing.web.forms import zone_choices
from smarketing.web.kind_labels import LABELS_OF_KIND
from smarketing.web.part_kinds import Kind, kind_of
from smarketing.web.words import field_name

Options = list[tuple[str, str]]
KNOWN_ENGAGEMENTS = "engagement"


@dataclass
class Field:
    """`path` leads to it from the part; `value` is the text of its control, or for several the texts by name.

    `is_on` says whether something optional is agreed on, `asked` what a criterion asks, `empty` what no choice means.
    """

    name: str
    path: Path
    label: str
    kind: Kind
    value: Any = ""
    options: Options = field(default_factory=list)
    fields: list["Field"] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    is_on: bool = True
    asked: str = ""
    empty: str = ""

    @property
    def control(self) -> str:
        return self.kind.control

    @property
    def says_something(self) -> bool:
        match self.control:
            case "rule" | "group":
                return self.is_on
            case "list":
                return bool(self.fields)
            case "allowance":
                return bool(self.value["amount"])
            case "words" | "week":
                return any(self.value.values())
        return bool(self.value)

    @property
    def id(self) -> str:
        return self.name.replace(".", "-")

    @property
    def acts_on(self) -> str:
        """Its place as the buttons of the form name it."""
        return self.name.partition(".")[2]


class Fields:
    """Builds the fields of a part; `named` are the parts of the document that can be named, by their kind."""

    def __init__(self, named: Mapping[str, Options]) -> None:
        self._named = named

    def of(
        self, model: type[BaseModel], names: Iterable[str], value: Any, *, prefix: str = "f", path: Path = ()
    ) -> list[Field]:
        value = value if isinstance(value, Mapping) else {}
        return [self._field(model, name, value.get(name), prefix, path) for name in names]

    def _field(self, model: type[BaseModel], name: str, value: Any, prefix: str, path: Path) -> Field:
        kind = kind_of(model, name)
        made = Field(f"{prefix}.{name}", (*path, name), _label(model, name), kind)
        made.is_on = value is not None or not kind.is_optional
        made.empty = gettext(WHEN_EMPTY.get(f"{model.__name__}.{name}", "–"))
        match kind.control:
            case "words":
                made.value = value if isinstance(value, Mapping) else {}
            case "rule":
                self._rule(made, value if value is not None else part_rules.BLANK)
            case "group":
                made.fields = self.of(kind.held, kind.held.model_fields, value, prefix=made.name, path=made.path)
            case "list":
                made.fields = [self._entry(made, at, entry) for at, entry in enumerate(value or [])]
            case "allowance":
                made.value = _allowance(value)
                made.options = [(unit, gettext(VALUES[unit])) for unit in UNITS]
            case "week":
                made.value = {day: _spans((value or {}).get(day)) for day in WEEKDAYS}
                made.options = [(day, gettext(LABELS[day])) for day in WEEKDAYS]
            case "spans":
                made.value = _spans(value)
            case "choice" | "choices":
                made.options = self._options(model, name, kind)
                made.value = value if kind.control == "choice" else [str(each) for each in value or []]
            case "zone":
                made.value = value or ""
                made.options = [(str(choice.value), str(choice.label)) for choice in zone_choices(value)]
            case _:
                made.value = written(kind, value)
                if name in (KNOWN_ENGAGEMENTS, "on", "starts_on") and kind.control == "text":
                    made.options = list(self._named.get("engagement", []))
        return made

    def _entry(self, holder: Field, at: int, value: Any) -> Field:
        model = holder.kind.held
        entry = Field(f"{holder.name}.{at}", (*holder.path, at), "", Kind("group", model=model))
        entry.fields = self.of(model, model.model_fields, value, prefix=entry.name, path=entry.path)
        return entry

    def _rule(self, made: Field, rule: Any) -> None:
        made.asked = asked = part_rules.asked_by(rule)
        rule = rule if isinstance(rule, Mapping) else {}
        made.options = [(key, gettext(words)) for key, words in part_rules.ASKED.items()]
        for at, part in enumerate(part_rules.parts(rule)):
            step: Path = ("not",) if asked == "not" else (asked, at)
            child = Field(f"{made.name}.parts.{at}", (*made.path, *step), "", Kind("rule"))
            self._rule(child, part)
            made.fields.append(child)
        if asked not in part_rules.GROUPS:
            made.value = self._leaf(rule, asked)

    def _leaf(self, rule: Mapping[str, Any], asked: str) -> dict[str, Any]:
        if asked == "engaged":
            days = rule.get("within_days", "")
            return {"engagement": rule.get("engagement", ""), "number": rule.get("at_least", 1), "days": days,
                    "known": self._named.get("engagement", [])}  # fmt: skip
        about = str(rule.get("field", ""))
        known = part_rules.FIELDS_OF[asked]
        fields = [(name, field_name(name)) for name in known]
        if about and about not in known:
            fields.append((about, field_name(about)))
        told: dict[str, Any] = {"field": about, "fields": sorted(fields, key=lambda each: each[1].casefold())}
        if asked in part_rules.TEXTS:
            texts = [str(text) for text in rule.get(asked) or []]
            personas = self._named["persona"] if about == "persona" and asked == "one_of" else []
            return told | {"texts": ", ".join(texts), "ticked": texts, "personas": personas}
        if asked == "between":
            low, high = (*(rule.get("between") or []), "", "")[:2]
            return told | {"number": low, "upper": high}
        return told if asked in ("present", "absent") else told | {"number": rule.get(asked, "")}

    def _options(self, model: type[BaseModel], name: str, kind: Kind) -> Options:
        if kind.names:
            return list(self._named.get(kind.names, []))
        if name == "months":
            months = get_month_names("wide", context="stand-alone", locale=get_locale() or "en")
            return [(option, months[int(option)]) for option in kind.options]
        return [(option, _choice(model, name, option)) for option in kind.options]


def written(kind: Kind, value: Any) -> str | bool:
    """The value as people write it; what was typed and could not be read is shown as it was typed."""
    if kind.control == "flag":
        return bool(value)
    if value is None:
        return ""
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    match kind.control:
        case "minutes" if is_number:
            return f"{int(value) // 60}:{int(value) % 60:02d}"
        case "share" if is_number:
            return f"{(Decimal(str(value)) * 100).normalize():f}"
        case "money" if is_number:
            return f"{(Decimal(str(value)) / 100).normalize():f}"
        case "numbers" if isinstance(value, list):
            return ", ".join(map(str, value))
        case "lines" if isinstance(value, list):
            return "\n".join(map(str, value))
    return str(value)


def _label(model: type[BaseModel], name: str) -> str:
    known = LABELS_OF_KIND.get(f"{model.__name__}.{name}") or LABELS.get(name)
    return gettext(known) if known else name.replace("_", " ").capitalize()


def _choice(model: type[BaseModel], name: str, option: str) -> str:
    known = VALUES_OF_FIELD.get(f"{model.__name__}.{name}.{option}") or VALUES.get(option)
    return gettext(known) if known else option.replace("_", " ")


def _allowance(value: Any) -> dict[str, str]:
    for unit, amount in value.items() if isinstance(value, Mapping) else ():
        return {"unit": unit, "amount": str(amount)}
    return {"unit": "business_hours", "amount": ""}


def _spans(value: Any) -> str:
    pairs = value if isinstance(value, list) else []
    return ", ".join("–".join(filter(None, map(str, pair))) for pair in pairs)
