"""French and English: which one a reader gets, and the catalogue read straight from its .po file."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import tzinfo
from functools import cache
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import Flask, g, request, session
from flask_babel import Babel, Domain, get_locale, refresh
from flask_login import current_user

from smarketing.models.people import User

CATALOGUES = Path(__file__).resolve().parent.parent / "translations"
LANGUAGES = ("en", "fr")


class Catalogue(Domain):
    """No compiled file that could be older than its source."""

    def get_translations(self) -> NullTranslations:
        return translations(str(get_locale() or "en"))


@cache
def translations(locale: str) -> NullTranslations:
    source = CATALOGUES / locale / "LC_MESSAGES" / "messages.po"
    if not source.exists():
        return NullTranslations()
    compiled = BytesIO()
    with source.open("rb") as file:
        write_mo(compiled, read_po(file, locale=locale))
    compiled.seek(0)
    return Translations(compiled)


class Languages(Babel):
    domain_instance = Catalogue()


def register(app: Flask) -> None:
    Languages().init_app(app, locale_selector=locale, timezone_selector=zone)


@contextmanager
def reading_as(person: User) -> Iterator[None]:
    """Words and times as this person reads them, also where there is no request."""
    g.reader = person
    refresh()
    try:
        yield
    finally:
        del g.reader
        refresh()


def locale() -> str:
    """The person's own, else what this browser chose, else what it asks for."""
    if "reader" in g:
        return str(g.reader.locale)
    if current_user and current_user.is_authenticated:
        return str(current_user.locale)
    chosen = session.get("language")
    return chosen if chosen in LANGUAGES else request.accept_languages.best_match(LANGUAGES, "en")


def zone() -> tzinfo:
    if "reader" in g:
        return ZoneInfo(g.reader.zone)
    return ZoneInfo(current_user.zone if current_user and current_user.is_authenticated else "UTC")
