"""A template made one's own: the teams that exist, and the public holidays of the years to come."""

from collections.abc import Iterable, Mapping

from babel.core import get_global

from smarketing.domain.calendars import public_holidays
from smarketing.domain.roles import Department
from smarketing.domain.terms import Terms, read_terms


def made_own(terms: Terms, teams: Mapping[str, Department], years: Iterable[int]) -> Terms:
    """The same agreement among these teams (department by key), each calendar with the holidays of its zone.

    A team of the template that does not exist gives way to the first of its side, if there is one. A calendar that
    names holidays keeps them; one of a zone of no known country gets none.
    """
    document = terms.model_dump(mode="json", by_alias=True, exclude_none=True)
    for party in document["parties"]:
        party["team"] = _team(party["team"], party["department"], teams)
    sales = next(party["team"] for party in document["parties"] if party["department"] == Department.SALES)
    document["handoff"]["team"] = sales
    for calendar in document["calendars"]:
        calendar["holidays"] = calendar["holidays"] or _holidays(calendar["zone"], list(years))
    return read_terms(document)


_LANGUAGES = {"FR": "fr", "BE": "fr", "CH": "fr", "LU": "fr", "CA": "fr"}
"""Of the countries whose holidays are written in French here; elsewhere they go by their names there."""


def _team(named: str, department: str, teams: Mapping[str, Department]) -> str:
    own = [key for key, side in teams.items() if side == department]
    return named if named in own or not own else own[0]


def _holidays(zone: str, years: list[int]) -> list[dict[str, str]]:
    country = get_global("zone_territories").get(zone)
    try:
        found = public_holidays(country, years, language=_LANGUAGES.get(country)) if country else ()
    except NotImplementedError:  # a country whose holidays nobody has written down
        return []
    return [{"on": holiday.on.isoformat(), "name": holiday.name} for holiday in found]
