"""Settings, read from the environment (see .env.example). Imported by wsgi.py and the tests only."""

import os
from email.utils import parseaddr
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

ROOT = Path(__file__).resolve().parent
MINIMUM_SECRET_LENGTH = 32

GIVEN_UP_AFTER = {
    "connect_timeout": 5,
    "tcp_user_timeout": 10_000,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 2,
}
"""Seconds, but milliseconds for what was sent and never arrived. A slow answer is waited for."""


class InvalidSettings(SystemExit):
    """The application refuses to start; the message says which setting and what to do."""


SWITCH = ("on", "off")
SECURITIES = ("starttls", "tls", "none")
SCHEDULERS = ("embedded", "separate", "off")
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


def settings(environ: dict[str, str] | None = None) -> dict[str, Any]:
    """The Flask configuration. Raises InvalidSettings for a missing or weak secret and for what it cannot read."""
    env = dict(os.environ) if environ is None else environ
    mode = env.get("SMARKETING_ENV", "production")
    instance = Path(env.get("SMARKETING_INSTANCE", ROOT / "instance")).absolute()
    is_secure = _one_of(env, "SMARKETING_HTTPS", SWITCH, "off") == "on"
    database_url = _database_url(env, instance)
    return {
        "MODE": mode,
        "SECRET_KEY": _secret(env, instance),
        "SECRET_KEY_FALLBACKS": _former_secrets(env),
        "SQLALCHEMY_DATABASE_URI": database_url,
        # an error of the database must not bring the values of a lead into the log; a restarted server is noticed
        "SQLALCHEMY_ENGINE_OPTIONS": {"hide_parameters": True, "pool_pre_ping": True, **_given_up_soon(database_url)},
        "SCHEDULER": _one_of(env, "SMARKETING_SCHEDULER", SCHEDULERS, "embedded"),
        "UPLOADS": str(Path(env.get("SMARKETING_UPLOADS", instance / "uploads"))),
        "MAX_UPLOAD_BYTES": _whole_number(env, "SMARKETING_MAX_UPLOAD_MB", 256) * 1024 * 1024,
        "MAX_CONTENT_LENGTH": 2 * 1024 * 1024,
        "TRUSTED_HOSTS": _list(env.get("SMARKETING_HOSTS")) or None,
        "PROXIES": _whole_number(env, "SMARKETING_PROXIES", 0),
        "HTTPS": is_secure,
        "SESSION_COOKIE_NAME": "__Host-smarketing" if is_secure else "smarketing",
        "SESSION_COOKIE_SECURE": is_secure,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "WTF_CSRF_TIME_LIMIT": None,
        "BCC_ADDRESS": _address(env, "SMARKETING_BCC_ADDRESS"),
        "PUBLIC_URL": _public_url(env),
        "CHROME": env.get("SMARKETING_CHROME", "").strip(),
        **_smtp(env),
        "LOG_LEVEL": _one_of(env, "SMARKETING_LOG_LEVEL", LOG_LEVELS, "INFO"),
    }


def _secret(env: dict[str, str], instance: Path) -> str:
    kept = instance / "secret_key"
    is_kept = not env.get("SECRET_KEY_FILE") and kept.is_file()
    secret = _secretly(env | {"SECRET_KEY_FILE": str(kept)} if is_kept else env, "SECRET_KEY")
    if not _is_strong(secret):
        raise InvalidSettings(
            "SECRET_KEY is missing or weak: it needs at least 32 varied characters. Make one with"
            " `python3 -c 'import secrets; print(secrets.token_hex(32))'` and set SECRET_KEY or SECRET_KEY_FILE."
        )
    return secret


def _former_secrets(env: dict[str, str]) -> list[str]:
    secrets = _list(_secretly(env, "SECRET_KEY_FALLBACKS"))
    if not all(map(_is_strong, secrets)):
        raise InvalidSettings("SECRET_KEY_FALLBACKS holds a weak key: whoever guesses it could sign in as anybody.")
    return secrets


def _is_strong(secret: str) -> bool:
    return len(secret) >= MINIMUM_SECRET_LENGTH and len(set(secret)) >= 10


