"""What every answer tells the browser not to do, and which requests are not even looked at."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, Response, abort, current_app, request
from werkzeug.routing import IntegerConverter

View = TypeVar("View", bound=Callable[..., Any])

CONTENT_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
A_YEAR = 365 * 24 * 3600
LARGEST_ID = 2**31 - 1


class Id(IntegerConverter):
    """A number in an address that a key of a row can be; any other leads nowhere."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **{"max": LARGEST_ID, **options})


def register(app: Flask) -> None:
    if app.config.get("LOGIN_DISABLED"):
        raise RuntimeError("LOGIN_DISABLED would let everybody in: remove it.")
    # the remember-me cookie of another application on this host would sign people out of ours
    app.config["REMEMBER_COOKIE_NAME"] = "not-used-by-smarketing"
    # a refreshed cookie would go out with every static file, which caches on the way may keep
    app.config["SESSION_REFRESH_EACH_REQUEST"] = False
    app.url_map.converters["int"] = Id
    app.before_request(refuse_foreign)
    app.before_request(raise_limit)
    app.after_request(add_headers)


def accepts_upload(view: View) -> View:
    """Let this view receive a file of MAX_UPLOAD_BYTES; every other is limited to MAX_CONTENT_LENGTH."""
    view.accepts_upload = True  # type: ignore[attr-defined]
    return view


def refuse_foreign() -> None:
    """A form of another site cannot act here, whatever token it has got hold of."""
    site = request.headers.get("Sec-Fetch-Site", "none")
    if request.method not in ("GET", "HEAD", "OPTIONS") and site not in ("same-origin", "none"):
        abort(400)


def raise_limit() -> None:
    if getattr(current_app.view_functions.get(request.endpoint or ""), "accepts_upload", False):
        limits = current_app.config
        request.max_content_length = limits["MAX_UPLOAD_BYTES"] + limits["MAX_CONTENT_LENGTH"]


def add_headers(response: Response) -> Response:
    response.headers.update(HEADERS)
    if current_app.config["HTTPS"]:
        response.headers["Strict-Transport-Security"] = f"max-age={A_YEAR}; includeSubDomains"
    if request.endpoint == "static" and "v" in request.args and response.status_code in (200, 304):
        # the address of a file holds its version, so what was fetched once stays right
        response.headers["Cache-Control"] = f"public, max-age={A_YEAR}, immutable"
    elif request.endpoint == "static":
        response.headers["Cache-Control"] = "no-cache"
    else:
        response.headers["Cache-Control"] = "private, no-store"
    return response
