"""An import moves from step to step, each once: a form made before the last step changes nothing."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from smarketing.db import db
from smarketing.domain.csv_format import Unreadable
from smarketing.domain.errors import Conflict, InvalidInput
from smarketing.domain.importing import ImportState
from smarketing.domain.mapping import Options
from smarketing.jobs import run_imports
from smarketing.models.events import Event
from smarketing.models.imports import Import, RejectedRow
from smarketing.reports import rejections
from smarketing.services import imports
from tests.cast import Cast
from tests.conftest import Hands
from tests.files import COLUMNS, HOT, MAPPING, counts, folder, to_check, to_import, upload

Db = scoped_session[Session]
Step = Callable[[Import, Cast, Any], None]

TEXT = COLUMNS + HOT.format("a@example.com") + "nobody,,,\n"


def map_columns(brought: Import, cast: Cast, now: Any) -> None:
    imports.begin_check(brought, MAPPING, Options(), edition=brought.edition)


def start(brought: Import, cast: Cast, now: Any) -> None:
    imports.begin_import(brought.id, edition=brought.edition, now=now)


def stop_check(brought: Import, cast: Cast, now: Any) -> None:
    imports.stop_check(brought.id, edition=brought.edition)


def cancel(brought: Import, cast: Cast, now: Any) -> None:
    imports.cancel(brought.id, edition=brought.edition, actor=cast.marta, now=now)


def discard(brought: Import, cast: Cast, now: Any) -> None:
    imports.discard(brought, edition=brought.edition)


STEPS: tuple[Step, ...] = (map_columns, start, stop_check, cancel, discard)
ALLOWED = {
    ImportState.UPLOADED: {map_columns, discard},
    ImportState.CHECKING: {stop_check, discard},
    ImportState.CHECKED: {map_columns, start, discard},
    ImportState.IMPORTING: {cancel},
    ImportState.DONE: set(),
    ImportState.CANCELLED: set(),
    ImportState.FAILED: set(),
}


def at(state: ImportState, cast: Cast, hands: Hands) -> Import:
    """An import that has come to this state the way imports do."""
    if state is ImportState.UPLOADED:
        return upload(TEXT, actor=cast.marta, now=hands.now)
    if state in (ImportState.CHECKING, ImportState.CHECKED):
        brought = to_check(TEXT, actor=cast.marta, now=hands.now)
        if state is ImportState.CHECKED:
            run_imports.run(now=hands.now)
        return brought
    brought = to_import(TEXT, actor=cast.marta, now=hands.now)
    if state is ImportState.CANCELLED:
        cancel(brought, cast, hands.now)
    if state is ImportState.FAILED:
        imports.fail(brought.id, Unreadable("Broken."), now=hands.now)
    db.session.commit()
    if state is ImportState.DONE:
        run_imports.run(now=hands.now)
    return brought


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.__name__)
@pytest.mark.parametrize("state", ImportState)
def test_each_step_is_taken_from_where_it_can_be(
    session: Db, cast: Cast, hands: Hands, state: ImportState, step: Step
) -> None:
    brought = at(state, cast, hands)
    import_id = brought.id
    assert brought.state is state
    if step in ALLOWED[state]:
        step(brought, cast, hands.now)
        session.expire_all()
        assert session.scalar(select(Import.state).where(Import.id == import_id)) is not state
        return
    with pytest.raises(Conflict, match="moved on"):
        step(brought, cast, hands.now)
    session.rollback()
    assert brought.state is state


@pytest.mark.parametrize(
    ("state", "step"),
    [(state, step) for state, steps in ALLOWED.items() for step in STEPS if step in steps],
    ids=lambda each: getattr(each, "__name__", str(each)),
)
def test_a_form_from_before_the_last_step_changes_nothing(
    session: Db, cast: Cast, hands: Hands, state: ImportState, step: Step
) -> None:
    brought = at(state, cast, hands)
    stale = Import(id=brought.id, edition=brought.edition - 1, headers=brought.headers, state=state)
    with pytest.raises(Conflict, match="moved on"):
        step(stale, cast, hands.now)
    session.rollback()
    assert brought.state is state


def test_a_mapping_may_be_changed_and_the_check_begins_anew(session: Db, cast: Cast, hands: Hands) -> None:
    brought = at(ImportState.CHECKED, cast, hands)
    assert counts(brought) == (1, 0, 0, 1, 0)
    imports.begin_check(brought, {"Job Title": "external_id"}, Options("Europe/Paris", True), edition=brought.edition)
    session.commit()
    assert counts(brought) == (0, 0, 0, 0, 0)
    assert session.scalars(select(RejectedRow)).all() == []
    assert imports.options_of(brought) == Options("Europe/Paris", True)
    session.commit()
    run_imports.run(now=hands.now)
    assert counts(brought) == (1, 0, 0, 1, 0)


def test_a_mapping_that_cannot_be_leaves_all_as_it_was(session: Db, cast: Cast, hands: Hands) -> None:
    brought = at(ImportState.CHECKED, cast, hands)
    with pytest.raises(InvalidInput):
        imports.begin_check(brought, {"Country": "country"}, Options(), edition=brought.edition)
    session.commit()
    assert (brought.state, brought.mapping, counts(brought)) == (ImportState.CHECKED, MAPPING, (1, 0, 0, 1, 0))


def test_a_check_that_was_stopped_goes_back_to_the_columns(session: Db, cast: Cast, hands: Hands) -> None:
    brought = at(ImportState.CHECKING, cast, hands)
    imports.stop_check(brought.id, edition=brought.edition)
    session.commit()
    assert run_imports.run(now=hands.now) == 0
    assert (brought.state, brought.mapping) == (ImportState.UPLOADED, MAPPING)


def test_what_was_discarded_is_gone_and_told_to_nobody(session: Db, cast: Cast, hands: Hands) -> None:
    brought = at(ImportState.CHECKED, cast, hands)
    imports.discard(brought, edition=brought.edition)
    session.commit()
    assert session.scalars(select(Import)).all() == session.scalars(select(RejectedRow)).all() == []
    assert session.scalars(select(Event)).all() == []


def test_an_import_of_which_nothing_is_known_any_more_says_so(session: Db, cast: Cast, hands: Hands) -> None:
    with pytest.raises(Conflict, match="discarded meanwhile"):
        imports.begin_import(999, edition=1, now=hands.now)


def test_a_file_that_cannot_be_read_is_no_import(session: Db, cast: Cast, hands: Hands) -> None:
    with pytest.raises(Unreadable):
        upload(b"PK\x03\x04", actor=cast.marta, now=hands.now)
    assert session.scalars(select(Import)).all() == []
    assert list(folder().iterdir()) == []


@pytest.mark.parametrize(
    ("sent", "kept"),
    [("../../etc/passwd", "passwd"), ("C:\\leads.csv", "C:\\leads.csv"), ("", "leads.csv"), ("x" * 300, "x" * 255)],
)
def test_the_name_of_a_file_is_only_a_name(session: Db, cast: Cast, hands: Hands, sent: str, kept: str) -> None:
    brought = upload(TEXT, actor=cast.marta, now=hands.now, filename=sent)
    assert brought.filename == kept
    assert (folder() / brought.stored_as).is_file()
    assert "leads" not in brought.stored_as


def test_a_file_says_by_itself_whether_the_day_comes_first(session: Db, cast: Cast, hands: Hands) -> None:
    rows = [*("1/2/2026" for _ in range(300)), "13/2/2026", "1/2/2026"]
    text = "Email,Created\n" + "".join(f"{n}@example.com,{day}\n" for n, day in enumerate(rows))
    assert imports.options_of(upload(text, actor=cast.marta, now=hands.now)).day_first is True
    told_by_none = upload("Email,Created\na@example.com,1/2/2026\n", actor=cast.marta, now=hands.now)
    assert imports.options_of(told_by_none).day_first is None


def test_each_reason_is_told_once_with_its_first_row(session: Db, cast: Cast, hands: Hands) -> None:
    text = "Email,Created\n,\na@b,1/2/2026\nb@example.com,1/2/2026\nc@b,\nx\n@c,2/2/2026\nd@example.com,1/3/2026\n"
    other = to_import("Email\nnobody\n", actor=cast.marta, now=hands.now)
    brought = to_import(text, actor=cast.marta, now=hands.now)
    session.commit()
    run_imports.run(now=hands.now)
    told = [
        (reason.row_count, reason.column, reason.message % reason.params, reason.first_row)
        for reason in rejections.reasons(brought.id, limit=9)
    ]
    assert told == [
        (3, "Email", "“a@b” is not an e-mail address.", 3),
        (2, "Created", "“1/2/2026” may be read in two ways: say whether the day or the month comes first.", 4),
        (1, "", "Cells in this row: 1; columns in the file: 2.", 6),
    ]
    assert len(rejections.reasons(brought.id, limit=1)) == len(rejections.reasons(other.id, limit=9)) == 1
