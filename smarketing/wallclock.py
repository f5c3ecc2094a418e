"""The only reader of the time. Edges ask it once per request or job run and pass `now` down."""

from datetime import UTC, datetime


def utc_now() -> datetime:
    return datetime.now(UTC)
