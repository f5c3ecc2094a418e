"""Criteria as rows of a form: a field, how it is compared, with what. Rows make a rule, and a flat rule makes rows."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from pydantic import TypeAdapter, ValidationError

from smarketing.domain.clauses import Criteria
from smarketing.domain.criteria import Criterion
from smarketing.domain.errors import N_
from smarketing.domain.terms_faults import faults_of

RULES: TypeAdapter[Criterion] = TypeAdapter(Criteria)
ENGAGEMENT: Final = "engagement:"
"""What the choice of a kind of engagement begins with, in place of a field."""
MOST_ROWS: Final = 20

TEXT = N_("Text")
NUMBER = N_("Number")
DATE = N_("Date")
DONE = N_("Engagement")
COMPARISONS: Final[dict[str, dict[str, str]]] = {
    TEXT: {
        "one_of": N_("is one of"),
        "not one_of": N_("is none of"),
        "contains": N_("contains one of"),
        "not contains": N_("contains none of"),
        "starts_with": N_("begins with"),
        "ends_with": N_("ends with"),
        "present": N_("is known"),
        "not present": N_("is not known"),
    },
    NUMBER: {"at_least": N_("is at least"), "at_most": N_("is at most"), "between": N_("is between")},
    DATE: {"within_days": N_("in the last … days"), "older_than_days": N_("at least … days ago")},
    DONE: {"times": N_("at least … times"), "not times": N_("fewer than … times")},
}
NO_NUMBER = N_("Write a whole number.")
NO_RANGE = N_("Write two numbers with a comma between, the smaller first.")
NOTHING = N_("Write what to compare with; several with commas between.")
FITS_NOT = N_("This comparison does not go with this field.")


class Row(NamedTuple):
    field: str = ""
    how: str = "one_of"
    what: str = ""
    days: str = ""
    fault: str = ""


class Faulty(Exception):
    """A row that makes no criterion; the message is for its reader."""


class Built(NamedTuple):
    """`rule` is None where no row says anything, or one is at fault: its row then says why."""

    rule: Criterion | None
    rows: Sequence[Row]

    @property
    def has_faults(self) -> bool:
        return any(row.fault for row in self.rows)


def built(rows: Sequence[Row], *, joined_by: str) -> Built:
    """The rule that the rows make; `joined_by` is all or any."""
    documents: list[dict[str, Any]] = []
    told: list[Row] = []
    for row in rows:
        if not row.field:
            continue
        try:
            document = _document(row)
            RULES.validate_python(document)
            documents.append(document)
            told.append(row)
        except Faulty as fault:
            told.append(row._replace(fault=str(fault)))
        except ValidationError as invalid:
            told.append(row._replace(fault=_fault(invalid)))
    if not documents or any(row.fault for row in told):
        return Built(None, told)
    whole = documents[0] if len(documents) == 1 else {"any" if joined_by == "any" else "all": documents}
    return Built(RULES.validate_python(whole), told)


def _fault(invalid: ValidationError) -> str:
    fault = faults_of(invalid, {})[0]
    return fault.message % fault.params if fault.params else fault.message


def _document(row: Row) -> dict[str, Any]:
    how = row.how.removeprefix("not ")
    document = _engaged(row) if row.field.startswith(ENGAGEMENT) else {"field": row.field, how: _operand(row, how)}
    return {"not": document} if row.how.startswith("not ") and how != "present" else document


def _engaged(row: Row) -> dict[str, Any]:
    if not row.how.endswith("times"):
        raise Faulty(FITS_NOT)
    engaged: dict[str, Any] = {"engagement": row.field.removeprefix(ENGAGEMENT)}
    engaged["at_least"] = _number(row.what) if row.what.strip() else 1
    return engaged | ({"within_days": _number(row.days)} if row.days.strip() else {})


def _operand(row: Row, how: str) -> Any:
    if how == "present":
        return not row.how.startswith("not ")
    if how in COMPARISONS[NUMBER] or how in COMPARISONS[DATE]:
        return _range(row.what) if how == "between" else _number(row.what)
    if how not in COMPARISONS[TEXT]:
        raise Faulty(FITS_NOT)
    options = [option.strip() for option in row.what.split(",") if option.strip()]
    if not options:
        raise Faulty(NOTHING)
    return options


def _number(text: str) -> int:
    try:
        return int(text.strip()[:20].replace("\u202f", "").replace("−", "-"))
    except ValueError:
        raise Faulty(NO_NUMBER) from None


def _range(text: str) -> list[int]:
    bounds = text.split(",")
    if len(bounds) != 2:
        raise Faulty(NO_RANGE)
    return [_number(bound) for bound in bounds]


def rows_of(rule: Criterion) -> tuple[str, list[Row]] | None:
    """The rows that would make this rule, and what joins them; None for one that rows cannot say."""
    document = RULES.dump_python(rule, mode="json", by_alias=True, exclude_none=True)
    joined_by = next((key for key in ("all", "any") if key in document), "all")
    parts = document.get(joined_by, [document])
    rows = [row for part in parts for row in _row(part)]
    return (joined_by, rows) if len(rows) == len(parts) else None


def _row(document: Mapping[str, Any]) -> Iterator[Row]:
    negated = "not" in document
    part = document["not"] if negated else document
    prefix = "not " if negated else ""
    if "engagement" in part:
        days = str(part.get("within_days", ""))
        yield Row(ENGAGEMENT + part["engagement"], prefix + "times", str(part["at_least"]), days)
    elif "present" in part and not negated:
        yield Row(part["field"], "present" if part["present"] else "not present")
    elif "field" in part:
        how, operand = next((key, value) for key, value in part.items() if key != "field")
        if prefix + how in {each for known in COMPARISONS.values() for each in known}:
            yield Row(part["field"], prefix + how, _written(operand))


def _written(operand: Any) -> str:
    return ", ".join(map(str, operand)) if isinstance(operand, list) else str(operand)
