"""What was trained on the team's own outcomes to estimate the next ones: plain numbers, how well they did, who asked.

An aid beside the agreement. Nothing that scores, orders, routes or measures reads these rows.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from smarketing.db import Base
from smarketing.models.people import User


class PredictorState(StrEnum):
    WAITING = "waiting"
    READING = "reading"
    FITTING = "fitting"
    REFUSED = "refused"
    FAILED = "failed"
    TRAINED = "trained"
    SHOWN = "shown"


UNDER_WAY = (PredictorState.WAITING, PredictorState.READING, PredictorState.FITTING)
IS_UNDER_WAY = text("state IN ('waiting', 'reading', 'fitting')")
IS_SHOWN = text("state = 'shown'")


class TrainedPredictor(Base):
    __tablename__ = "predictors"
    __table_args__ = (
        Index("ix_predictors_under_way", "id", sqlite_where=IS_UNDER_WAY, postgresql_where=IS_UNDER_WAY),
        Index("uq_predictors_shown", "state", unique=True, sqlite_where=IS_SHOWN, postgresql_where=IS_SHOWN),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[PredictorState] = mapped_column(comment="shown is trained, and switched on for everybody")
    left_out: Mapped[list[str]] = mapped_column(JSON, comment="facts that may not be used")
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    asked_at: Mapped[datetime]
    ended_at: Mapped[datetime | None] = mapped_column(comment="when it was trained, refused or failed")
    starts_at: Mapped[datetime | None] = mapped_column(comment="when the first hand-off it was fitted to was offered")
    split_at: Mapped[datetime | None] = mapped_column(comment="hand-offs offered from then on were held out")
    ends_at: Mapped[datetime | None] = mapped_column(comment="later hand-offs were too young for an outcome")
    trained_count: Mapped[int | None] = mapped_column(comment="hand-offs it was fitted to")
    trained_came: Mapped[int | None] = mapped_column(comment="those of them that sales confirmed as SQLs")
    refusals: Mapped[list[Any] | None] = mapped_column(JSON, comment="see domain/training.py: Refusal")
    numbers: Mapped[str | None] = mapped_column(Text, comment="JSON, see domain/predictor.py: Predictor")
    judgement: Mapped[str | None] = mapped_column(Text, comment="JSON, see domain/judgement.py: Judgement")
    shown_at: Mapped[datetime | None] = mapped_column(comment="when it was last switched on; null while it is not")
    watched_at: Mapped[datetime | None] = mapped_column(comment="when drift was last looked for")
    drift: Mapped[str | None] = mapped_column(Text, comment="JSON, see domain/drift.py: Drift")
    warned_at: Mapped[datetime | None] = mapped_column(comment="when managers were told that it has drifted")

    asked_by: Mapped[User] = relationship()
