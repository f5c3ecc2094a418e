"""What a batch of rows makes of the leads that are known: new, changed, unchanged, or a row that cannot be.

A lead is known by its external id first, then by its e-mail whatever the case, and by those that other records of the
person had before they were merged: rows that come under one of these add facts and change none. Stage dates are set
once and the first wins, as does the earliest arrival. Within one file the first row that states a fact wins, and later
rows of the same lead only add to it: so a file brought in twice changes nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from smarketing.domain.errors import N_, InvalidInput
from smarketing.domain.importing import MILESTONES, NO_MILESTONES, Row
from smarketing.domain.lifecycle import Milestones, Stage, stage_of
from smarketing.domain.merges import KeyKind


class Fate(StrEnum):
    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@dataclass(slots=True)
class Draft:
    """A lead as it will be after the batch. `lead_id` is None until it is written.

    `is_worked` is a lead that was handed to sales here: its stage dates come from their answers.
    `is_stated` is a lead that an earlier row of the same file has spoken of.
    """

    lead_id: int | None
    facts: dict[str, str]
    custom: dict[str, str]
    arrived_at: datetime
    milestones: Milestones = NO_MILESTONES
    amount_cents: int | None = None
    stage: Stage = Stage.INQUIRY
    is_worked: bool = False
    is_stated: bool = False
    engagements: set[tuple[str, datetime]] = field(default_factory=set)
    engaged: list[tuple[str, datetime]] = field(default_factory=list)
    """The engagements that this batch adds."""
    changes: list[str] = field(default_factory=list)
    """The names of the facts that this batch changes; empty for a new lead."""
    further: frozenset[tuple[KeyKind, str]] = frozenset()
    """Addresses in lower case and ids that it is known by beside its own."""

    @property
    def has_history(self) -> bool:
        return self.milestones != NO_MILESTONES


class Batch:
    """Rows merged one by one into drafts of the leads they speak of."""

    def __init__(self, known: Iterable[Draft], *, now: datetime) -> None:
        self._now = now
        self._by_id: dict[str, Draft] = {}
        self._by_email: dict[str, Draft] = {}
        self.new: list[Draft] = []
        self.changed: list[Draft] = []
        self.early: list[int] = []
        """Numbers of the rows whose lead reached a stage before it arrived."""
        for draft in known:
            self._index(draft)

    def add(self, row: Row) -> Fate:
        """Merge a row. Raises InvalidInput, with nothing changed, for one that contradicts what is known."""
        draft = self._find(row)
        if draft is None:
            draft, fate = self._begin(row), Fate.NEW
        else:
            fate = self._merge(draft, row)
        if row.milestones is not NO_MILESTONES and _is_early(draft):
            self.early.append(row.number)
        return fate

    def _find(self, row: Row) -> Draft | None:
        external_id, email = row.facts.get("external_id"), row.facts.get("email")
        by_id = self._by_id.get(external_id) if external_id else None
        by_email = self._by_email.get(email.lower()) if email else None
        if by_email is None or by_id is by_email:
            return by_id
        other = by_email.facts.get("external_id")
        if by_id is None and (external_id is None or other is None):
            return by_email
        if other is None:
            raise InvalidInput("email", N_("The e-mail “%(email)s” belongs to another lead."), email=email)
        message = N_("The e-mail “%(email)s” belongs to another lead, whose id is “%(other)s”.")
        raise InvalidInput("email", message, email=email, other=other)

    def _begin(self, row: Row) -> Draft:
        arrived_at = row.arrived_at or min(filter(None, row.milestones), default=self._now)
        draft = Draft(None, dict(row.facts), dict(row.custom), arrived_at, row.milestones, row.amount_cents)
        draft.stage = stage_of(row.milestones)
        draft.is_stated = True
        if row.engagements:
            self._engage(draft, row)
        self.new.append(draft)
        self._index(draft)
        return draft

    def _merge(self, draft: Draft, row: Row) -> Fate:
        milestones = _first_of(draft.milestones, row.milestones)
        is_aside = bool(draft.further) and _is_aside(draft, row)
        amount = _amount(draft, row, is_aside=is_aside)
        if draft.is_worked and (milestones != draft.milestones or amount != draft.amount_cents):
            raise InvalidInput(
                _field_of(draft, row),
                N_("This lead was handed to sales here: its stage dates come from their answers, not from a file."),
            )
        before = len(draft.changes) + len(draft.engaged)
        self._state(draft, row, is_aside=is_aside)
        if milestones != draft.milestones:
            draft.changes += [
                name for name in MILESTONES if getattr(milestones, name) != getattr(draft.milestones, name)
            ]
            draft.milestones, draft.stage = milestones, stage_of(milestones)
        if amount != draft.amount_cents:
            draft.amount_cents = amount
            draft.changes.append("amount")
        if row.arrived_at and row.arrived_at < draft.arrived_at:
            draft.arrived_at = row.arrived_at
            draft.changes.append("arrived_at")
        if row.engagements:
            self._engage(draft, row)
        draft.is_stated = True
        after = len(draft.changes) + len(draft.engaged)
        if after == before:
            return Fate.UNCHANGED
        if before == 0 and draft.lead_id is not None:
            self.changed.append(draft)
        return Fate.CHANGED

    def _state(self, draft: Draft, row: Row, *, is_aside: bool) -> None:
        """Take over the facts; those of a lead that this file has spoken of already only fill what is empty."""
        only_fills = draft.is_stated or is_aside
        for name, text in row.facts.items():
            have = draft.facts.get(name)
            if have == text or (have and (only_fills or (name == "email" and have.lower() == text.lower()))):
                continue
            if draft.further and name in _KEYS and _is_further(draft, row, name):
                continue
            draft.facts[name] = text
            draft.changes.append(name)
            if name in ("external_id", "email"):
                self._index(draft)
        for key, text in row.custom.items():
            have = draft.custom.get(key)
            if have == text or (have and only_fills):
                continue
            draft.custom[key] = text
            draft.changes.append(f"custom.{key}")

    def _engage(self, draft: Draft, row: Row) -> None:
        for kind, at in row.engagements:
            engagement = kind, at or draft.arrived_at
            if engagement not in draft.engagements:
                draft.engagements.add(engagement)
                draft.engaged.append(engagement)

    def _index(self, draft: Draft) -> None:
        if external_id := draft.facts.get("external_id"):
            self._by_id[external_id] = draft
        if email := draft.facts.get("email"):
            self._by_email[email.lower()] = draft
        for kind, key in draft.further:
            (self._by_email if kind is KeyKind.EMAIL else self._by_id)[key] = draft


def _first_of(known: Milestones, given: Milestones) -> Milestones:
    if given is NO_MILESTONES or given == known:
        return known
    return Milestones(*(have or new for have, new in zip(known, given, strict=True)))


def _names_set(before: Milestones, after: Milestones) -> list[str]:
    return [name for name, had, has in zip(MILESTONES, before, after, strict=True) if had != has]


_KEYS = frozenset(KeyKind)


def _is_aside(draft: Draft, row: Row) -> bool:
    """Whether the row comes under the id, or without one under the address, of another record of the person."""
    return _is_further(draft, row, KeyKind.EXTERNAL_ID if "external_id" in row.facts else KeyKind.EMAIL)


def _is_further(draft: Draft, row: Row, name: str) -> bool:
    kind, text = KeyKind(name), row.facts.get(name, "")
    return (kind, text.lower() if kind is KeyKind.EMAIL else text) in draft.further


def _amount(draft: Draft, row: Row, *, is_aside: bool) -> int | None:
    only_fills = draft.is_stated or is_aside
    is_settled = row.amount_cents is None or (only_fills and draft.amount_cents is not None)
    return draft.amount_cents if is_settled else row.amount_cents


def _field_of(draft: Draft, row: Row) -> str:
    """The first stage date of the row that is news, or the amount."""
    for name, have, given in zip(MILESTONES, draft.milestones, row.milestones, strict=True):
        if given and not have:
            return name
    return "amount"


def _is_early(draft: Draft) -> bool:
    return any(at is not None and at < draft.arrived_at for at in draft.milestones)
