"""What was vendored is still what was taken, whole and with its licence."""

import hashlib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
VENDOR = ROOT / "static" / "vendor"
LETTERS = ROOT / "smarketing" / "reports" / "letters"
SUMS = {
    name: digest for digest, name in (line.split("  ") for line in (VENDOR / "SHA256SUMS").read_text().splitlines())
}
NOTES = {"README.md", "SHA256SUMS"}


def vendored_files() -> set[str]:
    return {str(path.relative_to(VENDOR)) for path in VENDOR.rglob("*") if path.is_file()}


@pytest.mark.parametrize("name", SUMS)
def test_a_vendored_file_has_its_checksum(name: str) -> None:
    assert hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() == SUMS[name]


def test_every_vendored_file_has_a_checksum() -> None:
    assert vendored_files() - NOTES == set(SUMS)


def test_every_package_brings_its_licence() -> None:
    folders = {path.name for path in VENDOR.iterdir() if path.is_dir()}
    assert {f"{folder}/LICENSE" for folder in folders} <= vendored_files()


def test_the_chart_library_is_the_one_the_python_package_draws_for() -> None:
    from plotly.offline import get_plotlyjs_version

    head = (VENDOR / "plotly" / "plotly-cartesian.min.js").read_text()[:200]
    assert f"v{get_plotlyjs_version()}" in head


def test_the_letters_of_contracts_are_whole_and_bring_their_licence() -> None:
    lines = (LETTERS / "SHA256SUMS").read_text().splitlines()
    sums = {name: digest for digest, name in (line.split("  ") for line in lines)}
    assert "LICENSE" in sums
    assert set(sums) == {path.name for path in LETTERS.iterdir()} - NOTES
    for name, digest in sums.items():
        assert hashlib.sha256((LETTERS / name).read_bytes()).hexdigest() == digest, name
