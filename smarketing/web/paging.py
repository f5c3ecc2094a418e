"""Pages of a sorted list: named by the keys of the rows beside them, they do not shift when rows come."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import urlencode

from flask import request, url_for
from sqlalchemy import ColumnElement, Select, literal, tuple_
from sqlalchemy.orm import InstrumentedAttribute

from smarketing.db import UtcDateTime, db

SIZE = 50
SEPARATOR = "."
PLACES = frozenset({"before", "after"})
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

AnySelect = Select[*tuple[Any, ...]]
Key = ColumnElement[Any] | InstrumentedAttribute[Any]
Keys = Sequence[Key]


class Page(NamedTuple):
    rows: Sequence[Any]
    newer_url: str | None
    older_url: str | None


def newest_first(query: AnySelect, id_column: InstrumentedAttribute[int], *, size: int = SIZE) -> Page:
    """The page that `before` or `after` of the address names; the newest rows without them.

    `query` must select `id_column` as `id`.
    """
    return _page(query, (id_column,), lambda row: (row.id,), size=size)


def by_keys(query: AnySelect, keys: Keys, *, size: int = SIZE) -> Page:
    """The same, descending by whole numbers or instants that are never null; the last of them tells rows apart."""
    names = [f"key_{number}" for number in range(len(keys))]
    labelled = query.add_columns(*(key.label(name) for key, name in zip(keys, names, strict=True)))
    return _page(labelled, keys, lambda row: tuple(getattr(row, name) for name in names), size=size)


def below(query: AnySelect, keys: Keys, values: Sequence[Any]) -> AnySelect:
    """What comes after the row with these keys."""
    return query.where(tuple_(*keys) < _bound(keys, values))


def _page(query: AnySelect, keys: Keys, keys_of: Callable[[Any], Sequence[Any]], *, size: int) -> Page:
    before, after = _values("before", keys), _values("after", keys)
    if after is not None:
        upwards = query.where(tuple_(*keys) > _bound(keys, after)).order_by(*keys)
        found = db.session.execute(upwards.limit(size + 1)).all()
        rows = found[:size][::-1]
        has_newer, has_older = len(found) > size, True
    else:
        if before is not None:
            query = below(query, keys, before)
        found = db.session.execute(query.order_by(*(key.desc() for key in keys)).limit(size + 1)).all()
        rows = found[:size]
        has_newer, has_older = before is not None, len(found) > size
    newer_url = _address("after", keys_of(rows[0])) if rows and has_newer else None
    return Page(rows, newer_url, _address("before", keys_of(rows[-1])) if rows and has_older else None)


def _bound(keys: Keys, values: Sequence[Any]) -> Any:
    return tuple_(*(literal(value, key.type) for key, value in zip(keys, values, strict=True)))


def _values(place: str, keys: Keys) -> list[Any] | None:
    """The keys that the address names; None for the head of the list, and for what is no place in it."""
    written = request.args.get(place, "").split(SEPARATOR)
    if len(written) != len(keys):
        return None
    try:
        return [_value(text, key) for text, key in zip(written, keys, strict=True)]
    except (ValueError, OverflowError):
        return None


def _value(text: str, key: Key) -> Any:
    return _EPOCH + int(text) * _MICROSECOND if isinstance(key.type, UtcDateTime) else int(text)


def _text(value: Any) -> str:
    return str((value - _EPOCH) // _MICROSECOND) if isinstance(value, datetime) else str(value)


def _address(place: str, values: Sequence[Any]) -> str:
    """This list with its filters, at another place."""
    kept = [(name, value) for name, value in request.args.items(multi=True) if name not in PLACES]
    query = urlencode([*kept, (place, SEPARATOR.join(map(_text, values)))])
    return f"{url_for(str(request.endpoint), **(request.view_args or {}))}?{query}"
