"""Pages stand on services and reports that are tested on both databases; here SQLite is enough."""

import pytest


@pytest.fixture(scope="session")
def database() -> str:
    return "sqlite"
