"""From the cells of a record to what it says of a lead, under a mapping: compiled once, then run on every record."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple, TypeVar

from smarketing.domain.cells import READERS, amount_cents, engagement_kind, text_reader
from smarketing.domain.criteria_fields import CUSTOM_PREFIX
from smarketing.domain.csv_format import Record
from smarketing.domain.errors import N_, DomainError, InvalidInput
from smarketing.domain.formulas import restored
from smarketing.domain.importing import CUSTOM_LIMIT, MILESTONES, NO_MILESTONES, NOTHING, TEXT_LIMITS, Rejected, Row
from smarketing.domain.instants import Instants
from smarketing.domain.lifecycle import Milestones
from smarketing.domain.mapping import ENGAGED_AT, ENGAGEMENT, ENGAGEMENT_PREFIX, FULL_NAME, Options
from smarketing.domain.rejection import is_repaired

Value = TypeVar("Value")


class _Column(NamedTuple):
    place: int
    name: str
    """The fact, the key of a further fact, or the kind of an engagement."""
    header: str
    read: Callable[[str], Any]


class Reader:
    """Turns the records of one file into rows. `now` is where the future begins."""

    def __init__(self, headers: Sequence[str], mapping: Mapping[str, str], options: Options, *, now: datetime) -> None:
        instant = Instants(options.zone, day_first=options.day_first, now=now).read
        columns = {field: _Column(headers.index(header), field, header, str.strip) for header, field in mapping.items()}
        self._width = len(headers)
        self._restore = is_repaired(headers)
        self._source = READERS["source"](options.source)
        self._facts = [columns[name]._replace(read=READERS[name]) for name in TEXT_LIMITS if name in columns]
        self._custom = [
            column._replace(name=field.removeprefix(CUSTOM_PREFIX), read=text_reader(CUSTOM_LIMIT))
            for field, column in columns.items()
            if field.startswith(CUSTOM_PREFIX)
        ]
        self._stages = [columns[name]._replace(read=instant) for name in MILESTONES if name in columns]
        self._acts = [
            column._replace(name=field.removeprefix(ENGAGEMENT_PREFIX), read=instant)
            for field, column in columns.items()
            if field.startswith(ENGAGEMENT_PREFIX)
        ]
        self._full_name = _given(columns, FULL_NAME, text_reader(TEXT_LIMITS["last_name"]))
        self._arrived_at = _given(columns, "arrived_at", instant)
        self._amount = _given(columns, "amount", amount_cents)
        self._kind = _given(columns, ENGAGEMENT, engagement_kind)
        self._engaged_at = _given(columns, ENGAGED_AT, instant)

    def read(self, record: Record) -> Row | Rejected:
        number, cells = record
        try:
            return self._row(number, cells)
        except InvalidInput as fault:
            return Rejected(number, fault.field, fault.message, fault.params, cells)

    def _row(self, number: int, cells: list[str]) -> Row:
        if len(cells) != self._width:
            _check_width(cells, self._width)
        said = [restored(cell) for cell in cells] if self._restore else cells
        facts = _texts(self._facts, said)
        if self._full_name:
            _split_name(facts, _value(self._full_name, said))
        if self._source and "source" not in facts:
            facts["source"] = self._source
        if "email" not in facts and "external_id" not in facts:
            raise InvalidInput("", N_("A lead is known by its e-mail or its id, and this row has neither."))
        arrived_at: datetime | None = _value(self._arrived_at, said)
        return Row(
            facts,
            _texts(self._custom, said) if self._custom else NOTHING,
            self._engagements(said, arrived_at),
            self._milestones(said) if self._stages else NO_MILESTONES,
            arrived_at,
            _value(self._amount, said),
            number,
            cells,
        )

    def _milestones(self, cells: Sequence[str]) -> Milestones:
        reached = {column.name: at for column in self._stages if (at := _value(column, cells))}
        return Milestones(**reached) if reached else NO_MILESTONES

    def _engagements(self, cells: Sequence[str], arrived_at: datetime | None) -> Sequence[tuple[str, datetime | None]]:
        """One without an instant of its own happened when the row says that the lead arrived."""
        acts: list[tuple[str, datetime | None]] = []
        for column in self._acts:
            if at := _value(column, cells):
                acts.append((column.name, at))
        if kind := _value(self._kind, cells):
            acts.append((kind, _value(self._engaged_at, cells) or arrived_at))
        return acts or _NO_ACTS


_NO_ACTS: Final[tuple[tuple[str, datetime | None], ...]] = ()


def _given(columns: Mapping[str, _Column], name: str, read: Callable[[str], Any]) -> _Column | None:
    return columns[name]._replace(read=read) if name in columns else None


def _texts(columns: Sequence[_Column], cells: Sequence[str]) -> dict[str, str]:
    texts = {}
    for place, name, header, read in columns:
        if cell := cells[place]:
            try:
                if text := read(cell):
                    texts[name] = text
            except DomainError as fault:
                raise InvalidInput(header, fault.message, **fault.params) from None
    return texts


def _value(column: _Column | None, cells: Sequence[str]) -> Any:
    """None where there is no such column, or nothing in it."""
    if column is None or not (cell := cells[column.place].strip()):
        return None
    try:
        return column.read(cell)
    except DomainError as fault:
        raise InvalidInput(column.header, fault.message, **fault.params) from None


def _split_name(facts: dict[str, str], name: str | None) -> None:
    if not name or "first_name" in facts or "last_name" in facts:
        return
    first, _, last = name.partition(" ")
    facts |= {"first_name": first, "last_name": last} if last else {"last_name": first}


def _check_width(cells: list[str], width: int) -> None:
    """Empty cells beyond the last column are dropped; anything else means that the cells are not where they seem."""
    if len(cells) > width and not any(map(str.strip, cells[width:])):
        return
    message = N_("Cells in this row: %(count)s; columns in the file: %(expected)s.")
    raise InvalidInput("", message, count=len(cells), expected=width)
