"""The way to the page of one person or one source, for whoever may follow it."""

from flask import g, url_for
from flask_login import current_user

from smarketing.reports import choices
from smarketing.web.theme_view import source_arg


def person_url(user_id: int | None) -> str | None:
    """None where the reader may not see this person's figures; whom they may see is asked once per request."""
    if user_id is None or not current_user.is_authenticated:
        return None
    if "seen_people" not in g:
        g.seen_people = choices.seen_by(current_user)
    return url_for("singles.person", user_id=user_id) if user_id in g.seen_people else None


def source_url(source: str, **args: str) -> str:
    return url_for("singles.source", **(args | {"source": source_arg(source)}))  # type: ignore[arg-type]
