"""One row of a file about past hand-offs: which lead, what happened, when, by whom and why.

What happened goes by the names of the journal, or by words that other systems use, in English and French.
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from smarketing.domain.cells import text_reader
from smarketing.domain.csv_format import Record, Unreadable
from smarketing.domain.dispositions import Channel
from smarketing.domain.errors import N_, DomainError, InvalidInput
from smarketing.domain.importing import folded
from smarketing.domain.instants import Instants

LEAD_LIMIT: Final = 120
TEXT_LIMIT: Final = 120

_WORDS: Final = {
    "handoff.offered": "handed over|handed_over|handoff|hand-off|mql|assigned|offered|transmis|transmission|attribue",
    "handoff.accepted": "accepted|sal|working|accepte|acceptation|en cours",
    "handoff.refused": "refused|rejected|returned|refuse|rejete|refus",
    "handoff.confirmed": "confirmed|sql|qualified|opportunity|confirme|qualifie|opportunite",
    "handoff.recycled": "recycled|nurture|nurturing|recycle|recyclage",
    "handoff.won": "won|closed won|customer|gagne|client",
    "handoff.lost": "lost|closed lost|perdu",
    "handoff.withdrawn": "withdrawn|closed|retire|ferme",
    "handoff.reassigned": "reassigned|owner changed|reattribue|changement de titulaire",
    "handoff.paused": "paused|on hold|snoozed|en pause|suspendu",
    "handoff.resumed": "resumed|reopened|repris",
    "touch.logged": "touch|touched|contacted|call|email|e-mail|meeting|message|contact|appel|rendez-vous|contacte",
    "lead.engaged": "engaged|replied|reply|reponse|a repondu|interaction",
}
NAMES: Final = tuple(_WORDS)
_MEANT: Final = {word: name for name, words in _WORDS.items() for word in (name, *words.split("|"))}
_CHANNELS: Final = {"call": Channel.CALL, "appel": Channel.CALL, "email": Channel.EMAIL, "e-mail": Channel.EMAIL,
                    "meeting": Channel.MEETING, "rendez-vous": Channel.MEETING, "message": Channel.MESSAGE}  # fmt: skip

_COLUMNS: Final = {
    "lead": "lead|lead id|leadid|id|record id|contact|contact id|identifiant",
    "event": "event|status|action|what|field|evenement|statut|etape",
    "at": "at|instant|date|time|when|timestamp|created date|createddate|occurred at|horodatage|quand",
    "actor": "actor|by|user|who|createdbyid|auteur|par|qui",
    "owner": "owner|assigned to|to|new owner|titulaire|attribue a|a",
    "reason": "reason|detail|why|newvalue|motif|raison|channel|canal",
}
_NEEDED: Final = ("lead", "event", "at")


class PastEvent(NamedTuple):
    """`detail` is a reason, or the channel of a touch; `owner` whoever had to act from then on. Empty is not told."""

    lead: str
    name: str
    at: datetime
    actor: str = ""
    owner: str = ""
    detail: str = ""


class Columns:
    """Which cells of a file say what. Raises Unreadable naming the column that is missing."""

    def __init__(self, headers: Sequence[str]) -> None:
        self._places = _places(headers)
        for field in _NEEDED:
            if field not in self._places:
                message = N_("The file has no column “%(column)s”. Its columns are: %(columns)s.")
                raise Unreadable(message, column=field, columns=", ".join(headers))

    def read(self, record: Record, instants: Instants) -> PastEvent:
        """Raises InvalidInput naming the column at fault."""
        word = self._cell(record, "event")
        name = _MEANT.get(folded(word))
        if name is None:
            message = N_("“%(word)s” is no event that is known here. Known are, among others: %(known)s.")
            raise InvalidInput("event", message, word=word[:40], known=", ".join(_known()))
        channel = _CHANNELS.get(folded(word)) if name == "touch.logged" else None
        try:
            at = instants.read(self._cell(record, "at"))
        except DomainError as fault:
            raise InvalidInput("at", fault.message, **fault.params) from None
        return PastEvent(
            self._lead(record), name, at, self._text(record, "actor"), self._text(record, "owner"),
            channel or self._text(record, "reason"),
        )  # fmt: skip

    def _lead(self, record: Record) -> str:
        """An id as it stands; what holds an @ is an address, of which a digest is enough to tell leads apart."""
        lead = self._cell(record, "lead")
        if not lead:
            raise InvalidInput("lead", N_("This row does not say which lead it is about."))
        if "@" in lead:
            return "#" + hashlib.sha256(folded(lead).encode()).hexdigest()[:12]
        return lead[:LEAD_LIMIT]

    def _text(self, record: Record, field: str) -> str:
        return text_reader(TEXT_LIMIT)(self._cell(record, field)[:TEXT_LIMIT])

    def _cell(self, record: Record, field: str) -> str:
        place = self._places.get(field)
        return record.cells[place].strip() if place is not None and place < len(record.cells) else ""


def _places(headers: Sequence[str]) -> Mapping[str, int]:
    names = [folded(header).strip() for header in headers]
    found: dict[str, int] = {}
    for field, words in _COLUMNS.items():
        place = next((names.index(word) for word in words.split("|") if word in names), None)
        if place is not None and place not in found.values():
            found[field] = place
    return found


def _known() -> list[str]:
    return [words.split("|", 1)[0] for words in _WORDS.values()]
