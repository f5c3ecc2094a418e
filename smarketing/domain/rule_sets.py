"""Many rules asked of many leads at once: which of them hold, as the bits of one number.

Values come again from lead to lead. What the rules on one field make of a value is remembered, so that a lead costs one
look-up per field rather than one test per rule.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from smarketing.domain.criteria import Criterion, Engaged, OlderThan, OnField, Within, walk
from smarketing.domain.facts import Facts, Value
from smarketing.domain.verdicts import MOST_REMEMBERED, Test, compile_test

_UNLIKE = frozenset({"email", "email_domain", "phone", "last_engaged_at"})
"""Fields that hardly two leads share, or that follow from something else."""


class _Bit(NamedTuple):
    bit: int
    test: Test


class _OnOneField(NamedTuple):
    field: str
    bits: Sequence[_Bit]
    remembered: dict[Value, int]

    def mask(self, value: Value, facts: Facts) -> int:
        if len(self.remembered) >= MOST_REMEMBERED:
            self.remembered.clear()
        held = self.remembered[value] = sum(bit for bit, test in self.bits if test(facts))
        return held


def compile_mask(rules: Sequence[Criterion]) -> Callable[[Facts], int]:
    """A function of the facts whose bit n, from 0, is set where rule n holds."""
    others: list[_Bit] = []
    on_field: dict[str, list[_Bit]] = {}
    for place, rule in enumerate(rules):
        field = _only_field(rule)
        (others if field is None else on_field.setdefault(field, [])).append(_Bit(1 << place, compile_test(rule)))
    groups = [_OnOneField(field, bits, {}) for field, bits in on_field.items()]

    def mask(facts: Facts) -> int:
        held = 0
        get = facts.values.get
        for group in groups:
            value = get(group.field)
            bits = group.remembered.get(value)
            held |= group.mask(value, facts) if bits is None else bits
        for bit, test in others:
            if test(facts):
                held |= bit
        return held

    return mask


def first_of(mask: int) -> int:
    """The place of the first rule that holds; the mask is not 0."""
    return (mask & -mask).bit_length() - 1


def _only_field(rule: Criterion) -> str | None:
    """The field whose value alone decides this rule; None where more than one or something else does."""
    leaves = [part for part in walk(rule) if isinstance(part, OnField | Engaged)]
    fields = {part.field for part in leaves if isinstance(part, OnField) and not isinstance(part, Within | OlderThan)}
    if len(fields) != 1 or any(isinstance(part, Engaged | Within | OlderThan) for part in leaves):
        return None
    (field,) = fields
    return None if field in _UNLIKE else field
