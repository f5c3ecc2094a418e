"""What managers write on the pages of the agreement: a text, a moment, a password. Shapes only."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from flask import request
from flask_babel import gettext
from wtforms import DateTimeLocalField, FileField, Form, HiddenField, PasswordField, TextAreaField

from smarketing.domain.errors import N_, InvalidInput
from smarketing.domain.local_time import local_instant

MINUTE = "%Y-%m-%dT%H:%M"


class Spoken(Form):
    """A form whose labels are msgids, shown in the reader's language."""

    def __init__(self, *arguments: object, **values: object) -> None:
        super().__init__(*arguments, **values)
        for field in self:
            field.label.text = gettext(field.label.text) if field.label.text else ""


class TextForm(Spoken):
    text = TextAreaField(N_("The agreement as YAML"))
    file = FileField(N_("Or a file that holds it"))
    edition = HiddenField()
    faults: Sequence[object] = ()

    def edition_read(self) -> int:
        """The edition that was written on; 0, which none is, when the form says nothing sensible."""
        return int(self.edition.data) if str(self.edition.data).isdecimal() else 0

    def written(self) -> str:
        """The uploaded file when there is one, else what was typed. Raises InvalidInput for a file that is no text."""
        upload = request.files.get("file")
        if upload is None or not upload.filename:
            return (self.text.data or "").replace("\r\n", "\n")
        try:
            return upload.read().decode("utf-8-sig").replace("\r\n", "\n")
        except UnicodeDecodeError:
            message = N_("“%(name)s” is not UTF-8 text. Save it as UTF-8, or paste the text into the field.")
            raise InvalidInput("file", message, name=upload.filename[:100]) from None


class ProposalForm(Spoken):
    effective_at = DateTimeLocalField(N_("Comes into force"), format=[MINUTE, f"{MINUTE}:%S"])

    def instant(self, zone: str) -> datetime:
        """The moment written, a wall time of `zone`. Raises InvalidInput when it is none."""
        if self.effective_at.data is None:
            raise InvalidInput("effective_at", N_("Write a day and a time, such as 2026-12-01 00:00."))
        return local_instant(zone, self.effective_at.data).astimezone(UTC)


class SignatureForm(Spoken):
    password = PasswordField(N_("Your password"))
    digest = HiddenField()


def next_monday(now: datetime, zone: str) -> datetime:
    """Midnight of the next Monday that is at least two days away, as a wall time of the zone."""
    day = (now + timedelta(days=2)).astimezone(ZoneInfo(zone)).date()
    monday = day + timedelta(days=-day.weekday() % 7)
    return datetime(monday.year, monday.month, monday.day)  # noqa: DTZ001 - a wall time on purpose
