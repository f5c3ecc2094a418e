"""The application factory."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flask import Flask
from flask_migrate import Migrate
from werkzeug.middleware.proxy_fix import ProxyFix

from smarketing import api, commands, models, web  # noqa: F401 - models: every table must be known
from smarketing.db import db
from smarketing.logs import configure_logs
from smarketing.wallclock import utc_now

ROOT = Path(__file__).resolve().parent.parent


def create_app(settings: Mapping[str, Any]) -> Flask:
    """An application with these settings; `WALLCLOCK` among them replaces the time source (tests, demo)."""
    app = Flask(
        "smarketing",
        template_folder=str(ROOT / "templates"),
        static_folder=str(ROOT / "static"),
        root_path=str(ROOT / "smarketing"),
    )
    app.config.from_mapping(WALLCLOCK=utc_now)
    app.config.from_mapping(settings)
    if proxies := app.config.get("PROXIES"):
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies)  # type: ignore[method-assign]
    configure_logs(app)
    db.init_app(app)
    Migrate(app, db, directory=str(ROOT / "smarketing" / "migrations"), render_as_batch=False)
    web.register(app)
    api.register(app)
    commands.register(app)
    return app
