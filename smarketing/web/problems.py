"""What another system is told when something is refused: problem details after RFC 9457."""

import json
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, NamedTuple

from flask import Response

MEDIA_TYPE = "application/problem+json"


class Fault(NamedTuple):
    """`field` is the place in what was sent, such as leads.3.email; empty for the whole."""

    field: str
    message: str


def problem(status: int, detail: str | None = None, faults: Sequence[Fault] = ()) -> Response:
    document: dict[str, Any] = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status}
    if detail:
        document["detail"] = detail
    if faults:
        document["errors"] = [fault._asdict() for fault in faults]
    return Response(json.dumps(document, ensure_ascii=False), status, mimetype=MEDIA_TYPE)
