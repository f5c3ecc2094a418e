"""The set-up script, as far as it can be tried without installing anything."""

import socket
import stat
from pathlib import Path

import pytest

import manage


def test_a_taken_port_is_named() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(SystemExit, match=f"127.0.0.1:{port}.*--port"):
            manage.refuse_taken_port("127.0.0.1", port)


def test_the_secret_is_made_once_and_only_its_owner_reads_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMARKETING_INSTANCE", str(tmp_path / "instance"))
    monkeypatch.delenv("SECRET_KEY", raising=False)
    monkeypatch.setenv("SECRET_KEY_FILE", "")
    manage.provide_secret()
    file = tmp_path / "instance" / "secret_key"
    first = file.read_text()
    monkeypatch.setenv("SECRET_KEY_FILE", "")
    manage.provide_secret()
    assert file.read_text() == first
    assert len(first) >= 32
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_given_secret_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMARKETING_INSTANCE", str(tmp_path))
    monkeypatch.setenv("SECRET_KEY", "given by the administrator")
    manage.provide_secret()
    assert list(tmp_path.iterdir()) == []


def test_fresh_never_touches_a_database_it_did_not_make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMARKETING_INSTANCE", str(tmp_path))
    monkeypatch.setenv("SMARKETING_DATABASE_URL", "postgresql://somewhere/else")
    (tmp_path / "smarketing.db").touch()
    with pytest.raises(SystemExit):
        manage.delete_local_database()
    assert (tmp_path / "smarketing.db").exists()


def test_without_rights_or_debian_no_browser_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manage, "call", lambda command: pytest.fail(f"it ran {command}"))
    monkeypatch.setattr(manage, "as_administrator", lambda: None)
    assert manage.install_chromium() is None
    monkeypatch.setattr(manage, "as_administrator", lambda: [])
    monkeypatch.setattr(manage, "is_debian", lambda: False)
    assert manage.install_chromium() is None


@pytest.mark.parametrize("count", [1, 2, 3])
def test_a_larger_lock_serves_for_those_it_holds(count: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    served = (manage.RUNTIME_LOCK, manage.PREDICT_LOCK, manage.DEV_LOCK)[:count]
    stamp = tmp_path / "installed-lock.sha256"
    stamp.write_text(manage.digest(served[-1]))
    monkeypatch.setattr(manage, "INSTALLED", stamp)
    monkeypatch.setattr(manage, "must", lambda command: pytest.fail(f"it ran {command}"))
    for lock in served:
        manage.install(lock)
