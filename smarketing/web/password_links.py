"""Links by which people choose their own password, so that nobody else ever knows it.

A link is signed, for one account, and ends when it has been used or its days are over. Nothing is stored: it names
the password it is to replace.
"""

import hashlib
from datetime import timedelta

from flask import current_app, url_for
from itsdangerous import BadSignature, URLSafeSerializer

from smarketing.db import db
from smarketing.domain.passwords import LINK_LIFE
from smarketing.models.people import User
from smarketing.web.access import now


def link_for(user: User) -> str:
    """The token stands in the query, which no log of ours holds."""
    until = int((now() + LINK_LIFE).timestamp())
    token = _signer().dumps([user.id, until, _mark(user)])
    return url_for("auth.choose_password", token=token, _external=True)


def user_of(token: str) -> User | None:
    """Who may choose a password by this link; None when it is not ours, has been used or is too old."""
    try:
        user_id, until, mark = _signer().loads(token)
    except BadSignature:
        return None
    if now().timestamp() >= until:
        return None
    user = db.session.get(User, user_id)
    return user if user and user.is_active and _mark(user) == mark else None


def days() -> int:
    return LINK_LIFE // timedelta(days=1)


def _signer() -> URLSafeSerializer:
    keys = [*current_app.config["SECRET_KEY_FALLBACKS"], current_app.config["SECRET_KEY"]]
    return URLSafeSerializer(keys, salt="choose a password")


def _mark(user: User) -> str:
    return hashlib.sha256(user.password_hash.encode()).hexdigest()[:16]
