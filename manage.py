#!/usr/bin/env python3
"""Set up, run, check and test Smarketing with nothing but Python: `python3 manage.py --help`.

The first call makes .venv and installs the hashed lock into it; later calls find it up to date at once.
"""

import argparse
import hashlib
import importlib.util
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

if sys.version_info < (3, 11):  # noqa: UP036 - this file is what an older Python meets first
    sys.exit(f"Smarketing needs Python 3.11 or newer; this is {sys.version.split()[0]} ({sys.executable}).")

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / "bin"
RUNTIME_LOCK = ROOT / "requirements.txt"
PREDICT_LOCK = ROOT / "requirements-predict.txt"
DEV_LOCK = ROOT / "requirements-dev.txt"
LARGER = {RUNTIME_LOCK: (PREDICT_LOCK, DEV_LOCK), PREDICT_LOCK: (DEV_LOCK,)}
INSTALLED = VENV / "installed-lock.sha256"
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHECKS = {
    "lint": ["ruff", "check", "--quiet"],
    "format": ["ruff", "format", "--check", "--quiet"],
    "types": ["mypy"],
    "imports": ["lint-imports", "--no-cache"],
    "templates": ["djlint", "templates", "--lint", "--quiet"],
}


def main() -> int:
    options, extra = command_line().parse_known_args()
    os.chdir(ROOT)
    if extra and options.command not in (test, bench):
        sys.exit(f"Unknown: {' '.join(extra)}. See python3 manage.py --help.")
    status: int = options.command(options, extra)
    return status


def command_line() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="manage.py", description="Set up, run, check and test Smarketing.")
    commands = parser.add_subparsers(required=True, metavar="command")

    command = commands.add_parser("setup", help="make .venv and install the locked packages")
    command.add_argument("--dev", action="store_true", help="with the tools for tests and checks")
    command.add_argument("--predict", action="store_true", help="with scikit-learn, to train estimates")
    command.set_defaults(command=setup)

    command = commands.add_parser("run", help="serve the application, with a demo when the database is empty")
    command.add_argument("--host", default="127.0.0.1")
    command.add_argument("--port", type=int, default=8000)
    command.add_argument("--fresh", action="store_true", help="delete the local SQLite database and start again")
    command.set_defaults(command=run)

    command = commands.add_parser("test", help="checks, then every test; or pytest with the arguments given")
    command.set_defaults(command=test)

    command = commands.add_parser("check", help="lint, format, types, import contracts, templates")
    command.set_defaults(command=check)

    command = commands.add_parser("translate", help="bring the French catalogue up to date with the code")
    command.set_defaults(command=translate)

    command = commands.add_parser("bench", help="measure: one benchmark of bench/, or all of them")
    command.add_argument("name", nargs="?")
    command.set_defaults(command=bench)

    command = commands.add_parser("soak", help="kill web and scheduler again and again; nothing may be lost")
    command.add_argument("kills", nargs="?", type=int, default=1000)
    command.add_argument("kind", nargs="?", choices=("sqlite", "postgresql"), help="of database; both when absent")
    command.add_argument("--seed", type=int, default=1, help="another one, other kills")
    command.set_defaults(command=soak)
    return parser


# setup


def setup(options: argparse.Namespace, _extra: list[str]) -> int:
    install(DEV_LOCK if options.dev else PREDICT_LOCK if options.predict else RUNTIME_LOCK)
    return 0


def install(lock: Path) -> None:
    """Bring .venv up to the lock. A larger one holds it, and so serves for both."""
    if installed() in map(digest, (lock, *LARGER.get(lock, ()))):
        return
    print(f"Installing {lock.name} into {VENV.name} …", flush=True)
    INSTALLED.unlink(missing_ok=True)
    uv = shutil.which("uv")
    make_venv(uv)
    pip = [uv, "pip"] if uv else [str(BIN / "python"), "-m", "pip", "--disable-pip-version-check"]
    target = ["--python", str(BIN / "python")] if uv else []
    must([*pip, "install", "--quiet", *target, "--require-hashes", "--requirement", str(lock)])
    INSTALLED.write_text(digest(lock))


def installed() -> str:
    return INSTALLED.read_text() if INSTALLED.exists() and (BIN / "python").exists() else ""


def digest(lock: Path) -> str:
    return hashlib.sha256(lock.read_bytes()).hexdigest()


def make_venv(uv: str | None) -> None:
    if uv:
        must([uv, "venv", "--quiet", "--allow-existing", "--python", sys.executable, str(VENV)])
    elif importlib.util.find_spec("ensurepip") and importlib.util.find_spec("venv"):
        must([sys.executable, "-m", "venv", str(VENV)])
    else:
        package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
        sys.exit(f"This Python cannot make a virtual environment. On Debian or Ubuntu: apt install {package}")


# run


def run(options: argparse.Namespace, _extra: list[str]) -> int:
    refuse_taken_port(options.host, options.port)
    install(RUNTIME_LOCK)
    provide_secret()
    if options.fresh:
        delete_local_database()
    flask = [str(BIN / "flask"), "--app", "wsgi"]
    without_scheduler = os.environ | {"SMARKETING_SCHEDULER": "off"}
    must([*flask, "db", "upgrade"], env=without_scheduler)
    must([*flask, "demo", "seed", "--if-empty"], env=without_scheduler)
    print(f"\nSmarketing is at http://{options.host}:{options.port} (Ctrl+C stops it).", flush=True)
    serve = f"--interface wsgi --host {options.host} --port {options.port} --workers 2 --blocking-threads 8"
    os.execv(BIN / "granian", ["granian", *serve.split(), "--respawn-failed-workers", "wsgi:app"])


