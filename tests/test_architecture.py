"""What no reader should have to check by eye: who may import whom, and which habits hold in every file."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from smarketing.domain.event_names import EventName

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "smarketing"
BELOW_THE_EDGES = [PACKAGE / layer for layer in ("domain", "models", "services", "reports", "channels")]
LINE_LIMIT = 300
EXECUTABLE_IN_TEMPLATES = re.compile(
    r"<script(?![^>]*\b(src=|type=\"application/json\"))|<style|\sstyle=|\son[a-z]+=\"|\|\s*safe\b|javascript:",
    re.I,
)


def sources(*folders: Path) -> list[Path]:
    return sorted(path for folder in folders for path in folder.rglob("*.py") if "migrations" not in path.parts)


def name(path: Path) -> str:
    return str(path.relative_to(PACKAGE))


def test_imports_go_only_downward() -> None:
    command = [Path(sys.executable).with_name("lint-imports"), "--no-cache", "--no-logo"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout


def test_the_domain_loads_alone() -> None:
    modules = [f"smarketing.domain.{path.stem}" for path in (PACKAGE / "domain").glob("[!_]*.py")]
    program = f"import sys, {', '.join(modules)}; print(*sys.modules)"
    result = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert set(result.stdout.split()).isdisjoint({"flask", "sqlalchemy", "plotly", "smarketing.db"})


@pytest.mark.parametrize("event", EventName)
def test_every_event_is_told_by_a_service(event: EventName) -> None:
    assert any(f"EventName.{event.name}" in path.read_text() for path in sources(PACKAGE / "services"))


@pytest.mark.parametrize("path", sources(*BELOW_THE_EDGES), ids=name)
def test_below_the_edges_nobody_ends_a_transaction(path: Path) -> None:
    called = {call.func.attr for call in calls(path) if isinstance(call.func, ast.Attribute)}
    opened = {call.func.id for call in calls(path) if isinstance(call.func, ast.Name)}
    assert not called & {"commit", "rollback"}
    assert "transaction" not in opened


@pytest.mark.parametrize("path", sources(PACKAGE / "services", PACKAGE / "reports"), ids=name)
def test_services_and_reports_are_told_the_time_by_name(path: Path) -> None:
    functions = [node for node in ast.walk(parsed(path)) if isinstance(node, ast.FunctionDef)]
    assert [function.name for function in functions if "now" in positional(function)] == []


@pytest.mark.parametrize("path", sources(PACKAGE), ids=name)
def test_a_file_is_about_one_thing(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= LINE_LIMIT


@pytest.mark.parametrize("path", sorted((ROOT / "templates").rglob("*.html")), ids=lambda path: path.name)
def test_templates_hold_no_script_style_or_unescaped_text(path: Path) -> None:
    assert EXECUTABLE_IN_TEMPLATES.findall(path.read_text()) == []


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def calls(path: Path) -> Iterator[ast.Call]:
    return (node for node in ast.walk(parsed(path)) if isinstance(node, ast.Call))


def positional(function: ast.FunctionDef) -> set[str]:
    return {argument.arg for argument in function.args.args}
