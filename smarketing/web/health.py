"""For the supervisor: is this process alive, and ready to serve? Names what is wrong, without details."""

from flask import Blueprint, Response, current_app, jsonify

from smarketing.reports import readiness
from smarketing.web.access import public

bp = Blueprint("health", __name__)


@bp.get("/healthz")
@public
def live() -> Response:
    return jsonify(status="ok")


@bp.get("/readyz")
@public
def ready() -> tuple[Response, int]:
    fault = _fault()
    if fault:
        return jsonify(status="not ready", fault=fault), 503
    return jsonify(status="ready"), 200


def _fault() -> str | None:
    """The first fault only: without a database there are no tables, without tables there is no lease."""
    if not readiness.is_database_reachable():
        return "database"
    if not readiness.is_schema_current():
        return "migrations"
    if current_app.config["SCHEDULER"] != "off" and readiness.leader() is None:
        return "scheduler"
    return None
