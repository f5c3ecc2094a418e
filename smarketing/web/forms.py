"""What forms have in common: choices, and how a refusal of a service is shown at its field."""

from collections.abc import Callable
from typing import Any
from zoneinfo import available_timezones

from flask_wtf import FlaskForm
from wtforms import Form, SelectChoice

from smarketing.db import transaction
from smarketing.domain.errors import DomainError, InvalidInput
from smarketing.web.words import message_of

LANGUAGE_CHOICES = [SelectChoice("en", "English"), SelectChoice("fr", "Français")]
REGIONS = ("Africa/", "America/", "Antarctica/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Indian/", "Pacific/")


def zone_choices(kept: str | None = None) -> list[SelectChoice]:
    """The zones that are places, UTC, and the one that is set already."""
    places = {zone for zone in available_timezones() if zone.startswith(REGIONS)}
    return [
        SelectChoice(zone, zone.replace("_", " ")) for zone in sorted(places | {"UTC"} | ({kept} if kept else set()))
    ]


def is_done(form: FlaskForm, act: Callable[[], Any]) -> bool:
    """Whether the form was in order and the act succeeded; if not, the form says why."""
    if not form.validate():
        return False
    try:
        with transaction():
            act()
    except DomainError as error:
        show_fault(form, error)
        return False
    return True


def show_fault(form: Form, error: DomainError) -> None:
    """Put the refusal where it belongs: at its field, or above the form."""
    field = form._fields.get(error.field) if isinstance(error, InvalidInput) else None
    if field is None:
        form.form_errors.append(message_of(error))
    else:
        field.errors = [*field.errors, message_of(error)]
