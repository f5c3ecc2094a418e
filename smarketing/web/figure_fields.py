"""Fields for the numbers of an agreement, as people write them: 4:30 for 270 minutes, 90 for nine in ten."""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from flask_babel import gettext
from wtforms import Form, HiddenField, StringField

from smarketing.domain.clauses import Clause
from smarketing.domain.errors import N_, InvalidInput
from smarketing.domain.terms import Terms
from smarketing.domain.terms_faults import Fault, Path
from smarketing.domain.terms_figures import Figure, Unit, figures
from smarketing.web import clause_words
from smarketing.web.articles.clocks import promise
from smarketing.web.articles.promises import debt
from smarketing.web.articles.scoring import limits
from smarketing.web.words import field_name, in_language, sentence

LABELS = {
    "allowance": N_("Time allowed, in hours and minutes"),
    "objective": N_("Objective, % kept"),
    "at_risk": N_("At risk after, % of the time"),
    "owed": N_("Owed per month"),
    "fit_limit": N_("Most points for fit"),
    "engagement_limit": N_("Most points for engagement"),
    "points": N_("Points"),
    "term": N_("Term, in months"),
    "notice": N_("Notice, in days"),
}
BOUNDS = {"at_least": N_("%(field)s, at least"), "at_most": N_("%(field)s, at most")}
HOURS = re.compile(r"(\d{1,5})(?:\s*(?:h|:)\s*([0-5]?\d)?)?", re.ASCII)
NUMBER = re.compile(r"[-−]?\d{1,12}(?:[.,]\d{1,4})?", re.ASCII)
NO_NUMBER = N_("Write a number, such as %(example)s.")


class FigureGroup(NamedTuple):
    """The fields of one clause under its title and its sentence as it stands."""

    id: str
    heading: str
    words: str
    fields: list[Any]


class FigureForm:
    """The figures of `terms` as fields; `form` is the WTForms form that holds them."""

    def __init__(self, terms: Terms, edition: object, sent: Any = None) -> None:
        self._terms = terms
        self._figures = {_name(figure.path): figure for figure in figures(terms)}
        titles = {clause.id: clause for clause in terms.clauses()}
        fields = {
            name: StringField(_label(figure, titles), default=written(figure)) for name, figure in self._figures.items()
        }
        self.form: Any = type("Figures", (Form,), {"edition": HiddenField(default=str(edition)), **fields})(sent)

    def changes(self) -> dict[Path, float | None]:
        """What the fields hold now that differs from the terms; what cannot be read is said at its field."""
        changed: dict[Path, float | None] = {}
        for name, figure in self._figures.items():
            try:
                value = read(self.form[name].data or "", figure)
            except InvalidInput as invalid:
                self.form[name].errors = [sentence(invalid.message, invalid.params)]
                continue
            if value != figure.value:
                changed[figure.path] = value
        return changed

    def show(self, faults: list[Fault]) -> None:
        """Put each fault at its field, or above the form."""
        for fault in faults:
            words, name = sentence(fault.message, fault.params), _name(fault.path)
            if name in self._figures:
                self.form[name].errors = [*self.form[name].errors, words]
            else:
                where = fault.clause or fault.place
                self.form.form_errors.append(gettext("%(event)s: %(detail)s", event=where, detail=words))

    def compare_with(self, saved: Terms) -> None:
        """Say at each field what somebody else has saved there meanwhile."""
        for figure in figures(saved):
            name = _name(figure.path)
            if name in self._figures and self.form[name].data != written(figure):
                words = gettext("Somebody else has saved %(value)s here.", value=written(figure) or "–")
                self.form[name].errors = [*self.form[name].errors, words]

    def promises(self) -> list[FigureGroup]:
        clocks = [
            self._group(clause, promise(clause, self._terms.calendar(clause.calendar))) for clause in self._terms.clocks
        ]
        return [*clocks, *(self._group(clause, debt(clause, self._terms)) for clause in self._terms.targets)]

    def mql(self) -> FigureGroup:
        lines = [line.text for line in clause_words.criteria(self._terms.mql.when, self._terms) if not line.is_group]
        return self._group(self._terms.mql, clause_words.listed(lines, style="unit"))

    def scoring(self) -> FigureGroup:
        return self._group(self._terms.scoring, limits(self._terms.scoring))

    def points(self) -> list[FigureGroup]:
        """Per kind of rule, one field for each, named by its title."""
        fit, engagement = (
            [field for clause in rules for field in self._fields(clause.id)]
            for rules in (self._terms.scoring.fit, self._terms.scoring.engagement)
        )
        return [
            FigureGroup("fit", gettext("Points for fit"), "", fit),
            FigureGroup("engagement", gettext("Points for engagement"), "", engagement),
        ]

    def whole(self) -> FigureGroup:
        return FigureGroup("term", gettext("Term and notice"), "", list(self._fields(None)))

    def _group(self, clause: Clause, words: str) -> FigureGroup:
        return FigureGroup(clause.id, in_language(clause.title), words, list(self._fields(clause.id)))

    def _fields(self, clause: str | None) -> Iterator[Any]:
        return (self.form[name] for name, figure in self._figures.items() if figure.clause == clause)


def written(figure: Figure) -> str:
    """The number as its field shows it."""
    if figure.value is None:
        return ""
    if figure.unit is Unit.MINUTES:
        hours, minutes = divmod(int(figure.value), 60)
        return f"{hours}:{minutes:02d}"
    if figure.unit is Unit.SHARE:
        return f"{Decimal(str(figure.value)) * 100:f}".rstrip("0").rstrip(".") if figure.value % 1 else "100"
    return str(int(figure.value))


def read(text: str, figure: Figure) -> float | None:
    """The number written. Raises InvalidInput when it is none of its kind."""
    text = re.sub(r"\s", "", text)
    if not text and figure.is_optional:
        return None
    if figure.unit is Unit.MINUTES:
        hours = HOURS.fullmatch(text) or _refuse(N_("Write hours and minutes, such as 4:30."))
        return int(hours[1]) * 60 + int(hours[2] or 0)
    number = NUMBER.fullmatch(text) or _refuse(NO_NUMBER, example=written(figure) or "60")
    value = Decimal(number[0].replace("−", "-").replace(",", "."))
    if figure.unit is Unit.SHARE:
        return float(value / 100) if 0 < value <= 100 else _refuse(N_("Write a share between 0 and 100."))
    return int(value) if value == int(value) else _refuse(N_("Write a whole number."))


def _refuse(message: str, **params: Any) -> Any:
    raise InvalidInput("figure", message, **params)


def _name(path: Path) -> str:
    return "-".join(map(str, path))


def _label(figure: Figure, clauses: Mapping[str, Clause]) -> str:
    bound = str(figure.path[-1])
    if bound in BOUNDS:
        return gettext(BOUNDS[bound], field=field_name(figure.about))
    if figure.about == "points" and figure.clause:
        return in_language(clauses[figure.clause].title)
    return gettext(LABELS[figure.about])
