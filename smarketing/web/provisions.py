"""The smallest things a contract is printed from: articles, and the provisions they hold."""

from collections.abc import Sequence
from typing import NamedTuple

from smarketing.web.clause_words import Line


class Provision(NamedTuple):
    """The smallest thing one can point at. `rows` and `folded` are pairs of a name and its value; `folded` stand
    behind `figure`, which otherwise stands beside the provision.
    """

    id: str
    heading: str
    text: str = ""
    lines: Sequence[Line] = ()
    rows: Sequence[tuple[str, str]] = ()
    folded: Sequence[tuple[str, str]] = ()
    figure: str = ""
    mark: str = ""

    @property
    def plain(self) -> str:
        """All its words but the heading, a line for each thing it says, to compare with another version's."""
        lines = [line.text if line.is_group else f"– {line.text}" for line in self.lines]
        pairs = [f"{name}: {value}" for name, value in (*self.rows, *self.folded)]
        return "\n".join(filter(None, (self.figure, self.text, *lines, self.mark, *pairs)))


class Article(NamedTuple):
    """`shape` is how its provisions are set: as clauses, a table or a list."""

    id: str
    heading: str
    provisions: Sequence[Provision]
    lead: str = ""
    shape: str = "clauses"
