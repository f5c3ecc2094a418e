"""Pages of a list that grows at its head: named by the ids beside them, they do not shift when rows come."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from flask import request, url_for
from sqlalchemy import Select
from sqlalchemy.orm import InstrumentedAttribute

from smarketing.db import db

SIZE = 50


class Page(NamedTuple):
    rows: Sequence[Any]
    newer_url: str | None
    older_url: str | None


def newest_first(query: Select[*tuple[Any, ...]], id_column: InstrumentedAttribute[int], *, size: int = SIZE) -> Page:
    """The page that `before` or `after` of the address names; the newest rows without them.

    `query` must select `id_column` as `id`.
    """
    before, after = request.args.get("before", type=int), request.args.get("after", type=int)
    if after is not None:
        found = db.session.execute(query.where(id_column > after).order_by(id_column).limit(size + 1)).all()
        rows = found[:size][::-1]
        return Page(rows, _newer(rows) if len(found) > size else None, _older(rows))
    if before is not None:
        query = query.where(id_column < before)
    found = db.session.execute(query.order_by(id_column.desc()).limit(size + 1)).all()
    rows = found[:size]
    return Page(rows, _newer(rows) if before is not None else None, _older(rows) if len(found) > size else None)


def _newer(rows: Sequence[Any]) -> str | None:
    return _address(after=rows[0].id) if rows else None


def _older(rows: Sequence[Any]) -> str | None:
    return _address(before=rows[-1].id) if rows else None


def _address(**neighbour: int) -> str:
    filters = {name: value for name, value in request.args.items() if name not in ("before", "after")}
    return url_for(str(request.endpoint), **{**filters, **(request.view_args or {}), **neighbour})
