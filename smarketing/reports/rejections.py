"""Why rows of a file were rejected: each reason once, with how many rows and the first of them."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import func, select

from smarketing.db import db
from smarketing.models.imports import RejectedRow


class Reason(NamedTuple):
    """`message` and `params` are those of the first row; others of the same reason name other cells."""

    row_count: int
    column: str
    message: str
    params: dict[str, Any]
    first_row: int


def reasons(import_id: int, *, limit: int) -> Sequence[Reason]:
    """The most frequent first."""
    grouped = (
        select(func.count().label("count"), func.min(RejectedRow.id).label("first_id"))
        .where(RejectedRow.import_id == import_id)
        .group_by(RejectedRow.field, RejectedRow.message)
        .order_by(func.count().desc(), func.min(RejectedRow.id))
        .limit(limit)
        .subquery()
    )
    first = (RejectedRow.field, RejectedRow.message, RejectedRow.params, RejectedRow.row_number)
    query = select(grouped.c.count, *first).join(RejectedRow, RejectedRow.id == grouped.c.first_id)
    rows = db.session.execute(query.order_by(grouped.c.count.desc(), RejectedRow.id))
    return [Reason(*row) for row in rows]
