"""The file to upload, and how it is to be read."""

from collections.abc import Mapping, Sequence

from flask import request
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import HiddenField, SelectChoice, SelectField, StringField

from smarketing.domain.mapping import Options
from smarketing.models.imports import Import
from smarketing.services import imports
from smarketing.web.forms import zone_choices

DAY_FIRST: Mapping[str, bool | None] = {"": None, "day": True, "month": False}
ORDERS = [
    SelectChoice("", _("It is plain from the dates")),
    SelectChoice("day", _("Day first: 31/12/2026")),
    SelectChoice("month", _("Month first: 12/31/2026")),
]


class UploadForm(FlaskForm):
    file = FileField(_("File"), [FileRequired(_("Choose a file."))])


class MappingForm(FlaskForm):
    zone = SelectField(
        _("Time zone of the file"),
        description=_("For times that do not name one. CRMs export in the zone of the person."),
    )
    day_first = SelectField(_("Dates with slashes"), choices=ORDERS)
    source = StringField(_("Source for rows that name none"), description=_("Reports count by it."))
    edition = HiddenField()

    @classmethod
    def of(cls, brought: Import, **arguments: None) -> "MappingForm":
        """As it is saved, or as it was sent when there is something sent."""
        options = imports.options_of(brought)
        order = next(word for word, is_first in DAY_FIRST.items() if is_first is options.day_first)
        saved = {"zone": options.zone, "day_first": order, "source": options.source, "edition": brought.edition}
        form = cls(**arguments, data=saved)
        form.zone.choices = zone_choices(options.zone)
        return form

    def options(self) -> Options:
        return Options(self.zone.data, DAY_FIRST[self.day_first.data], (self.source.data or "").strip())

    def read_edition(self) -> int:
        return edition_of(self.edition.data)


def sent_mapping(headers: Sequence[str]) -> dict[str, str]:
    """The field that was chosen for each column; columns without one are left out."""
    chosen = {header: request.form.get(f"column-{place}", "") for place, header in enumerate(headers)}
    return {header: field for header, field in chosen.items() if field}


def edition_of(written: str | None) -> int:
    """The edition that a form was made from; 0, which no import has, for anything else."""
    text = str(written or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
