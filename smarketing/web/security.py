"""What every answer tells the browser not to do, and which requests are not even looked at."""

from flask import Flask, Response, abort, current_app, request

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


def register(app: Flask) -> None:
    if app.config.get("LOGIN_DISABLED"):
        raise RuntimeError("LOGIN_DISABLED would let everybody in: remove it.")
    app.before_request(refuse_foreign)
    app.after_request(add_headers)


def refuse_foreign() -> None:
    """A form of another site cannot act here, whatever token it has got hold of."""
    if request.method not in ("GET", "HEAD", "OPTIONS") and request.headers.get("Sec-Fetch-Site") == "cross-site":
        abort(400)


def add_headers(response: Response) -> Response:
    response.headers.update(HEADERS)
    if current_app.config["HTTPS"]:
        response.headers["Strict-Transport-Security"] = f"max-age={A_YEAR}; includeSubDomains"
    if request.endpoint == "static":
        # the address of a file holds its version, so what was fetched once stays right
        response.headers["Cache-Control"] = f"public, max-age={A_YEAR}, immutable"
    else:
        response.headers["Cache-Control"] = "private, no-store"
    return response
