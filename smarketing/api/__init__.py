"""The same verbs for other systems: JSON in and out under /api/v1, as the person whose token is sent.

A cookie counts for nothing here, so no page of another site can ask in somebody's name.
"""

from importlib import import_module

from flask import Flask

BLUEPRINTS = "agreement arrivals engagements handoffs leads merges openapi ratios".split()


def register(app: Flask) -> None:
    """After the pages, whose checks and errors the API shares."""
    for name in BLUEPRINTS:
        blueprint = import_module(f"smarketing.api.{name}").bp
        app.register_blueprint(blueprint)
        app.extensions["csrf"].exempt(blueprint)
