"""Personas as rows, so that leads can point at them; their words and rules live in the agreement's terms."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from smarketing.db import Base


class Persona(Base):
    __tablename__ = "personas"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(
        String(60), unique=True, comment="the persona's id in the terms, stable across versions"
    )
    name_en: Mapped[str] = mapped_column(String(120))
    name_fr: Mapped[str] = mapped_column(String(120))
    agreement_version_id: Mapped[int] = mapped_column(
        ForeignKey("agreement_versions.id"), comment="the latest version in force that describes it"
    )
    retired_at: Mapped[datetime | None] = mapped_column(comment="when a version without it came into force")
