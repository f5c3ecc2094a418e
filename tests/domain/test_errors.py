"""Errors carry an English sentence, and what is needed to say it in another language."""

import pytest

from smarketing.domain.errors import Conflict, DomainError, IllegalMove, InvalidInput, Missing, NotAllowed


def test_an_error_reads_as_its_sentence() -> None:
    error = Conflict("%(name)s was quicker, %(seconds)s s ago.", name="Saul", seconds=3)
    assert str(error) == "Saul was quicker, 3 s ago."
    assert error.message == "%(name)s was quicker, %(seconds)s s ago."
    assert error.params == {"name": "Saul", "seconds": 3}


def test_a_sentence_without_parameters_may_hold_a_percent_sign() -> None:
    assert str(DomainError("Met in 90 % of cases.")) == "Met in 90 % of cases."


def test_invalid_input_names_the_field() -> None:
    error = InvalidInput("amount", "“%(text)s” is not an amount.", text="abc")
    assert (error.field, error.params, str(error)) == ("amount", {"text": "abc"}, "“abc” is not an amount.")


@pytest.mark.parametrize("kind", [InvalidInput, NotAllowed, Conflict, IllegalMove, Missing])
def test_one_except_clause_at_an_edge_catches_every_kind(kind: type[DomainError]) -> None:
    assert issubclass(kind, DomainError)


def test_a_move_that_is_not_allowed_is_a_conflict() -> None:
    assert issubclass(IllegalMove, Conflict)
