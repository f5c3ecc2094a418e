"""People, their teams, their signed-in sessions, and the throttle on guessing passwords."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from smarketing.db import Base
from smarketing.domain.roles import Department, Role

OF_CALENDAR = "id of the calendar in the agreement by which their clocks go, where a clause asks for it"


class Team(Base):
    __tablename__ = "teams"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(60), unique=True, comment="the name agreements use for this team")
    name: Mapped[str] = mapped_column(String(120))
    department: Mapped[Department]
    calendar_key: Mapped[str | None] = mapped_column(String(60), comment=OF_CALENDAR)

    members: Mapped[list["User"]] = relationship(back_populates="team", order_by="User.name")


class User(Base):
    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254))
    email_key: Mapped[str] = mapped_column(
        String(254), unique=True, comment="lower-case e-mail, what people sign in by"
    )
    name: Mapped[str] = mapped_column(String(120))
    role: Mapped[Role]
    team_id: Mapped[int | None] = mapped_column(ForeignKey("teams.id"), index=True)
    password_hash: Mapped[str] = mapped_column(String(200), comment="Argon2id")
    locale: Mapped[str] = mapped_column(String(5), default="en")
    zone: Mapped[str] = mapped_column(
        String(60), default="UTC", comment="IANA zone in which this person reads instants"
    )
    theme: Mapped[str] = mapped_column(String(5), default="auto", comment="light, dark or auto")
    has_shortcuts: Mapped[bool] = mapped_column(default=True, comment="single-key shortcuts are on")
    calendar_key: Mapped[str | None] = mapped_column(String(60), comment=OF_CALENDAR)
    mail_key: Mapped[str | None] = mapped_column(
        String(40), unique=True, index=True, comment="the secret part of the address that takes copies of their e-mails"
    )
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]
    turn: Mapped[int] = mapped_column(default=0, comment="place in the round robin: the lowest goes next")
    edition: Mapped[int] = mapped_column(default=1)

    team: Mapped[Team | None] = relationship(back_populates="members")

    __mapper_args__ = {"version_id_col": edition}

    is_authenticated = True
    is_anonymous = False

    @property
    def department(self) -> Department | None:
        return Department(self.team.department) if self.team else None

    @property
    def is_active(self) -> bool:
        return self.disabled_at is None


class UserSession(Base):
    """One signed-in browser; the cookie holds the token, the row only its hash."""

    __tablename__ = "user_sessions"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True, comment="SHA-256 of the cookie's token, hex")
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    user_agent: Mapped[str] = mapped_column(String(300), default="")
    address: Mapped[str] = mapped_column(String(45), default="")

    user: Mapped[User] = relationship()


class SignInThrottle(Base):
    """Failed sign-ins of one account or one address; both are counted."""

    __tablename__ = "sign_in_throttles"

    key: Mapped[str] = mapped_column(String(100), primary_key=True, comment="account:<hash> or address:<address>")
    failure_count: Mapped[int]
    last_failed_at: Mapped[datetime]
    locked_until_at: Mapped[datetime | None]
