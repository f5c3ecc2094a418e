"""Settings from the environment: what is read, what stops the start, and that the documents name them all."""

import re
from pathlib import Path

import pytest

import config
from config import InvalidSettings, settings
from tests.conftest import application

ROOT = Path(__file__).resolve().parent.parent
KEY = "0123456789abcdefghijklmnopqrstuvwxyz"
NAME = re.compile(r"\b(?:SMARKETING|SECRET)_[A-Z_]+\b")


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    return {"SECRET_KEY": KEY, "SMARKETING_INSTANCE": str(tmp_path)}


# the documents


def read_by_config() -> set[str]:
    """Every setting that config.py asks for, with the files that may hold the secret ones."""
    source = Path(config.__file__).read_text()
    asked = set(re.findall(r'(?:env\.get\(|env, )"([A-Z_]+)"', source))
    return asked | {f"{name}_FILE" for name in re.findall(r'_secretly\(.*"([A-Z_]+)"\)', source)}


def test_the_example_names_every_setting_and_no_other() -> None:
    assert set(NAME.findall((ROOT / ".env.example").read_text())) == read_by_config()
    assert len(read_by_config()) > 10


def test_the_operator_is_told_of_every_setting() -> None:
    table = re.findall(r"^\| `([A-Z_]+)` \|", (ROOT / "docs/operations.md").read_text(), re.M)
    assert set(table) == read_by_config()
    assert len(table) == len(set(table))


def test_the_example_shows_the_defaults(env: dict[str, str], tmp_path: Path) -> None:
    example = (ROOT / ".env.example").read_text()
    shown = dict(re.findall(r"^#([A-Z_]+)=(\S+)$", example, re.M))
    beside = {name: value for name, value in shown.items() if "instance" not in value}
    assert settings(env | beside) == settings(env)
    assert len(beside) > 5


# the secret


@pytest.mark.parametrize("mode", ["production", "development", "test"])
@pytest.mark.parametrize("secret", ["", "short", "a" * 64, "abcabcabc" * 8, "0123456789" + "abcde" * 4 + "!"])
def test_a_missing_or_weak_secret_stops_the_start(env: dict[str, str], mode: str, secret: str) -> None:
    with pytest.raises(InvalidSettings, match="SECRET_KEY is missing or weak"):
        settings(env | {"SECRET_KEY": secret, "SMARKETING_ENV": mode})


def test_the_start_is_in_production_unless_told_otherwise(env: dict[str, str]) -> None:
    assert settings(env)["MODE"] == "production"


def test_no_secret_is_in_the_message(env: dict[str, str]) -> None:
    with pytest.raises(InvalidSettings) as refused:
        settings(env | {"SECRET_KEY": "hunter2"})
    assert "hunter2" not in str(refused.value)


def test_a_secret_is_read_from_the_file_that_is_named(env: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "key").write_text(f"{KEY}\n")
    assert settings(env | {"SECRET_KEY": "", "SECRET_KEY_FILE": str(tmp_path / "key")})["SECRET_KEY"] == KEY


def test_a_secret_is_read_from_the_instance_folder(env: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "secret_key").write_text(KEY)
    assert settings(env | {"SECRET_KEY": ""})["SECRET_KEY"] == KEY


def test_an_empty_file_is_not_made_up_for_by_another(env: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "secret_key").write_text(KEY)
    (tmp_path / "key").touch()
    with pytest.raises(InvalidSettings):
        settings(env | {"SECRET_KEY": "", "SECRET_KEY_FILE": str(tmp_path / "key")})


def test_a_secret_in_the_environment_comes_first(env: dict[str, str], tmp_path: Path) -> None:
    assert settings(env | {"SECRET_KEY_FILE": str(tmp_path / "missing")})["SECRET_KEY"] == KEY


@pytest.mark.parametrize("name", ["SECRET_KEY", "SECRET_KEY_FALLBACKS", "SMARKETING_DATABASE_URL"])
def test_a_file_that_cannot_be_read_stops_the_start(env: dict[str, str], tmp_path: Path, name: str) -> None:
    with pytest.raises(InvalidSettings, match=f"{name}_FILE names .*missing"):
        settings(env | {name: "", f"{name}_FILE": str(tmp_path / "missing")})


