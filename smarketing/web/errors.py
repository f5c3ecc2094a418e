"""Every refusal once: what a rule, a race or a missing thing becomes for the browser."""

from flask import Flask, Response, jsonify, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException

from smarketing.db import db
from smarketing.domain.errors import Conflict, DomainError, InvalidInput, Missing, NotAllowed
from smarketing.logs import request_id
from smarketing.web.words import message_of

PAGES = {400, 403, 404, 409, 413}
Answer = tuple[str | Response, int]


def register(app: Flask) -> None:
    app.register_error_handler(DomainError, refused)
    app.register_error_handler(StaleDataError, overtaken)
    app.register_error_handler(CSRFError, unconfirmed)
    app.register_error_handler(HTTPException, failed)
    app.register_error_handler(OperationalError, unavailable)
    app.register_error_handler(500, broken)


def refused(error: DomainError) -> Answer:
    db.session.rollback()
    return answer(status_of(error), message_of(error))


def status_of(error: DomainError) -> int:
    match error:
        case NotAllowed():
            return 403
        case InvalidInput():
            return 422
        case Missing() | Conflict():
            return 409
        case _:
            return 422


def overtaken(_error: StaleDataError) -> Answer:
    db.session.rollback()
    return answer(409)


def unconfirmed(_error: CSRFError) -> Answer:
    return answer(400)


def failed(error: HTTPException) -> Answer:
    db.session.rollback()
    return answer(error.code or 500)


def unavailable(error: OperationalError) -> Answer:
    """The database cannot be reached or is busy for too long; nothing was saved."""
    raise error


def broken(_error: Exception) -> Answer:
    return render_template("errors/500.html", request_id=request_id(), locale="en"), 500


def answer(status: int, message: str | None = None) -> Answer:
    if wants_json():
        return jsonify(message=message), status
    page = status if status in PAGES else 409 if status == 422 else 400
    return render_template(f"errors/{page}.html", message=message), status


def wants_json() -> bool:
    """htmx shows the message of a refusal itself, and scripts read it."""
    best = request.accept_mimetypes.best_match(["text/html", "application/json"], "text/html")
    return request.headers.get("HX-Request") == "true" or best == "application/json"
