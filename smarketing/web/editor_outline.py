"""The outline of a draft: its sections, their clauses, and what is missing where before it can be proposed."""

import json
from collections import Counter
from functools import cached_property
from typing import NamedTuple

from flask_babel import gettext

from smarketing.domain import sections
from smarketing.domain.clause_tests import FailedExample
from smarketing.domain.errors import DomainError
from smarketing.domain.sections import Piece, Section
from smarketing.domain.terms import parse
from smarketing.models.agreements import AgreementVersion
from smarketing.services import agreements, comments, drafting
from smarketing.web.agreements import team_names
from smarketing.web.contract import provisions
from smarketing.web.editor_names import anchor_of, title_in
from smarketing.web.part_names import SECTIONS
from smarketing.web.provisions import Provision
from smarketing.web.words import message_of


class Entry(NamedTuple):
    """A clause in the list of its section; `fault_count` is None when it is sound."""

    piece: Piece
    title: str
    words: str
    fault_count: int | None
    comment_count: int


class Outline:
    """The sections of a draft beside the form, and what is missing before it can be proposed."""

    def __init__(self, version: AgreementVersion, current: Section | None = None) -> None:
        self.version, self.current = version, current
        self.terms = parse(version.terms)
        self.document = drafting.document_of(version)
        self.unfinished = drafting.unfinished(version)
        self.earlier = drafting.before(version)

    @cached_property
    def _comments(self) -> Counter[str]:
        return comments.open_by_clause(self.version)

    @cached_property
    def _provisions(self) -> dict[str, Provision]:
        return {each.id: each for each in provisions(self.terms, team_names())}

    def used(self) -> list[tuple[Section, int, int]]:
        """Sections that say something: how many clauses each has, and how many entries are not finished."""
        return [
            (section, self._count(section), self.unfinished_count(section))
            for section in sections.sections()
            if self._count(section) or self.unfinished_count(section) or not section.is_optional
        ]

    def unused(self) -> list[Section]:
        used = {section for section, _count, _unfinished in self.used()}
        return [section for section in sections.sections() if section not in used]

    def unfinished_count(self, section: Section) -> int:
        return sum(address.partition("/")[0] == section.key for address in self.unfinished)

    def entries(self, section: Section) -> list[Entry]:
        known = [piece for piece in sections.pieces(self.document) if piece.section == section]
        new = [sections.piece(address) for address in self.unfinished if address.partition("/")[0] == section.key]
        return [self._entry(piece) for piece in dict.fromkeys([*known, *new])]

    def missing(self) -> list[tuple[str, str | None]]:
        """What stands between the draft and its proposal: a sentence, and the part where it is mended."""
        told: list[tuple[str, str | None]] = []
        for address, entry in self.unfinished.items():
            piece = sections.piece(address)
            count = len(drafting.faults_in(self.version, piece, drafting.value_of(self.version, piece)))
            words = {"clause": self._entry(piece).title, "name": entry.saved_by.name, "count": count}
            told.append((gettext("“%(clause)s” (%(name)s) is not finished: %(count)s to mend.", **words), address))
        return [*told, *((message_of(error), _mended_at(error)) for error in agreements.obstacles(self.version))]

    def name(self, section: Section) -> str:
        return gettext(SECTIONS.get(section.key, section.key))

    def _count(self, section: Section) -> int:
        held = [piece for piece in sections.pieces(self.document) if piece.section == section]
        return len(held)

    def _entry(self, piece: Piece) -> Entry:
        kept = self.unfinished.get(str(piece))
        value = json.loads(kept.value) if kept else sections.taken(self.document, piece) or {}
        faults = len(drafting.faults_in(self.version, piece, value)) if kept else None
        provision = self._provisions.get(anchor_of(piece, value))
        title = provision.heading if provision else title_in(value) or piece.id or self.name(piece.section)
        words = provision.plain if provision else ""
        return Entry(piece, title, words, faults, self._comments[anchor_of(piece, value)])


def _mended_at(error: DomainError) -> str | None:
    return error.piece if isinstance(error, FailedExample) else None
