"""One line per event on the standard output: JSON in production, readable elsewhere.

No e-mail address gets out, and no value can begin a line of its own.
"""

import json
import logging
import re
import secrets
import sys
import time
from datetime import UTC, datetime
from typing import Any, TextIO

from flask import Flask, Response, g, has_request_context, request

SLOW = 1.0
"""Seconds after which an answer is worth a warning."""

_ADDRESS = re.compile(r"""(?<![^\s@<>"'(),;:=])[^\s@<>"'(),;:=]+@[^\s@<>"'(),;:=]+""")
_LINE_BREAKS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")

log = logging.getLogger(__name__)


def configure_logs(app: Flask) -> None:
    level = app.config.get("LOG_LEVEL", "INFO")
    logging.getLogger("smarketing").setLevel(level)
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    if not app.testing:
        handler = LineHandler(JsonLines() if app.config.get("MODE") == "production" else ReadableLines())
        root = logging.getLogger()
        root.handlers = [*(other for other in root.handlers if not isinstance(other, LineHandler)), handler]
    app.before_request(_begin)
    app.after_request(_end)


def redacted(text: str) -> str:
    """Without the e-mail addresses that errors of databases like to quote."""
    return _ADDRESS.sub("[e-mail]", text)


def request_id() -> str | None:
    return g.get("request_id") if has_request_context() else None


# requests


def _begin() -> None:
    g.request_id = secrets.token_hex(8)
    g.began = time.monotonic()


def _end(response: Response) -> Response:
    seconds = time.monotonic() - g.began
    response.headers["X-Request-ID"] = g.request_id
    log.log(
        _level(seconds),
        "%s %s %s",
        request.method,
        request.path,
        response.status_code,
        extra={
            "fields": {
                "method": request.method,
                "path": request.path,
                "status": response.status_code,
                "duration_ms": round(seconds * 1000),
                "user": g.get("user_id"),
            }
        },
    )
    return response


def _level(seconds: float) -> int:
    if seconds > SLOW:
        return logging.WARNING
    return logging.DEBUG if request.endpoint in ("static", "health.live", "health.ready") else logging.INFO


# lines


class LineHandler(logging.StreamHandler[TextIO]):
    """Writes where sys.stdout points now, which a test or a supervisor may have replaced."""

    def __init__(self, formatter: logging.Formatter) -> None:
        super().__init__(sys.stdout)
        self.setFormatter(formatter)

    def emit(self, record: logging.LogRecord) -> None:
        self.stream = sys.stdout
        super().emit(record)


class JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": _time(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            "request_id": request_id(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps({name: _safe(value) for name, value in line.items() if value is not None}, default=str)


class ReadableLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        message = _LINE_BREAKS.sub(lambda found: f"\\x{ord(found[0]):02x}", record.getMessage())
        duration = getattr(record, "fields", {}).get("duration_ms")
        took = "" if duration is None else f" ({duration} ms)"
        line = f"{_time(record)} {record.levelname.lower():7} {record.name}: {message}{took}"
        if record.exc_info:
            line += "\n" + "\n".join("    " + text for text in self.formatException(record.exc_info).splitlines())
        return redacted(line)


def _safe(value: Any) -> Any:
    return redacted(value) if isinstance(value, str) else value


def _time(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
