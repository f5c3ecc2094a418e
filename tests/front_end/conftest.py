"""A stage for the templates: the real base, macros, styles and modules, with plain stand-ins for what the
application gives them. No database and no network: the browser's requests are answered in this process.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import pytest
from flask import Flask, flash, render_template_string, request

ROOT = Path(__file__).resolve().parents[2]
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self';"
    " form-action 'self'"
)
ENDPOINTS = {
    "dashboard.index": "GET",
    "absences.index": "GET",
    "account.show": "GET",
    "account.language": "POST",
    "account.theme": "POST",
    "auth.sign_out": "POST",
    "notices.index": "GET",
    "routing.lines": "GET",
    "search.index": "GET",
    "singles.person": "GET",
    "tasks.index": "GET",
}


@pytest.fixture
def clock() -> Callable[[float, float, str, str | None], SimpleNamespace]:
    """Makes a clock as its badge takes it, in minutes from NOW; the application gives the state and words."""

    def make(due: float, at_risk: float, state: str, words: str | None) -> SimpleNamespace:
        due_at, at_risk_at = (NOW + timedelta(minutes=minutes) for minutes in (due, at_risk))
        paused_at = NOW if state == "paused" else None
        return SimpleNamespace(due_at=due_at, at_risk_at=at_risk_at, paused_at=paused_at, state=state, words=words)

    return make


class Stage(NamedTuple):
    """`scene` is what the page at "/" shows; `requests` are the methods and paths asked for so far."""

    app: Flask
    scene: dict[str, Any]
    requests: list[tuple[str, str]]


@pytest.fixture
def stage() -> Stage:
    app = Flask("stage", template_folder=str(ROOT / "templates"), static_folder=str(ROOT / "static"))
    app.secret_key = "known to everybody who reads the tests"
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_null_translations(newstyle=True)  # type: ignore[attr-defined]
    app.jinja_env.globals.update(
        csrf_token=lambda: "token",
        static_url=lambda path: f"/static/{path}",
        stage_name=str.upper,
        may=lambda permission: True,
        role_name=str.title,
        reason_sentence=lambda line: line[1],
        urgency=lambda clock: clock.state,
        time_left=lambda clock: clock.words,
    )
    app.jinja_env.filters.update(
        iso=lambda at: at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        local_datetime=lambda at: f"{at:%d %b %Y, %H:%M}",
        exact_datetime=lambda at: f"{at:%d %b %Y, %H:%M:%S}",
        local_date=lambda on: f"{on:%d %b %Y}",
        local_time=lambda at: f"{at:%H:%M}",
        ago=lambda at: "3 minutes ago",
        number=str,
    )
    scene: dict[str, Any] = {"template": "", "values": {}, "flashes": []}
    requests: list[tuple[str, str]] = []

    @app.get("/")
    def show() -> str:
        for category, message in scene["flashes"]:
            flash(message, category)
        return render_template_string(scene["template"], **surroundings() | scene["values"])

    @app.post("/refusal")
    def refuse() -> tuple[dict[str, str], int]:
        return {"message": "Sara was quicker."}, 409

    for endpoint, method in ENDPOINTS.items():
        app.add_url_rule(f"/{endpoint}", endpoint, lambda: ("", 204), methods=[method])

    @app.before_request
    def note() -> None:
        requests.append((request.method, request.full_path.rstrip("?")))

    @app.after_request
    def police(response: Any) -> Any:
        response.headers["Content-Security-Policy"] = POLICY
        return response

    return Stage(app, scene, requests)


def surroundings() -> dict[str, Any]:
    return {
        "now": NOW,
        "served_at": NOW,
        "locale": "en",
        "theme": "light",
        "current_user": SimpleNamespace(id=1, is_authenticated=True, name="Saul Berger", role="sales_rep"),
        "navigation": [
            {"url": "/", "icon": icon, "label": label, "active": label == "Queue", "count": count}
            for icon, label, count in (
                ("dashboard", "Dashboard", None),
                ("inbox", "Queue", 7),
                ("users", "Leads", None),
                ("file-certificate", "Agreement", None),
                ("chart-bar", "Reports", None),
            )
        ],
        "unread_notice_count": lambda: "99+",
    }


Show = Callable[..., Any]


@pytest.fixture
def show(stage: Stage, browser: Any) -> Iterator[Show]:
    """Puts a template on the stage and opens it in a browser whose own clock says NOW, give or take."""
    contexts = []
    complaints: list[str] = []

    def open_page(
        template: str,
        *,
        values: dict[str, Any] | None = None,
        flashes: tuple[tuple[str, Any], ...] = (),
        width: int = 1280,
        browser_is_ahead: timedelta = timedelta(0),
    ) -> Any:
        stage.scene.update(template=template, values=values or {}, flashes=flashes)
        context = browser.new_context(base_url="http://stage.test", viewport={"width": width, "height": 800})
        contexts.append(context)
        context.route("**/*", lambda route: answer(stage.app, route))
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.clock.install(time=NOW + browser_is_ahead)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda line: complaints.append(line.text) if "Content Security" in line.text else None)
        page.goto("/")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


def answer(app: Flask, route: Any) -> None:
    """The application's answer to a request of the browser, without a socket between them."""
    asked = route.request
    address = urlsplit(asked.url)
    with app.test_client().open(
        f"{address.path}?{address.query}",
        method=asked.method,
        data=asked.post_data_buffer,
        headers={name: value for name, value in asked.headers.items() if name != "host"},
    ) as response:
        status, headers, body = response.status_code, dict(response.headers), response.get_data()
    route.fulfill(status=status, headers=headers, body=body)
