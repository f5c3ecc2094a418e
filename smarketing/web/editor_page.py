"""A part of a draft as its form shows it: fields with their faults, the sentence it becomes, what others wrote."""

from collections.abc import Iterator
from datetime import datetime
from functools import cached_property
from typing import Any

from flask_babel import gettext

from smarketing.domain import sections
from smarketing.domain.sections import Document, Piece
from smarketing.domain.terms import Terms, parse, read_terms
from smarketing.domain.terms_faults import NOT_A_NUMBER, Fault, InvalidTerms
from smarketing.models.agreements import AgreementVersion
from smarketing.services import agreements, drafting
from smarketing.web import trials
from smarketing.web.agreements import team_names
from smarketing.web.contract import provisions
from smarketing.web.differences import word_diff
from smarketing.web.editor_names import OF_LOOSE, anchor_of, named, title_in
from smarketing.web.part_fields import Field, Fields, written
from smarketing.web.part_names import SECTIONS
from smarketing.web.provisions import Provision
from smarketing.web.trials import Trial
from smarketing.web.words import sentence


class EditedPiece:
    """A part as it is typed now. `theirs` is what somebody else has saved there meanwhile."""

    def __init__(
        self,
        version: AgreementVersion,
        piece: Piece,
        value: Any,
        *,
        theirs: Any = None,
        message: str = "",
        saved_at: datetime | None = None,
    ) -> None:
        self.version, self.piece, self.value = version, piece, value
        self.message, self.saved_at = message, saved_at
        self._document = drafting.document_of(version)
        self._theirs = theirs
        self.base = sections.mark(drafting.value_of(version, piece))
        self.faults: list[Fault] = []
        self._elsewhere: list[str] = []
        self._terms = self._read(value)

    @cached_property
    def title(self) -> str:
        return title_in(self.value) or gettext(SECTIONS.get(self.piece.section.key, self.piece.section.key))

    @cached_property
    def fields(self) -> list[Field]:
        section = self.piece.section
        made = Fields(named(parse(self.version.terms))).of(section.model, section.fields, self.value)
        for fault in self.faults:
            where = sections.within(fault, self.piece, self._whole)
            holder = _deepest(made, where) if where is not None else None
            (holder.errors if holder else self._elsewhere).append(_told(fault, holder))
        return made

    @property
    def usual(self) -> list[Field]:
        """What is shown at once: what is needed, says something or is at fault."""
        return [field for field in self.fields if self._is_usual(field)]

    @property
    def unusual(self) -> list[Field]:
        return [field for field in self.fields if not self._is_usual(field)]

    @property
    def is_folded(self) -> bool:
        """Whether the unusual fields wait behind a line: not where there is nothing else to fill in but the title."""
        return any(field.control not in ("hidden", "words") for field in self.usual)

    @property
    def elsewhere(self) -> list[str]:
        """Faults of other parts, which this one brings about."""
        return self._elsewhere if self.fields else []

    def every_field(self) -> Iterator[Field]:
        """All of them, those within others too."""
        waiting = list(self.fields)
        while waiting:
            each = waiting.pop(0)
            yield each
            waiting = [*each.fields, *waiting]

    @cached_property
    def sentences(self) -> list[Provision]:
        """What the part says as a contract; nothing while it is at fault."""
        return _of_piece(self._terms, self.piece, self.value) if self._terms else []

    @cached_property
    def changes(self) -> list[tuple[str, str]]:
        """Word by word against the version in force; nothing when the part says the same there, or is new."""
        force = agreements.in_force()
        if force is None or not self.sentences:
            return []
        before = "\n".join(each.plain for each in _of_piece(force.terms, self.piece, self.value))
        after = "\n".join(each.plain for each in self.sentences)
        return word_diff(before, after) if before and before != after else []

    @cached_property
    def trials(self) -> list[Trial]:
        """The examples that test this part, and those that do not hold, with what is typed here."""
        if self._terms is None:
            return []
        about = {*tested_with(self._terms, self.piece), anchor_of(self.piece, self.value)}
        return [
            each for each in trials.of(self._terms).values() if each.about in about or each.id in about or not each.held
        ]

    @cached_property
    def tested_as(self) -> tuple[str, str] | None:
        """The section of the examples that can test this part, and the id of its clause; None where none can."""
        terms, clause_id = parse(self.version.terms), anchor_of(self.piece, self.value)
        if any(clause.id == clause_id for clause in terms.clocks):
            return "situations", clause_id
        return ("examples", clause_id) if any(clause.id == clause_id for clause in terms.judging()) else None

    @cached_property
    def their_changes(self) -> list[tuple[str, str]]:
        """From what somebody else has saved to what is typed here."""
        theirs = self._words(self._theirs)
        return word_diff(theirs, self._words(self.value))

    @property
    def is_overtaken(self) -> bool:
        return bool(self.message)

    def _is_usual(self, field: Field) -> bool:
        return _is_usual(field) or field.path[-1] in self._asked_of_examples

    @cached_property
    def _asked_of_examples(self) -> frozenset[str]:
        """What an example of this clause can expect, though it is optional."""
        terms, about = parse(self.version.terms), (self.value or {}).get("about")
        if self.piece.section.key == "situations":
            return frozenset({"due_at"})
        if self.piece.section.key != "examples":
            return frozenset()
        if about == terms.scoring.id:
            return frozenset({"points", "at_least", "at_most", *(["grade"] if terms.scoring.grid else [])})
        return frozenset({"holds", *(["answered"] if about == terms.sql.id else [])})

    @property
    def _whole(self) -> Document:
        return sections.put(self._document, self.piece, self.value)

    def _read(self, value: Any) -> Terms | None:
        try:
            return read_terms(sections.put(self._document, self.piece, value))
        except InvalidTerms as invalid:
            self.faults = invalid.faults
            return None

    def _words(self, value: Any) -> str:
        try:
            terms = read_terms(sections.put(self._document, self.piece, value))
        except InvalidTerms:
            return gettext("Not finished.")
        return "\n".join(each.plain for each in _of_piece(terms, self.piece, value or self.value)) or gettext(
            "Nothing."
        )


