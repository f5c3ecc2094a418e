"""Settings, read from the environment (see .env.example). Imported by wsgi.py and the tests only."""

import os
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent
MINIMUM_SECRET_LENGTH = 32


class InvalidSettings(SystemExit):
    """The application refuses to start; the message says which setting and what to do."""


def settings(environ: dict[str, str] | None = None) -> dict[str, Any]:
    """The Flask configuration. Raises InvalidSettings for a missing or weak secret in production."""
    env = dict(os.environ) if environ is None else environ
    mode = env.get("SMARKETING_ENV", "production")
    instance = Path(env.get("SMARKETING_INSTANCE", ROOT / "instance")).absolute()
    is_secure = env.get("SMARKETING_HTTPS", "off") == "on"
    return {
        "MODE": mode,
        "SECRET_KEY": _secret(env, instance),
        "SECRET_KEY_FALLBACKS": [key for key in env.get("SECRET_KEY_FALLBACKS", "").split(",") if key],
        "SQLALCHEMY_DATABASE_URI": _database_url(env, instance),
        # an error of the database must not bring the values of a lead into the log; a restarted server is noticed
        "SQLALCHEMY_ENGINE_OPTIONS": {"hide_parameters": True, "pool_pre_ping": True},
        "SCHEDULER": env.get("SMARKETING_SCHEDULER", "embedded"),
        "UPLOADS": str(Path(env.get("SMARKETING_UPLOADS", instance / "uploads"))),
        "MAX_UPLOAD_BYTES": _whole_number(env, "SMARKETING_MAX_UPLOAD_MB", 256) * 1024 * 1024,
        "MAX_CONTENT_LENGTH": 2 * 1024 * 1024,
        "TRUSTED_HOSTS": [host for host in env.get("SMARKETING_HOSTS", "").split(",") if host] or None,
        "PROXIES": _whole_number(env, "SMARKETING_PROXIES", 0),
        "HTTPS": is_secure,
        "SESSION_COOKIE_NAME": "__Host-smarketing" if is_secure else "smarketing",
        "SESSION_COOKIE_SECURE": is_secure,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "WTF_CSRF_TIME_LIMIT": None,
        "LOG_LEVEL": env.get("SMARKETING_LOG_LEVEL", "INFO"),
    }


def _secret(env: dict[str, str], instance: Path) -> str:
    secret = env.get("SECRET_KEY", "")
    path = Path(env.get("SECRET_KEY_FILE", instance / "secret_key"))
    if not secret and path.is_file():
        secret = path.read_text().strip()
    if len(secret) < MINIMUM_SECRET_LENGTH or len(set(secret)) < 10:
        raise InvalidSettings(
            "SECRET_KEY is missing or weak: it needs at least 32 varied characters. Make one with"
            " `python3 -c 'import secrets; print(secrets.token_hex(32))'` and set SECRET_KEY or SECRET_KEY_FILE."
        )
    return secret


def _database_url(env: dict[str, str], instance: Path) -> str:
    url = env.get("SMARKETING_DATABASE_URL")
    if not url:
        instance.mkdir(parents=True, exist_ok=True)
        return f"sqlite:///{instance / 'smarketing.db'}"
    for scheme in ("postgres://", "postgresql://"):
        if url.startswith(scheme):
            return "postgresql+psycopg://" + url.removeprefix(scheme)
    return url


def _whole_number(env: dict[str, str], name: str, default: int) -> int:
    value = env.get(name, str(default))
    if not (value.isascii() and value.isdigit()):
        raise InvalidSettings(f"{name} must be a whole number, not “{value}”.")
    return int(value)
