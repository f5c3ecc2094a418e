"""Bring the file of a benchmark in as an operator does: `flask leads import FILE --map COLUMN=FIELD …`."""

from pathlib import Path
from typing import NamedTuple

from flask import Flask
from sqlalchemy import select

from bench._leads import COLUMNS
from smarketing.db import db
from smarketing.models.imports import Import

MAPPED = {"industry": "custom.industry", "demo_request": "engagement.demo_request"}


class Brought(NamedTuple):
    new: int
    mqls: int


def bring(app: Flask, path: Path) -> Brought:
    maps = (f"--map={column}={MAPPED.get(column, column)}" for column in COLUMNS)
    result = app.test_cli_runner().invoke(args=["leads", "import", str(path), *maps], catch_exceptions=False)
    if result.exit_code:
        raise SystemExit(result.output)
    latest = select(Import.new_count, Import.mql_count).order_by(Import.id.desc()).limit(1)
    counts = Brought(*db.session.execute(latest).one())
    db.session.rollback()
    return counts
