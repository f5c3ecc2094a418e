"""The pages: blueprints, what every template may use, and how errors are answered."""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from flask import Flask, g, url_for
from flask_login import current_user
from flask_wtf.csrf import CSRFProtect

from smarketing.jobs import deliver_letters
from smarketing.web import access, compression, errors, filters, languages, letter_writer, navigation, security

BLUEPRINTS = (
    "auth account dashboard queue leads handoffs imports agreements drafts draft_texts draft_figures reports people"
    " teams notices jobs health search views disputes inbox bulks routing absences remarks tokens criteria"
    " clocks privacy themes cases statements shares library editor discussions revisions histories reach letters"
    " singles subscriptions amendments feasibility backtests personas tenures tasks statuses predictors merges"
).split()


def register(app: Flask) -> None:
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = False
    languages.register(app)
    filters.register(app)
    security.register(app)
    compression.register(app)
    access.register(app)
    CSRFProtect(app)
    errors.register(app)
    for name in BLUEPRINTS:
        app.register_blueprint(import_module(f"smarketing.web.{name}").bp)
    app.extensions[deliver_letters.WRITER] = letter_writer.write
    app.context_processor(_surroundings)
    app.jinja_env.globals["static_url"] = _versions(app)


def _surroundings() -> dict[str, object]:
    """What `base.html` and the macros rely on."""
    is_known = bool(current_user and current_user.is_authenticated)
    return {
        "now": access.now(),
        "served_at": access.now(),
        "locale": languages.locale(),
        "theme": current_user.theme if is_known else "auto",
        "shortcuts_on": current_user.has_shortcuts if is_known else True,
        "navigation": navigation.items() if is_known else [],
    }


def _versions(app: Flask) -> Callable[[str], str]:
    """Addresses of static files with the time of their last change, so that browsers may keep them for good.

    Each is looked at once per request: a page names its file of icons a hundred times.
    """
    folder = Path(str(app.static_folder))

    def static_url(path: str) -> str:
        known: dict[str, str] = g.setdefault("static_urls", {})
        if path not in known:
            changed = f"{(folder / path).stat().st_mtime_ns // 1_000_000:x}"
            known[path] = url_for("static", filename=path, v=changed)
        return known[path]

    return static_url
