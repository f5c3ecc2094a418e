"""Every refusal once: what a rule, a race, a missing thing or a lost database becomes for the browser."""

import logging

from flask import Flask, Response, jsonify, make_response, render_template
from flask_babel import gettext
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, IntegrityError, InterfaceError, OperationalError, SQLAlchemyError, TimeoutError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException, SecurityError

from smarketing.db import db, is_unique_violation
from smarketing.domain.errors import Conflict, DomainError, InvalidInput, Missing, NotAllowed
from smarketing.domain.passwords import Throttled
from smarketing.logs import request_id
from smarketing.web import access
from smarketing.web.addresses import is_api, wants_json
from smarketing.web.problems import Fault, problem
from smarketing.web.words import message_of

PAGES = {400, 403, 404, 405, 409, 413, 422}
UNAVAILABLE = (OperationalError, InterfaceError, TimeoutError)
RETRY_SECONDS = 10

log = logging.getLogger(__name__)


def register(app: Flask) -> None:
    app.register_error_handler(DomainError, refused)
    app.register_error_handler(StaleDataError, overtaken)
    app.register_error_handler(IntegrityError, collided)
    app.register_error_handler(DataError, unfit)
    app.register_error_handler(OverflowError, unfit)
    app.register_error_handler(CSRFError, unconfirmed)
    app.register_error_handler(SecurityError, misaddressed)
    app.register_error_handler(HTTPException, failed)
    for lost in UNAVAILABLE:
        app.register_error_handler(lost, unavailable)
    app.register_error_handler(500, broken)


def refused(error: DomainError) -> Response:
    if is_api() and isinstance(error, InvalidInput):
        db.session.rollback()
        return problem(status_of(error), message_of(error), [Fault(error.field, message_of(error))])
    return answer(status_of(error), message_of(error))


def status_of(error: DomainError) -> int:
    match error:
        case NotAllowed():
            return 403
        case Missing() | Conflict():
            return 409
        case Throttled():
            return 429
        case _:
            return 422


def overtaken(_error: StaleDataError) -> Response:
    return answer(409)


def collided(error: IntegrityError) -> Response:
    """Two made the same thing at once; anything else that breaks a constraint is a fault of ours."""
    if not is_unique_violation(error):
        raise error
    return answer(409)


def unfit(_error: Exception) -> Response:
    """A number or a character that no database can hold."""
    return answer(400)


def unconfirmed(_error: CSRFError) -> Response:
    return answer(
        400,
        gettext("You signed in or out after this page was opened, so its form no longer counts. Nothing was saved."),
    )


def misaddressed(error: SecurityError) -> Response:
    """For a host that is not ours there is no page, since pages hold addresses."""
    return Response(f"{error.name}\n", 400, mimetype="text/plain")


def failed(error: HTTPException) -> Response:
    is_signed_out = error.code == 401 and not is_api()
    response = answer(error.code or 500, gettext("You were signed out. Sign in again.") if is_signed_out else None)
    response.headers.extend((name, value) for name, value in error.get_headers() if name != "Content-Type")
    return response


def unavailable(error: SQLAlchemyError) -> Response:
    """The database cannot be reached, or is busy for too long; nothing was saved, and nobody is let in."""
    log.error("The database cannot be used: %s", str(getattr(error, "orig", None) or error).partition("\n")[0])
    do_without_database()
    message = gettext("Smarketing cannot reach its data at the moment. Nothing was saved; try again in a minute.")
    page = _told(503, message) or make_response(render_template("errors/503.html"), 503)
    page.headers["Retry-After"] = str(RETRY_SECONDS)
    return page


def broken(_error: Exception) -> Response:
    """Flask has logged the cause, with the reference that the page shows."""
    do_without_database()
    message = gettext("Something went wrong here, and nothing was saved. Reference: %(id)s", id=request_id())
    return _told(500, message) or make_response(render_template("errors/500.html", request_id=request_id()), 500)


def answer(status: int, message: str | None = None) -> Response:
    if told := _told(status, message):
        db.session.rollback()
        return told
    try:
        access.start_over()
        return _page(status, message)
    except UNAVAILABLE:
        do_without_database()
        return _page(status, message)


def _told(status: int, message: str | None) -> Response | None:
    """For what reads JSON; None for a browser that wants a page."""
    if is_api():
        return problem(status, message)
    return make_response(jsonify(message=message), status) if wants_json() else None


def do_without_database() -> None:
    access.forget_person()
    try:
        db.session.rollback()
    except SQLAlchemyError:
        db.session().invalidate()


def _page(status: int, message: str | None) -> Response:
    page = status if status in PAGES else 422 if message else 400
    return make_response(render_template(f"errors/{page}.html", status=status, message=message), status)
