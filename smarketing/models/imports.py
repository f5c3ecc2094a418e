"""Files brought in, how far each has come, and the rows that could not be taken."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from smarketing.db import Base
from smarketing.domain.importing import ImportState
from smarketing.models.people import User


class Import(Base):
    __tablename__ = "imports"

    id: Mapped[int] = mapped_column(primary_key=True)
    filename: Mapped[str] = mapped_column(String(255))
    stored_as: Mapped[str] = mapped_column(String(100), comment="file name within the uploads folder")
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    encoding: Mapped[str] = mapped_column(String(20))
    delimiter: Mapped[str] = mapped_column(String(1))
    headers: Mapped[list[str]] = mapped_column(JSON)
    mapping: Mapped[dict[str, str]] = mapped_column(JSON, default=dict, comment="column header to lead field")
    options: Mapped[dict[str, Any]] = mapped_column(
        JSON, default=dict, comment="zone, day_first, source; see domain/importing.py"
    )
    state: Mapped[ImportState]
    read_bytes: Mapped[int] = mapped_column(BigInteger, default=0, comment="progress of the current pass over the file")
    row_count: Mapped[int] = mapped_column(default=0, comment="data rows seen in the current pass")
    new_count: Mapped[int] = mapped_column(default=0)
    changed_count: Mapped[int] = mapped_column(default=0)
    unchanged_count: Mapped[int] = mapped_column(default=0)
    rejected_count: Mapped[int] = mapped_column(default=0)
    mql_count: Mapped[int] = mapped_column(default=0, comment="leads that became MQL through it")
    error: Mapped[dict[str, Any] | None] = mapped_column(
        JSON, comment="msgid and params when the file as a whole failed"
    )
    created_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    heartbeat_at: Mapped[datetime | None] = mapped_column(comment="last sign of life of the worker that runs it")
    finished_at: Mapped[datetime | None]
    edition: Mapped[int] = mapped_column(default=1)

    created_by: Mapped[User] = relationship()

    __mapper_args__ = {"version_id_col": edition}


class RejectedRow(Base):
    __tablename__ = "rejected_rows"
    __table_args__ = (Index("ix_rejected_rows_import_id_row_number", "import_id", "row_number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    import_id: Mapped[int] = mapped_column(ForeignKey("imports.id"))
    row_number: Mapped[int] = mapped_column(comment="1 is the header line")
    field: Mapped[str] = mapped_column(String(120), comment="the column at fault; empty when it is the whole row")
    message: Mapped[str] = mapped_column(Text, comment="English msgid of the reason")
    params: Mapped[dict[str, Any]] = mapped_column(JSON)
    cells: Mapped[list[str]] = mapped_column(JSON, comment="the row as read")
