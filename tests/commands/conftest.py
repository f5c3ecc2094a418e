"""Commands run as at a prompt: their words and their exit status."""

from collections.abc import Callable

import pytest
from click.testing import Result
from flask import Flask

Command = Callable[..., Result]


@pytest.fixture
def flask(app: Flask) -> Command:
    """`flask("jobs", "once", "purge_runs")`; exceptions that are no exit come out."""

    def run(*arguments: str) -> Result:
        return app.test_cli_runner(catch_exceptions=False).invoke(args=list(arguments))

    return run
