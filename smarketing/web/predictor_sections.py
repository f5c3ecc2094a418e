"""How a predictor did, section by section: beside the agreed score, said against came, what it goes by, drift."""

from collections.abc import Sequence
from math import exp

from flask_babel import gettext

from smarketing.domain.accuracy import Band, Estimate
from smarketing.domain.drift import Drift
from smarketing.domain.judgement import Judgement, Measures
from smarketing.domain.predictor import NUMBERS, Column, Predictor
from smarketing.reports import charts, tables
from smarketing.reports.look import Mark, Tick
from smarketing.reports.tables import Cell, Table
from smarketing.web import spoken
from smarketing.web.filters import number, percent
from smarketing.web.predictor_words import Names
from smarketing.web.sections.section import Section
from smarketing.web.spoken import count_cell, interval_cells, ratio_cell, words_cell

TENTH = 0.1


def sections(judged: Judgement, predictor: Predictor, drift: Drift | None, names: Names) -> list[Section]:
    built = [beside_the_score(judged), calibration(judged), weights(predictor, names)]
    return [*built, drifted(drift, names)] if drift else built


def beside_the_score(judged: Judgement) -> Section:
    columns = (
        tables.Column(gettext("Measure"), False),
        *_interval_columns(gettext("Estimate")),
        *_interval_columns(gettext("Agreed score")),
    )
    rows = [
        (words_cell(name), *_interval(read(judged.predictor)), *_interval(read(judged.score)))
        for name, read in (
            (gettext("Area under the ROC curve"), lambda measures: measures.area),
            (gettext("Average precision"), lambda measures: measures.precision),
            (gettext("Brier score"), lambda measures: measures.brier),
        )
    ]
    parts = [
        (words_cell(name), *_plain(read(judged.predictor)), *_plain(read(judged.score)))
        for name, read in (
            (gettext("Brier: reliability"), lambda measures: measures.parts.reliability),
            (gettext("Brier: resolution"), lambda measures: measures.parts.resolution),
            (gettext("Brier: uncertainty"), lambda measures: measures.parts.uncertainty),
            (gettext("Brier: within the tenths"), lambda measures: measures.parts.within),
            (gettext("Calibration error"), lambda measures: measures.calibration_error),
        )
    ]
    return Section(
        "beside-the-score",
        _finding(judged),
        gettext(
            "Both on the same %(count)s hand-offs that neither was fitted to, the latest; %(came)s were confirmed.",
            count=number(judged.held_out),
            came=number(judged.came),
        ),
        Table(gettext("Beside the agreed score"), columns, [*rows, *parts]),
        gettext(
            "Area under the ROC curve: how often an SQL stands above one that is none; 0.5 is chance. Average "
            "precision: the share of SQLs among those ranked on top, averaged over all cut-offs; by chance it is the "
            "share of SQLs. Brier score: mean squared error of the chances, 0 is best; it is reliability − resolution "
            "+ uncertainty + what the chances differ within a tenth. Calibration error: how far the chance that was "
            "said lies from the share that came, on average. The points of the agreed score are no chances; they were "
            "made into some on the same earlier hand-offs. Intervals hold in 95 of 100 cases."
        ),
        is_wide=True,
    )


def _finding(judged: Judgement) -> str:
    if not judged.is_telling:
        return gettext("It cannot be told from chance")
    if judged.is_better:
        return gettext("It ranks better than the agreed score")
    if judged.area_gain.high < 0:
        return gettext("The agreed score ranks better")
    return gettext("It ranks no better than the agreed score, as far as can be told")


def calibration(judged: Judgement) -> Section:
    bands = judged.predictor.bands
    scale = [Tick(place / 5, percent(place / 5, 0)) for place in range(6)]
    marks = [_mark(band) for band in bands]
    return Section(
        "said-and-came",
        _calibration_title(judged.predictor),
        gettext("The chance that was said and the share that came, with 95 % intervals; hollow with fewer than 5."),
        Table(
            gettext("What was said and what came"),
            (
                tables.Column(gettext("Chance said"), False),
                tables.Column(gettext("Hand-offs")),
                tables.Column(gettext("Said on average")),
                tables.Column(gettext("Confirmed")),
                tables.Column(gettext("Share")),
                tables.Column(gettext("95 % from")),
                tables.Column(gettext("to")),
            ),
            [
                (
                    words_cell(_tenth(band)),
                    count_cell(band.share.total),
                    Cell(round(band.mean, 4), percent(band.mean)),
                    count_cell(band.share.part),
                    ratio_cell(band.share),
                    *interval_cells(band.share),
                )
                for band in bands
            ],
        ),
        gettext("Hand-offs that were held out, gathered by tenths of the chance. On the dotted line both are alike."),
        charts.said_and_came(marks, [band.mean for band in bands], scale=scale),
    )


