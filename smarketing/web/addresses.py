"""Where an answer may lead, and in which shape it is wanted."""

import re
from urllib.parse import urlsplit

from flask import request

LONGEST = 2000
API = "/api/"

# what a path and its query may hold: no backslash, space, control or foreign letter, which browsers bend into
# the address of another site
_OWN_PATH = re.compile(r"/[A-Za-z0-9\-._~!$&'()*+,;=:@%/]*(\?[A-Za-z0-9\-._~!$&'()*+,;=:@%/?]*)?")


def own_path(target: str | None) -> str | None:
    """The target when it is a path of this application, else None."""
    if not target or len(target) > LONGEST or not _OWN_PATH.fullmatch(target):
        return None
    return None if "//" in target.partition("?")[0] else target


def referring_path() -> str | None:
    """The page of ours that this request comes from; None when it is unknown or not ours."""
    try:
        referrer = urlsplit(request.referrer or "")
    except ValueError:
        return None
    if referrer.netloc != request.host:
        return None
    return own_path(f"{referrer.path}?{referrer.query}" if referrer.query else referrer.path)


def is_api() -> bool:
    """Asked by another system, which brings a token instead of a cookie and reads problem documents."""
    return request.path.startswith(API)


def wants_json() -> bool:
    """htmx shows the message of a refusal itself, and scripts read it."""
    best = request.accept_mimetypes.best_match(["text/html", "application/json"], "text/html")
    return request.headers.get("HX-Request") == "true" or best == "application/json"
