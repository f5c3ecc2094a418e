"""What is asked and answered, as OpenAPI tells it, and how a view is held to it.

The one module that knows SpecTree. Its pages of documentation load scripts from elsewhere and are not registered.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from flask import current_app, request
from flask_babel import gettext
from pydantic import BaseModel, ConfigDict
from spectree import Response as Answers
from spectree import SecurityScheme, SpecTree
from spectree.models import SecureType, SecuritySchemeData
from werkzeug.exceptions import HTTPException

from smarketing.db import transaction
from smarketing.domain.errors import N_, InvalidInput
from smarketing.services import replies
from smarketing.services.replies import Asked
from smarketing.web.access import current_token, now
from smarketing.web.problems import Fault, problem

VERSION = "1"
PREFIX = f"/api/v{VERSION}"
MOST_AT_ONCE = 1000
LONGEST_KEY = 200

Answering = Callable[..., Any]


class Asks(BaseModel):
    """What is sent: a name that is not known is refused rather than overlooked."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class Told(BaseModel):
    """What is answered."""

    model_config = ConfigDict(frozen=True)


class FaultDocument(Told):
    field: str
    message: str


class ProblemDocument(Told):
    """Problem details after RFC 9457; `errors` names the places in what was sent."""

    type: str
    title: str
    status: int
    detail: str | None = None
    errors: list[FaultDocument] | None = None


def _refuse(_request: Any, _response: Any, error: Any, _view: Any, _adapter: Any) -> None:
    """Runs once what was sent has been read."""
    if request.method not in ("GET", "DELETE") and request.content_length and not request.is_json:
        raise HTTPException(response=problem(415, gettext("Send JSON, as application/json.")))
    if error is None:
        return
    if request.is_json and request.get_json(silent=True) is None:
        raise HTTPException(response=problem(400, gettext("This is not JSON.")))
    faults = [Fault(".".join(map(str, each["loc"])), each["msg"]) for each in error.errors()]
    detail = gettext("What was sent is not what is asked for; nothing was changed.")
    raise HTTPException(response=problem(422, detail, faults))


spec = SpecTree(
    "flask",
    mode="strict",
    before=_refuse,
    title="Smarketing",
    version=VERSION,
    naming_strategy=lambda model: model.__name__,
    nested_naming_strategy=lambda _parent, child: child,
    validation_error_model=ProblemDocument,
    security_schemes=[SecurityScheme(name="token", data=SecuritySchemeData(type=SecureType.HTTP, scheme="bearer"))],
    security={"token": []},
)


def answers(
    model: type[BaseModel], *, tag: str, query: Any = None, json: Any = None
) -> Callable[[Answering], Callable[..., Any]]:
    """Hold a view to what it takes and gives."""
    refused = {f"HTTP_{status}": ProblemDocument for status in (401, 403, 404, 409, 422)}
    told = Answers(HTTP_200=model, **cast(Any, refused))
    return cast(Any, spec.validate(query=query, json=json, resp=told, tags=[tag], skip_validation=False))


def in_one_piece(view: Callable[..., BaseModel]) -> Callable[..., Any]:
    """All of it or nothing. A request that is sent again with its Idempotency-Key gets its first answer again."""

    @wraps(view)
    def done(*arguments: Any, **options: Any) -> Any:
        asked = _asked()
        if asked and (earlier := replies.earlier(asked)):
            return earlier.body, earlier.status, {"Idempotent-Replayed": "true"}
        with transaction():
            body = view(*arguments, **options).model_dump(mode="json")
            if asked:
                replies.keep(asked, 200, body, now=now())
        return body, 200

    return done


def _asked() -> Asked | None:
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return None
    if not key.strip() or len(key) > LONGEST_KEY:
        raise InvalidInput("Idempotency-Key", N_("This key has 1 to %(limit)s characters."), limit=LONGEST_KEY)
    path = request.full_path.encode()
    return Asked(current_token().id, key, b" ".join((request.method.encode(), path, request.get_data())))


def document() -> dict[str, Any]:
    """The whole API as an OpenAPI document."""
    spec.app = current_app
    return cast(dict[str, Any], spec.spec)
