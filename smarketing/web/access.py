"""Who is asking, and may they? Every view says its policy; a view without one answers nobody.

The cookie of a browser holds a random token, the database its session: see services/sessions.py. Another system sends
a token of its own with each request to the API, where a cookie counts for nothing: see services/tokens.py.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar, cast

from flask import Flask, abort, current_app, flash, g, redirect, request, session, url_for
from flask_babel import gettext
from flask_login import LoginManager, current_user
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.wrappers import Response

from smarketing.db import db, transaction
from smarketing.domain.errors import N_, NotAllowed
from smarketing.domain.roles import Permission, may
from smarketing.models.people import User, UserSession
from smarketing.models.tokens import ApiToken
from smarketing.services import sessions, tokens
from smarketing.services.sessions import Origin
from smarketing.web.addresses import is_api, own_path, referring_path, wants_json

View = TypeVar("View", bound=Callable[..., Any])
PUBLIC = "public"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

login_manager = LoginManager()


def allows(permission: Permission) -> Callable[[View], View]:
    """Let only people with this permission in; anonymous ones are sent to sign in first."""
    return lambda view: _with_policy(view, permission)


def public(view: View) -> View:
    return _with_policy(view, PUBLIC)


def policy_of(endpoint: str) -> str | Permission | None:
    """PUBLIC, the permission that is asked for, or None: nobody has thought of this view yet."""
    if endpoint == "static":
        return PUBLIC
    return getattr(current_app.view_functions[endpoint], "policy", None)


def now() -> datetime:
    """The instant of this request: one, however long it takes."""
    if "now" not in g:
        g.now = current_app.config["WALLCLOCK"]()
    return cast(datetime, g.now)


def actor() -> User:
    return cast(User, current_user._get_current_object())


def current_session() -> UserSession:
    """The session of this browser; only where somebody is signed in."""
    return cast(UserSession, g.user_session)


def current_token() -> ApiToken:
    """The token of the system that asks; only in the API, where somebody is known by one."""
    return cast(ApiToken, g.api_token)


def origin() -> Origin:
    return Origin(request.remote_addr or "", request.user_agent.string, session.get("known"))


def begin_session(token: str, user_id: int, *, language: str) -> None:
    """Put a new session into this browser's cookie, with nothing left of what was there before."""
    session.clear()
    session.update(token=token, known=user_id, language=language)
    session.permanent = True


def forget_session() -> None:
    """Signed out; the browser stays known, so that it is counted by itself when passwords are guessed elsewhere."""
    kept = {name: session[name] for name in ("known", "language") if name in session}
    session.clear()
    session.update(kept)


def forget_person() -> None:
    """The rest of this request does without the database, which may be what has failed."""
    g._login_user = login_manager.anonymous_user()


def start_over() -> None:
    """Drop what was not committed; whatever follows in this request only reads."""
    db.session.rollback()
    if "token" in session:
        read_only()


def read_only() -> None:
    """Begin a transaction that only reads: on SQLite it waits for no writer. One that has begun stays as it is."""
    if not db.session().in_transaction():
        db.session.connection(execution_options={"reads_only": True})


def register(app: Flask) -> None:
    app.config["PERMANENT_SESSION_LIFETIME"] = sessions.SESSION_LIFE
    login_manager.session_protection = None
    login_manager.init_app(app, add_context_processor=True)
    app.before_request(check)
    app.jinja_env.globals["may"] = lambda permission: (
        current_user.is_authenticated and may(actor().role, Permission(permission))
    )


def check() -> Response | None:
    """Runs before every view; raises 403 or leads to the sign-in page."""
    if request.endpoint is None:
        return None
    policy = policy_of(request.endpoint)
    if policy == PUBLIC:
        return None
    if not current_user.is_authenticated:
        return _to_sign_in()
    if is_api():
        _see_token()
    else:
        _see()
    if policy is None or not may(actor().role, Permission(policy)):
        abort(403)
    return None


@login_manager.request_loader
def _load(_request: Any) -> User | None:
    return _by_bearer() if is_api() else _by_cookie()


def _by_bearer() -> User | None:
    sent = request.authorization
    if sent is None or sent.type != "bearer" or not sent.token:
        return None
    if request.method in SAFE_METHODS:
        read_only()
    found = tokens.holder(sent.token, now=now())
    if found is None:
        return None
    g.api_token = found
    g.user_id = found.user_id
    return found.user


def _by_cookie() -> User | None:
    token = session.get("token")
    if not isinstance(token, str):
        return None
    if request.method in SAFE_METHODS:
        read_only()
    found = sessions.session_of(token, now=now())
    if found is None:
        return None
    g.user_session = found
    g.user_id = found.user_id
    return found.user


def _see() -> None:
    """Keep the session alive."""
    seen = current_session()
    if seen.last_seen_at + sessions.SEEN_EVERY <= now():
        _note(seen.id, sessions.see_session)


def _see_token() -> None:
    used = current_token()
    if request.method not in SAFE_METHODS and not used.may_write:
        raise NotAllowed(N_("This token may only read."))
    if used.last_used_at is None or used.last_used_at + tokens.SEEN_EVERY <= now():
        _note(used.id, tokens.see)


def _note(seen_id: int, see: Callable[..., None]) -> None:
    """In a transaction of its own, so that it stands whatever becomes of the request."""
    db.session.rollback()
    with transaction():
        see(seen_id, now=now())
    if request.method in SAFE_METHODS:
        read_only()


def _to_sign_in() -> Response:
    """Afterwards they are led to where they wanted to go; for a form, to the page it stood on."""
    if is_api():
        abort(401, www_authenticate=WWWAuthenticate("bearer", {"realm": "Smarketing"}))
    if wants_json():
        abort(401)
    if request.method in SAFE_METHODS:
        wanted = own_path(request.full_path.rstrip("?"))
    else:
        wanted = referring_path()
        flash(gettext("You were signed out meanwhile, so nothing was saved. Sign in and send it again."), "error")
    return redirect(url_for("auth.sign_in", next=wanted if wanted != "/" else None), code=303)


def _with_policy(view: View, policy: str | Permission) -> View:
    view.policy = policy  # type: ignore[attr-defined]
    return view