def refuse_taken_port(host: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            sys.exit(f"Cannot listen on {host}:{port}: {error.strerror}. Choose another with --port.")


def provide_secret() -> None:
    """Make this installation's own key once, readable by its owner only."""
    if os.environ.get("SECRET_KEY") or os.environ.get("SECRET_KEY_FILE"):
        return
    secret = instance() / "secret_key"
    if not secret.exists():
        secret.parent.mkdir(parents=True, exist_ok=True)
        secret.touch(mode=0o600)
        secret.write_text(secrets.token_hex(32))
    os.environ["SECRET_KEY_FILE"] = str(secret)


def delete_local_database() -> None:
    if os.environ.get("SMARKETING_DATABASE_URL"):
        sys.exit("--fresh deletes the local SQLite database only; SMARKETING_DATABASE_URL names another one.")
    for suffix in ("", "-wal", "-shm"):
        (instance() / f"smarketing.db{suffix}").unlink(missing_ok=True)


def instance() -> Path:
    return Path(os.environ.get("SMARKETING_INSTANCE", ROOT / "instance"))


# test, check, bench, soak


def test(_options: argparse.Namespace, pytest_arguments: list[str]) -> int:
    install(DEV_LOCK)
    provide_chromium()
    if pytest_arguments:
        return call([str(BIN / "pytest"), *pytest_arguments])
    failed = failed_checks()
    if call([str(BIN / "pytest"), "-n", "2"]):
        failed.append("tests")
    return verdict(failed)


def check(_options: argparse.Namespace, _extra: list[str]) -> int:
    install(DEV_LOCK)
    return verdict(failed_checks())


def failed_checks() -> list[str]:
    failed = []
    for name, command in CHECKS.items():
        print(f"{name}: {' '.join(command)}", flush=True)
        if call([str(BIN / command[0]), *command[1:]]):
            failed.append(name)
    return failed


def verdict(failed: list[str]) -> int:
    print(f"\nFailed: {', '.join(failed)}." if failed else "\nAll is well.")
    return 1 if failed else 0


def translate(_options: argparse.Namespace, _extra: list[str]) -> int:
    """New msgids arrive empty, unused ones go; tests/test_translations.py names what is missing."""
    install(RUNTIME_LOCK)
    translations = ROOT / "smarketing" / "translations"
    catalogue = translations / "fr" / "LC_MESSAGES" / "messages.po"
    extract = "-q extract --no-location --sort-output --omit-header -k N_".split()
    update = "-q update --no-fuzzy-matching --ignore-obsolete --no-wrap --omit-header -l fr".split()
    with tempfile.TemporaryDirectory() as folder:
        template = Path(folder) / "messages.pot"
        pybabel = str(BIN / "pybabel")
        must([pybabel, *extract, "-F", str(translations / "babel.cfg"), "-o", str(template), "."])
        must([pybabel, *update, "-i", str(template), "-o", str(catalogue)])
    return 0


def bench(options: argparse.Namespace, arguments: list[str]) -> int:
    install(DEV_LOCK)
    benches = {path.stem: path for path in sorted((ROOT / "bench").glob("[!_]*.py"))}
    if options.name and options.name not in benches:
        sys.exit(f"No benchmark is called {options.name}; there are: {', '.join(benches) or 'none'}.")
    chosen = [benches[options.name]] if options.name else benches.values()
    env = os.environ | {"PYTHONPATH": str(ROOT)}
    return max((call([str(BIN / "python"), str(path), *arguments], env=env) for path in chosen), default=0)


def soak(options: argparse.Namespace, _extra: list[str]) -> int:
    install(DEV_LOCK)
    kinds = [options.kind] if options.kind else []
    command = [str(BIN / "python"), "-m", "tests.faults.soak", str(options.kills), str(options.seed), *kinds]
    return call(command, env=os.environ | {"PYTHONPATH": str(ROOT)})


# a browser for the journeys


def provide_chromium() -> None:
    """Point SMARKETING_CHROMIUM at a browser; without one pytest skips what needs it, and says so."""
    chromium = os.environ.get("SMARKETING_CHROMIUM") or find_chromium() or install_chromium()
    if chromium:
        os.environ["SMARKETING_CHROMIUM"] = chromium
    else:
        print("No Chromium: the browser tests will be left out. Install chromium, or set SMARKETING_CHROMIUM.")


def find_chromium() -> str | None:
    return next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)


def install_chromium() -> str | None:
    """From Debian's packages, where this account may install them; None where it may not."""
    administrator = as_administrator()
    if administrator is None or not is_debian():
        return None
    print("Installing chromium for the browser tests …", flush=True)
    apt = [*administrator, "apt-get", "--quiet=2"]
    if call([*apt, "update"]) or call([*apt, "install", "--yes", "--no-install-recommends", "chromium"]):
        return None
    return find_chromium()


def as_administrator() -> list[str] | None:
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") and subprocess.run(["sudo", "-n", "true"], capture_output=True).returncode == 0:
        return ["sudo", "-n"]
    return None


def is_debian() -> bool:
    release = Path("/etc/os-release")
    return release.exists() and "ID=debian" in release.read_text().splitlines()


# processes


def must(command: list[str], env: dict[str, str] | None = None) -> None:
    """Stop here when the command fails; it has already said why."""
    if status := call(command, env):
        sys.exit(status)


def call(command: list[str], env: dict[str, str] | None = None) -> int:
    return subprocess.run(command, check=False, env=env).returncode


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
