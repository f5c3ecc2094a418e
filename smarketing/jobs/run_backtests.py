"""Go on with judging drafts over past days: each chunk is judged while nothing is locked, then written."""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from sqlalchemy.exc import InterfaceError, OperationalError

from smarketing.db import db, transaction
from smarketing.services import backtests

LEADS_AT_ONCE = 1000

Read = TypeVar("Read")


def run(*, now: datetime) -> int:
    """How many leads were judged."""
    total = 0
    while (backtest_id := _reading(backtests.unfinished)) is not None:
        try:
            total += _go_on(backtest_id, now=now)
        except (OperationalError, InterfaceError):
            raise  # the database is away: somebody goes on after a while
        except Exception:
            db.session.rollback()
            with transaction():
                backtests.give_up(backtest_id, now=now)
            raise
    return total


def _go_on(backtest_id: int, *, now: datetime) -> int:
    chunk = _reading(lambda: backtests.judge_next(backtest_id, limit=LEADS_AT_ONCE))
    if chunk is None:
        return 0
    with transaction():
        is_kept = backtests.keep(chunk, now=now)
    db.session.expunge_all()
    return chunk.judged_count if is_kept else 0


def _reading(read: Callable[[], Read]) -> Read:
    db.session.connection(execution_options={"reads_only": True})
    found = read()
    db.session.rollback()
    return found