def _database_url(env: dict[str, str], instance: Path) -> str:
    url = _secretly(env, "SMARKETING_DATABASE_URL")
    if not url:
        instance.mkdir(parents=True, exist_ok=True)
        return f"sqlite:///{instance / 'smarketing.db'}"
    for scheme in ("postgres://", "postgresql://"):
        if url.startswith(scheme):
            return "postgresql+psycopg://" + url.removeprefix(scheme)
    if not url.startswith(("sqlite:////", "postgresql+psycopg://")):
        raise InvalidSettings("SMARKETING_DATABASE_URL must begin with postgresql:// or with sqlite:////.")
    return url


def _given_up_soon(database_url: str) -> dict[str, Any]:
    """A PostgreSQL whose machine or network is gone is given up within seconds, unless its address says otherwise."""
    if database_url.startswith("sqlite:"):
        return {}
    settled = parse_qs(urlsplit(database_url).query)
    return {"connect_args": {name: value for name, value in GIVEN_UP_AFTER.items() if name not in settled}}


def _secretly(env: dict[str, str], name: str) -> str:
    """A setting, or what is in the file that NAME_FILE names, as container tools hand secrets over; or nothing."""
    path = env.get(f"{name}_FILE")
    if env.get(name) or not path:
        return env.get(name, "")
    try:
        return Path(path).read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidSettings(f"{name}_FILE names {path}, which cannot be read: {error}") from None


def _list(text: str | None) -> list[str]:
    return [each.strip() for each in (text or "").split(",") if each.strip()]


def _one_of(env: dict[str, str], name: str, words: tuple[str, ...], default: str) -> str:
    value = env.get(name) or default
    if value not in words:
        raise InvalidSettings(f"{name} must be one of {', '.join(words)}, not “{value}”.")
    return value


def _address(env: dict[str, str], name: str) -> str:
    """An e-mail address, or nothing."""
    address = env.get(name, "").strip()
    local, at, domain = address.partition("@")
    if address and not (local and at and domain and "+" not in local and address.isascii() and " " not in address):
        raise InvalidSettings(f"{name} must be an e-mail address without +, such as touches@leads.example.com.")
    return address


def _smtp(env: dict[str, str]) -> dict[str, Any]:
    """The mail server that notices leave by; SMTP_HOST is empty where there is none."""
    smtp: dict[str, Any] = {
        "SMTP_HOST": env.get("SMARKETING_SMTP_HOST", "").strip(),
        "SMTP_PORT": _whole_number(env, "SMARKETING_SMTP_PORT", 587),
        "SMTP_SECURITY": _one_of(env, "SMARKETING_SMTP_SECURITY", SECURITIES, "starttls"),
        "SMTP_USER": env.get("SMARKETING_SMTP_USER", ""),
        "SMTP_PASSWORD": _secretly(env, "SMARKETING_SMTP_PASSWORD"),
        "SMTP_FROM": env.get("SMARKETING_SMTP_FROM", "").strip(),
        "SMTP_TIMEOUT": _whole_number(env, "SMARKETING_SMTP_TIMEOUT", 10),
    }
    name, address = parseaddr(smtp["SMTP_FROM"])
    local, _, domain = address.rpartition("@")
    if smtp["SMTP_HOST"] and not (local and domain and (name + address).isprintable()):
        raise InvalidSettings("SMARKETING_SMTP_FROM must be an e-mail address, such as smarketing@example.com.")
    if smtp["SMTP_HOST"] and not 1 <= smtp["SMTP_TIMEOUT"] <= 60:
        raise InvalidSettings("SMARKETING_SMTP_TIMEOUT must be 1 to 60 seconds.")
    return smtp


def _public_url(env: dict[str, str]) -> str:
    """Where people reach the application, for links in e-mails; or nothing."""
    url = env.get("SMARKETING_URL", "").strip().rstrip("/")
    if url and not url.startswith(("https://", "http://")):
        raise InvalidSettings("SMARKETING_URL must begin with https:// or http://.")
    return url


def _whole_number(env: dict[str, str], name: str, default: int) -> int:
    value = env.get(name, str(default))
    if not (value.isascii() and value.isdigit()):
        raise InvalidSettings(f"{name} must be a whole number, not “{value}”.")
    return int(value)
