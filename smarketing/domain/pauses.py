"""Times in which a clock stands still."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Pause:
    """A time that never counts; still going on when `ends_at` is None."""

    starts_at: datetime
    ends_at: datetime | None
    reason: str | None = None

    def covers(self, at: datetime) -> bool:
        return self.starts_at <= at and (self.ends_at is None or at < self.ends_at)


def merged(pauses: Sequence[Pause]) -> list[Pause]:
    """Pauses sorted and without overlap; empty and reversed ones dropped."""
    apart: list[Pause] = []
    for pause in sorted(pauses, key=lambda pause: pause.starts_at):
        if pause.ends_at is not None and pause.ends_at <= pause.starts_at:
            continue
        last = apart[-1] if apart else None
        if last is None or (last.ends_at is not None and pause.starts_at > last.ends_at):
            apart.append(pause)
        elif last.ends_at is not None:
            ends_at = None if pause.ends_at is None else max(last.ends_at, pause.ends_at)
            apart[-1] = Pause(last.starts_at, ends_at)
    return apart
