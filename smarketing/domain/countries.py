"""A country is written in one way: by its ISO 3166 code, whatever the file calls it."""

from functools import cache, lru_cache
from typing import Final

from babel import Locale

from smarketing.domain.importing import folded

_LANGUAGES: Final = ("en", "fr", "de", "es", "it", "nl", "pt")
_IN_SHORT: Final = {
    "uk": "GB",
    "greatbritain": "GB",
    "england": "GB",
    "scotland": "GB",
    "wales": "GB",
    "usa": "US",
    "unitedstatesofamerica": "US",
    "etatsunisdamerique": "US",
    "czechrepublic": "CZ",
    "republiquetcheque": "CZ",
    "hongkong": "HK",
    "ivorycoast": "CI",
    "turkey": "TR",
}


@lru_cache(maxsize=1024)
def country_code(text: str) -> str:
    """The two-letter code of a country written as a name or a code; the text itself where it is unknown."""
    return _codes().get(_key(text), text)


@cache
def _codes() -> dict[str, str]:
    codes = dict(_IN_SHORT)
    for language in _LANGUAGES:
        names = {code: name for code, name in Locale(language).territories.items() if len(code) == 2 and code != "ZZ"}
        codes |= {_key(name): code for code, name in names.items()}
        codes |= {code.lower(): code for code in names}
    return codes


def _key(name: str) -> str:
    return "".join(filter(str.isalnum, folded(name)))