def tested_with(terms: Terms, piece: Piece) -> set[str]:
    """The clauses whose examples a change of this part may turn."""
    root = piece.section.key.partition(".")[0]
    clocks = {clause.id for clause in terms.clocks if clause.calendar == piece.id}
    found = {
        "scoring": {terms.scoring.id, terms.mql.id},
        "mql": {terms.mql.id},
        "sql": {terms.sql.id},
        "calendars": clocks,
    }
    if root == "personas":
        return {terms.scoring.id, terms.mql.id, *(persona.id for persona in terms.personas)}
    return found.get(root, set())


def _is_usual(field: Field) -> bool:
    return not field.kind.is_optional or field.says_something or bool(field.errors)


def _of_piece(terms: Terms, piece: Piece, value: Any) -> list[Provision]:
    wanted = OF_LOOSE.get(piece.section.key) or (anchor_of(piece, value),)
    return [each for each in provisions(terms, team_names()) if each.id in wanted]


def _deepest(made: list[Field], where: tuple[str | int, ...]) -> Field | None:
    """The field at this place, or the innermost one around it."""
    for each in made:
        if where[: len(each.path)] == each.path:
            return _deepest(each.fields, where) or each
    return None


def _told(fault: Fault, holder: Field | None) -> str:
    """The fault at its field: what the document calls a field goes by its label there."""
    if holder is None:
        return gettext(
            "%(event)s: %(detail)s", event=fault.clause or fault.place, detail=sentence(fault.message, fault.params)
        )
    if fault.message.startswith("“%(field)s” is missing"):
        return gettext("Fill this in.")
    if holder.control == "minutes" and fault.message in NOT_A_NUMBER:
        return gettext("Write hours and minutes, such as 4:30.")
    return sentence(fault.message, fault.params | _limit(fault, holder))


def _limit(fault: Fault, holder: Field) -> dict[str, Any]:
    """The bound as people write it in this field: 100 for a share of 1, 0:30 for 30 minutes."""
    limit = fault.params.get("limit")
    is_written_otherwise = holder.control in {"minutes", "share", "money"}
    return {"limit": written(holder.kind, float(limit))} if limit and is_written_otherwise else {}