def _calibration_title(measures: Measures) -> str:
    points = number(measures.calibration_error * 100, 1)
    return gettext("What it said and what came lie %(points)s points apart on average", points=points)


def _mark(band: Band) -> Mark:
    low, high = band.share.interval() or (None, None)
    told = {"said": percent(band.mean, 0), "came": spoken.part_of(band.share)}
    hover = gettext("said %(said)s, came %(came)s", **told)
    return Mark(_tenth(band), band.share.ratio, hover, low=low, high=high, is_pale=not band.share.is_telling)


def _tenth(band: Band) -> str:
    low, high = band.place * TENTH, (band.place + 1) * TENTH
    return gettext("%(low)s to %(high)s", low=percent(low, 0), high=percent(high, 0))


def weights(predictor: Predictor, names: Names) -> Section:
    """Each column by what it does to the odds."""
    rows = sorted(predictor.columns, key=lambda column: -abs(column.weight))
    return Section(
        "weights",
        _weights_title(rows, names),
        gettext("What each fact does to the odds of an SQL, all others alike."),
        Table(
            gettext("What it goes by"),
            (
                tables.Column(gettext("Fact"), False),
                tables.Column(gettext("Compared"), False),
                tables.Column(gettext("Odds times")),
            ),
            [
                (
                    words_cell(names.about(column.fact, column.value)),
                    words_cell(_compared(column)),
                    _times(predictor, column),
                )
                for column in rows
            ],
        ),
        gettext(
            "Weights of a penalised logistic regression, calibrated. Facts that go together share their weight, so a "
            "single one says little by itself, and none says why."
        ),
        is_wide=True,
    )


def _weights_title(rows: Sequence[Column], names: Names) -> str:
    return gettext("“%(fact)s” matters most", fact=names.about(rows[0].fact, rows[0].value))


def _compared(column: Column) -> str:
    if column.fact in NUMBERS:
        return gettext("per standard deviation")
    return gettext("if it is so")


def _times(predictor: Predictor, column: Column) -> Cell:
    per_unit = column.weight * predictor.slope / (1 if column.fact in NUMBERS else column.scale)
    times = exp(min(max(per_unit, -50.0), 50.0))
    return Cell(round(times, 4), number(times, 2))


def drifted(drift: Drift, names: Names) -> Section:
    return Section(
        "drift",
        _drift_title(drift),
        _drift_summary(drift),
        Table(
            gettext("Drift of the facts"),
            (
                tables.Column(gettext("Fact"), False),
                tables.Column(gettext("Stability index")),
                tables.Column(gettext("Moved"), False),
            ),
            [
                (
                    words_cell(names.about(shift.fact, shift.rule)),
                    Cell(round(shift.index, 4), number(shift.index, 3)),
                    words_cell(gettext("moved") if shift.is_moved else gettext("as before")),
                )
                for shift in drift.shifts
            ],
        ),
        gettext(
            "Population stability index of each fact over the hand-offs since the training: from 0.25 on a fact has "
            "moved, unless so few could show as much by chance. SQLs that came are held against the sum of the chances "
            "that were said, for hand-offs old enough for an outcome; off is what chance explains in 1 of 100 cases."
        ),
        is_wide=True,
    )


def _drift_title(drift: Drift) -> str:
    moved = sum(shift.is_moved for shift in drift.shifts)
    if drift.is_off:
        return gettext("Its chances do not come true any more")
    if moved:
        return gettext("Leads have changed since it was trained")
    return gettext("No drift was found") if drift.shifts or drift.decided else gettext("Too few hand-offs since")


def _drift_summary(drift: Drift) -> str:
    told = {"since": number(drift.since), "decided": number(drift.decided)}
    if not drift.decided:
        return gettext("%(since)s hand-offs since the training, none old enough for an outcome.", **told)
    told |= {"came": number(drift.came), "expected": number(drift.expected, 1)}
    return gettext(
        "%(since)s hand-offs since the training; of the %(decided)s old enough for an outcome %(came)s were confirmed "
        "where %(expected)s were expected.",
        **told,
    )


def _interval_columns(name: str) -> tuple[tables.Column, ...]:
    return tables.Column(name), tables.Column(gettext("95 % from")), tables.Column(gettext("to"))


def _interval(of: Estimate) -> tuple[Cell, ...]:
    value, low, high = (Cell(round(each, 4), number(each, 3)) for each in of)
    return value, low._replace(is_soft=True), high._replace(is_soft=True)


def _plain(value: float) -> tuple[Cell, ...]:
    text = number(value, 3).replace("-", "−")
    return Cell(round(value, 4), text), Cell(None, ""), Cell(None, "")