def test_former_secrets_are_believed_but_no_weak_ones(env: dict[str, str]) -> None:
    former = KEY[::-1]
    assert settings(env | {"SECRET_KEY_FALLBACKS": f"{former}, {KEY},"})["SECRET_KEY_FALLBACKS"] == [former, KEY]
    with pytest.raises(InvalidSettings, match="SECRET_KEY_FALLBACKS"):
        settings(env | {"SECRET_KEY_FALLBACKS": f"{former},changeme"})


# the rest


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("postgres://u:p@db/x", "postgresql+psycopg://u:p@db/x"),
        ("postgresql://u:p@db/x", "postgresql+psycopg://u:p@db/x"),
        ("postgresql+psycopg://u:p@db/x", "postgresql+psycopg://u:p@db/x"),
        ("sqlite:////srv/x.db", "sqlite:////srv/x.db"),
    ],
)
def test_a_database_is_named_by_its_url(env: dict[str, str], given: str, used: str) -> None:
    assert settings(env | {"SMARKETING_DATABASE_URL": given})["SQLALCHEMY_DATABASE_URI"] == used


def test_a_database_that_is_gone_is_given_up_soon_unless_its_url_says_otherwise(env: dict[str, str]) -> None:
    env["SMARKETING_DATABASE_URL"] = "postgresql://u:p@db/x?connect_timeout=60"
    settled = settings(env)["SQLALCHEMY_ENGINE_OPTIONS"]["connect_args"]
    assert (settled.get("connect_timeout"), settled["tcp_user_timeout"]) == (None, 10_000)


def test_without_a_database_there_is_a_file_in_the_instance_folder(env: dict[str, str], tmp_path: Path) -> None:
    env["SMARKETING_INSTANCE"] = str(tmp_path / "made")
    assert settings(env)["SQLALCHEMY_DATABASE_URI"] == f"sqlite:///{tmp_path}/made/smarketing.db"
    assert (tmp_path / "made").is_dir()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SMARKETING_DATABASE_URL", "mysql://db/x"),
        ("SMARKETING_DATABASE_URL", "sqlite:///beside.db"),
        ("SMARKETING_HTTPS", "yes"),
        ("SMARKETING_SCHEDULER", "of"),
        ("SMARKETING_LOG_LEVEL", "LOUD"),
        ("SMARKETING_PROXIES", "-1"),
        ("SMARKETING_PROXIES", "one"),
        ("SMARKETING_MAX_UPLOAD_MB", "1.5"),
        ("SMARKETING_MAX_UPLOAD_MB", "٣"),
    ],
)
def test_what_cannot_be_read_stops_the_start_and_is_named(env: dict[str, str], name: str, value: str) -> None:
    with pytest.raises(InvalidSettings, match=name):
        settings(env | {name: value})


def test_hosts_are_listed(env: dict[str, str]) -> None:
    assert settings(env)["TRUSTED_HOSTS"] is None
    assert settings(env | {"SMARKETING_HOSTS": "a.example, b.example"})["TRUSTED_HOSTS"] == ["a.example", "b.example"]


@pytest.mark.parametrize(("https", "name"), [("on", "__Host-smarketing"), ("off", "smarketing")])
def test_behind_https_the_cookie_is_bound_to_the_host(env: dict[str, str], https: str, name: str) -> None:
    kept = settings(env | {"SMARKETING_HTTPS": https})
    assert (kept["SESSION_COOKIE_NAME"], kept["SESSION_COOKIE_SECURE"]) == (name, https == "on")
    assert kept["SESSION_COOKIE_HTTPONLY"]
    assert kept["SESSION_COOKIE_SAMESITE"] == "Lax"


def test_signing_in_cannot_be_switched_off(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="LOGIN_DISABLED"):
        application(f"sqlite:///{tmp_path}/x.db", LOGIN_DISABLED=True)
