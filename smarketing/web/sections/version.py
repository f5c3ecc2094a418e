"""One version of the agreement: what was measured of what it had promised, beside the version before it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from flask_babel import gettext

from smarketing.domain.attainment import Share
from smarketing.domain.pacing import Progress
from smarketing.domain.periods import Period, local_day
from smarketing.models.agreements import AgreementVersion
from smarketing.reports import agreed, pacing
from smarketing.reports import promises as kept
from smarketing.reports.cases import By
from smarketing.reports.pacing import Owed
from smarketing.reports.rollups import Scope
from smarketing.reports.tables import Column, Table
from smarketing.web.filters import number
from smarketing.web.scopes import Choices
from smarketing.web.sections import comparison, promises, quality
from smarketing.web.sections.comparison import Item, Side
from smarketing.web.sections.page import Page
from smarketing.web.sections.section import Section
from smarketing.web.spoken import count_cell, interval_cells, ratio_cell, words_cell
from smarketing.web.theme_view import ThemeView
from smarketing.web.words import in_language


def of_version(view: ThemeView, version: AgreementVersion) -> ThemeView:
    """Everything made under a version, from the day it came into force: its clocks fall due after it was replaced."""
    first = local_day(version.effective_at or view.now, view.zone)
    period = Period(first, max(view.today, first) + timedelta(days=1))
    standing = agreed.Agreed(version.id, version.number, agreed.terms_of(version.id), is_in_force=False)
    return replace(
        view,
        standing=standing,
        scope=Scope(period),
        earlier=Scope(period),
        wanted=view.wanted._replace(version=version.number),
        versions=Choices(str(version.number), view.versions.pairs),
    )


def in_force(view: ThemeView, version: AgreementVersion) -> Period:
    """The days it was in force, up to today."""
    first = local_day(version.effective_at or view.now, view.zone)
    last = local_day(version.superseded_at, view.zone) if version.superseded_at else view.today + timedelta(days=1)
    return Period(first, max(last, first + timedelta(days=1)))


def page(view: ThemeView, version: AgreementVersion, before: AgreementVersion | None) -> Page:
    own = of_version(view, version)
    read = kept.read(own.period, own.wanted, now=own.now)
    sections = [promises.overview(own, promises.clauses_of(own), read)]
    if before is not None:
        sections.append(comparison.section(*sides(view, version, before), _all))
    owed = pacing.written_under(version.id, day=view.today)
    volumes = [_volumes(view, owed)] if owed else []
    return Page([], [*sections, *volumes, quality.reasons(own, By.PERSONA)])


def sides(view: ThemeView, version: AgreementVersion, before: AgreementVersion) -> tuple[Side, Side]:
    """Both are asked about the clauses of the later one."""
    own = of_version(view, version)
    return Side(_name(version), own), Side(_name(before), replace(of_version(view, before), standing=own.standing))


def _name(version: AgreementVersion) -> str:
    return gettext("Version %(number)s", number=version.number)


def _all(view: ThemeView) -> list[Item]:
    return [*comparison.kept(view), *comparison.answered(view), *comparison.became(view)]


def _volumes(view: ThemeView, owed: Sequence[Owed]) -> Section:
    """How many of the periods that ended kept what the version demanded, clause by clause."""
    by_clause: dict[str, list[Owed]] = {}
    for each in owed:
        by_clause.setdefault(each.clause.id, []).append(each)
    shares = {name: _kept(view, several) for name, several in by_clause.items()}
    kept, total = sum(each.part for each in shares.values()), len(owed)
    return Section(
        "volumes",
        gettext("%(kept)s of %(all)s periods that ended kept what was owed", kept=number(kept), all=number(total)),
        gettext("Volumes of the periods that began under this version; a period keeps the target it began with."),
        Table(
            gettext("Volumes, clause by clause"),
            (
                Column(gettext("Promise"), False),
                Column(gettext("Periods")),
                Column(gettext("Kept")),
                Column(gettext("Share")),
                Column(gettext("95 % from")),
                Column(gettext("to")),
            ),
            [
                (
                    words_cell(in_language(several[0].clause.title)),
                    count_cell(shares[name].total),
                    count_cell(shares[name].part),
                    ratio_cell(shares[name]),
                    *interval_cells(shares[name]),
                )
                for name, several in by_clause.items()
            ],
        ),
        gettext("As each period was counted when it closed, and again when facts came late."),
    )


def _kept(view: ThemeView, owed: Sequence[Owed]) -> Share:
    actuals = [(each, each.written.actual or 0) for each in owed if each.written]
    part = sum(each.progress(actual, now=view.now) is Progress.REACHED for each, actual in actuals)
    return Share(part, len(actuals))
