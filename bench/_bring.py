"""Read the file of a benchmark and take its rows in, two thousand in a transaction."""

import csv
from collections.abc import Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from bench._leads import COLUMNS
from smarketing.db import transaction
from smarketing.domain.importing import Row
from smarketing.services import intake


class Brought(NamedTuple):
    new: int
    mqls: int


def bring(path: Path, *, now: datetime) -> Brought:
    new = mqls = 0
    with path.open(encoding="utf-8", newline="") as file:
        records = csv.reader(file)
        next(records)
        while chunk := [_row(cells) for cells in islice(records, 2000)]:
            with transaction():
                outcome = intake.take(chunk, now=now)
            new, mqls = new + outcome.new, mqls + outcome.mqls
    return Brought(new, mqls)


def _row(cells: Sequence[str]) -> Row:
    *texts, industry, asked_at = cells
    facts = {name: text for name, text in zip(COLUMNS, texts, strict=False) if text}
    engagements = [("demo_request", datetime.fromisoformat(asked_at))] if asked_at else ()
    return Row(facts, {"industry": industry}, engagements, cells=cells)
