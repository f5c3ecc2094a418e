"""The reference of the agreement is true: its examples are an agreement, and it shows every section."""

import re
from pathlib import Path

from smarketing.domain import terms_text
from smarketing.domain.terms import Terms, read_terms
from tests.cast import document

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "agreement.md").read_text(encoding="utf-8")


def test_the_examples_of_the_reference_are_an_agreement() -> None:
    whole = document()
    for example in re.findall(r"```yaml\n(.*?)```", TEXT, re.S):
        whole |= terms_text.parse_text(example).document
    agreed = read_terms(whole)
    assert {"persistence", "late-ladder", "ramp", "backup"} <= {clause.id for clause in agreed.clauses()}


def test_the_reference_names_every_section() -> None:
    sections = set(Terms.model_fields) - {"schema_version"}
    assert sorted(name for name in sections if not re.search(rf"`{name}`|^{name}:", TEXT, re.M)) == []
