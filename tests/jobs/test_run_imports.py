"""Files are checked and imported by themselves: each row once, whoever dies, stops or comes in between."""

import threading
from datetime import timedelta
from itertools import islice
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, scoped_session

from smarketing.db import db
from smarketing.domain.importing import ImportState, Row
from smarketing.domain.lifecycle import Stage
from smarketing.jobs import run_imports
from smarketing.models.events import Event
from smarketing.models.handoffs import Handoff
from smarketing.models.imports import Import, RejectedRow
from smarketing.models.leads import Engagement, Lead, Score
from smarketing.models.notices import Notice
from smarketing.services import imports, intake, passes
from tests.cast import Cast
from tests.conftest import Hands
from tests.files import COLUMNS, HOT, counts, folder, to_check, to_import, upload

Db = scoped_session[Session]

MIXED = COLUMNS + HOT.format("a@example.com") + "cold@example.com,Clerk,DE,\nnobody,,,\n" + HOT.format("B@example.com")


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three rows are enough to cross from one transaction into the next."""
    monkeypatch.setattr(passes, "CHUNK", 3)


def run(hands: Hands) -> int:
    db.session.commit()
    return run_imports.run(now=hands.now)


def written(session: Db) -> dict[str, int]:
    models = (Lead, Engagement, Score, Handoff, Event, Notice)
    return {model.__tablename__: session.scalar(select(func.count()).select_from(model)) or 0 for model in models}


def rejected(session: Db, brought: Import) -> list[tuple[int, str, str]]:
    rows = session.scalars(
        select(RejectedRow).where(RejectedRow.import_id == brought.id).order_by(RejectedRow.row_number)
    )
    return [(row.row_number, row.field, row.message % row.params) for row in rows]


# the check


def test_a_check_counts_every_row_and_writes_nothing(session: Db, agreed: Cast, hands: Hands) -> None:
    brought = to_check(MIXED, actor=agreed.marta, now=hands.now)
    before = written(session)
    run(hands)
    assert counts(brought) == (3, 0, 0, 1, 2)
    assert (brought.state, brought.heartbeat_at, brought.row_count) == (ImportState.CHECKED, None, 5)
    assert rejected(session, brought) == [(4, "Email", "“nobody” is not an e-mail address.")]
    assert written(session) == before


REPEATS = (
    "Id,Email,Company,Phone,Created,Kind,At,Won\n"
    "L1,a@example.com,First,,2026-02-03T00:00Z,,,\n"
    ",b@example.com,,,,webinar,2026-02-01T00:00Z,\n"
    ",c@example.com,,,,,,\n"
    ",A@Example.com,Second,12,2026-02-01T00:00Z,webinar,2026-02-01T00:00Z,\n"
    "L2,b@example.com,,,,webinar,2026-02-01T00:00Z,\n"
    "L3,a@example.com,,,,,,\n"
    "L1,new@example.com,,,,,,\n"
    "L2,,,,,webinar,2026-02-01T00:00Z,2026-02-09T00:00Z\n"
    ",c@example.com,,,,,,\n"
    ",c@example.com,Third,,,,,\n"
)
REPEATS_MAPPING = {
    "Id": "external_id",
    "Email": "email",
    "Company": "company",
    "Phone": "phone",
    "Created": "arrived_at",
    "Kind": "engagement",
    "At": "engaged_at",
    "Won": "won_at",
}


def test_a_check_foretells_what_the_import_then_does(session: Db, agreed: Cast, hands: Hands) -> None:
    intake.take([Row({"email": "c@example.com", "company": "Known"})], now=hands.now)
    checked = to_check(REPEATS, actor=agreed.marta, now=hands.now, mapping=REPEATS_MAPPING)
    run(hands)
    foretold, reasons = counts(checked), rejected(session, checked)
    imports.begin_import(checked.id, edition=checked.edition, now=hands.now)
    session.commit()
    run(hands)
    assert counts(checked) == foretold
    assert rejected(session, checked) == reasons
    assert foretold == (2, 3, 4, 1, 0)
    assert [(number, field) for number, field, _why in reasons] == [(7, "Email")]


def test_a_lead_that_comes_in_pieces_becomes_an_mql_once(session: Db, agreed: Cast, hands: Hands) -> None:
    pieces = ("p@example.com,Sales director,,\n", "p@example.com,,FR,\n", "p@example.com,,,2026-02-27T10:00Z\n")
    text = COLUMNS + "".join(piece + "x@example.com,,,\n" * 2 for piece in (*pieces, pieces[-1]))
    checked = to_check(text, actor=agreed.marta, now=hands.now)
    run(hands)
    foretold = counts(checked)
    imports.begin_import(checked.id, edition=checked.edition, now=hands.now)
    session.commit()
    run(hands)
    assert counts(checked) == foretold == (2, 2, 8, 0, 1)
    assert written(session)["handoffs"] == 1


def test_a_check_whose_worker_died_begins_again(session: Db, agreed: Cast, hands: Hands) -> None:
    brought = to_check(MIXED, actor=agreed.marta, now=hands.now)
    assert len(list(islice(run_imports.read(brought.id), 1))) == 1
    assert counts(brought)[3] == 1
    assert run(hands) == 0
    hands.turn(seconds=31)
    run(hands)
    assert counts(brought) == (3, 0, 0, 1, 2)
    assert len(rejected(session, brought)) == 1


# the import


def test_an_import_brings_every_lead_and_tells_who_brought_it(session: Db, agreed: Cast, hands: Hands) -> None:
    brought = to_import(MIXED, actor=agreed.marta, now=hands.now)
    assert run(hands) == 2
    assert counts(brought) == (3, 0, 0, 1, 2)
    assert (brought.state, brought.finished_at) == (ImportState.DONE, hands.now)
    stages = dict(session.execute(select(Lead.email_key, Lead.stage)).all())
    assert stages == {"a@example.com": Stage.MQL, "b@example.com": Stage.MQL, "cold@example.com": Stage.INQUIRY}
    assert set(session.scalars(select(Lead.import_id))) == {brought.id}
    (told,) = session.scalars(select(Event).where(Event.name == "import.finished"))
    outcome = {"state": "done", "new": 3, "changed": 0, "unchanged": 0, "rejected": 1, "mql": 2}
    assert told.data == outcome
    (owed,) = session.scalars(select(Notice).where(Notice.kind == "import.finished"))
    assert (owed.recipient_id, owed.data) == (agreed.marta.id, {"import": brought.id, **outcome})
    assert list(folder().iterdir()) == []
    assert run(hands) == 0


def test_the_same_file_twice_changes_nothing(session: Db, agreed: Cast, hands: Hands) -> None:
    to_import(REPEATS, actor=agreed.marta, now=hands.now, mapping=REPEATS_MAPPING)
    run(hands)
    before = written(session)
    companies = list(session.execute(select(Lead.id, Lead.company, Lead.edition).order_by(Lead.id)).all())
    again = to_import(REPEATS, actor=agreed.marta, now=hands.turn(days=1), mapping=REPEATS_MAPPING)
    run(hands)
    assert counts(again) == (0, 0, 9, 1, 0)
    assert {name: count - before[name] for name, count in written(session).items() if count != before[name]} == {
        "events": 1,  # the import’s own line, and the notice of it
        "notices": 1,
    }
    assert list(session.execute(select(Lead.id, Lead.company, Lead.edition).order_by(Lead.id)).all()) == companies


def test_the_first_row_that_states_a_fact_wins_however_far_down_the_next_is(
    session: Db, agreed: Cast, hands: Hands
) -> None:
    filler = "".join(f"f{number}@example.com,\n" for number in range(5))
    text = f"Email,Company\na@example.com,First\n{filler}a@example.com,Last\n"
    to_import(text, actor=agreed.marta, now=hands.now)
    run(hands)
    assert session.scalar(select(Lead.company).where(Lead.email_key == "a@example.com")) == "First"


def test_an_import_goes_on_where_its_worker_died(session: Db, agreed: Cast, hands: Hands) -> None:
    lines = [HOT.format(f"{number}@example.com") for number in range(8)]
    text = COLUMNS + "\n" + "".join(lines) + "0@example.com,Clerk,,\n" + "broken,,,\n"
    brought = to_import(text, actor=agreed.marta, now=hands.now)
    assert len(list(islice(run_imports.read(brought.id), 1))) == 1
    assert counts(brought) == (3, 0, 0, 0, 3)
    assert run(hands) == 0, "another worker took it from one that is alive"
    hands.turn(seconds=31)
    assert run(hands) == 3
    assert counts(brought) == (8, 0, 1, 1, 8)
    assert written(session)["handoffs"] == written(session)["leads"] == 8
    assert rejected(session, brought) == [(12, "Email", "“broken” is not an e-mail address.")]
    assert session.scalar(select(Lead.job_title).where(Lead.email_key == "0@example.com")) == "Sales director"


def test_two_workers_never_count_a_row_twice(session: Db, agreed: Cast, hands: Hands, app: Flask) -> None:
    lines = [HOT.format(f"{number}@example.com") for number in range(30)]
    brought = to_import(COLUMNS + "".join(lines), actor=agreed.marta, now=hands.now)
    started, faults = threading.Barrier(3), []

    def work() -> None:
        with app.app_context():
            started.wait()
            try:
                for _outcome in run_imports.read(brought_id):
                    pass
            except Exception as fault:
                faults.append(fault)
            db.session.remove()

    brought_id = brought.id
    session.commit()
    workers = [threading.Thread(target=work) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert faults == []
    assert counts(brought) == (30, 0, 0, 0, 30)
    assert written(session)["leads"] == written(session)["handoffs"] == 30


def test_a_worker_that_was_taken_for_dead_finds_its_chunk_taken(session: Db, agreed: Cast, hands: Hands) -> None:
    lines = [HOT.format(f"{number}@example.com") for number in range(6)]
    brought = to_import(COLUMNS + "".join(lines), actor=agreed.marta, now=hands.now)
    slow = run_imports.read(brought.id)
    next(slow)
    hands.turn(seconds=31)
    run(hands)
    assert list(slow) == []
    assert counts(brought) == (6, 0, 0, 0, 6)
    assert brought.state is ImportState.DONE


def test_a_stopped_import_keeps_what_it_took_and_takes_no_more(session: Db, agreed: Cast, hands: Hands) -> None:
    lines = [HOT.format(f"{number}@example.com") for number in range(6)]
    brought = to_import(COLUMNS + "".join(lines), actor=agreed.marta, now=hands.now)
    reading = run_imports.read(brought.id)
    next(reading)
    imports.cancel(brought.id, edition=brought.edition, actor=agreed.manny, now=hands.now)
    session.commit()
    assert list(reading) == []
    assert counts(brought) == (3, 0, 0, 0, 3)
    assert (brought.state, written(session)["leads"]) == (ImportState.CANCELLED, 3)
    (told,) = session.scalars(select(Event).where(Event.name == "import.finished"))
    assert (told.actor_id, (told.data or {})["state"]) == (agreed.manny.id, "cancelled")
    assert run(hands) == 0


def test_the_same_leads_from_two_sides_at_once_are_one(
    session: Db, agreed: Cast, hands: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody types the lead in between the moment it was looked for and the moment it is written."""
    known_to = intake.leads.known_to
    calls: list[int] = []

    def too_late(rows: Any) -> Any:
        calls.append(1)
        found = known_to(rows)
        return found if len(calls) > 1 else []

    intake.take([Row({"email": "a@example.com"})], now=hands.now)
    brought = to_import(COLUMNS + HOT.format("a@example.com"), actor=agreed.marta, now=hands.now)
    monkeypatch.setattr(intake.leads, "known_to", too_late)
    run(hands)
    assert counts(brought) == (0, 1, 0, 0, 1)
    assert written(session)["leads"] == 1


# what goes wrong


def test_a_file_that_ends_in_the_middle_of_a_row_keeps_what_came_before(
    session: Db, agreed: Cast, hands: Hands
) -> None:
    text = "Email,Company\n" + "".join(f"{n}@example.com,x\n" for n in range(3)) + 'z@example.com,"open\nand on\n'
    brought = to_import(text, actor=agreed.marta, now=hands.now)
    run(hands)
    assert (brought.state, counts(brought)[0]) == (ImportState.FAILED, 3)
    assert brought.error is not None
    assert brought.error["message"] % brought.error["params"] == (
        "Row 5 opens a quotation mark that is never closed, so where it ends is unknown."
    )
    assert (brought.finished_at, written(session)["notices"]) == (hands.now, 1)
    assert run(hands) == 0


def test_a_check_that_fails_is_told_on_its_page_alone(session: Db, agreed: Cast, hands: Hands) -> None:
    brought = to_check(
        'Email,Company\nb@example.com,\na@example.com,"open\nand on\n', actor=agreed.marta, now=hands.now
    )
    run(hands)
    assert brought.state is ImportState.FAILED
    assert written(session)["notices"] == 0
    assert brought.started_at is None


def test_a_file_that_has_gone_is_told(session: Db, agreed: Cast, hands: Hands) -> None:
    brought = to_import(MIXED, actor=agreed.marta, now=hands.now)
    (folder() / brought.stored_as).unlink()
    run(hands)
    assert brought.state is ImportState.FAILED
    assert "not kept here any more" in (brought.error or {})["message"]


def test_a_fault_of_ours_ends_the_import_and_is_not_tried_for_ever(
    session: Db, agreed: Cast, hands: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "take", lambda *_rows, **_told: 1 / 0)
    brought = to_import(MIXED, actor=agreed.marta, now=hands.now)
    with pytest.raises(ZeroDivisionError):
        run(hands)
    session.expire_all()
    assert (brought.state, counts(brought)) == (ImportState.FAILED, (0, 0, 0, 0, 0))
    assert run(hands) == 0


def test_a_lost_database_is_waited_for(
    session: Db, agreed: Cast, hands: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(*_rows: object, **_told: object) -> None:
        raise OperationalError("SELECT 1", None, Exception("gone"))

    brought = to_import(MIXED, actor=agreed.marta, now=hands.now)
    with monkeypatch.context() as patch:
        patch.setattr(intake, "take", lost)
        with pytest.raises(OperationalError):
            run(hands)
    session.rollback()
    hands.turn(seconds=31)
    run(hands)
    assert counts(brought) == (3, 0, 0, 1, 2)


def test_files_that_nobody_will_read_are_removed_and_others_are_not(session: Db, agreed: Cast, hands: Hands) -> None:
    waiting = upload(MIXED, actor=agreed.marta, now=hands.now)
    stranger = folder() / "somebody-elses.csv"
    stranger.touch()
    to_import(MIXED, actor=agreed.marta, now=hands.turn(seconds=1))
    run(hands)
    assert {path.name for path in folder().iterdir()} == {waiting.stored_as, stranger.name}


def test_an_hour_is_not_too_long_for_a_worker_that_reports(session: Db, agreed: Cast, hands: Hands) -> None:
    text = COLUMNS + "".join(HOT.format(f"{number}@example.com") for number in range(9))
    brought = to_import(text, actor=agreed.marta, now=hands.now)
    for _outcome in run_imports.read(brought.id):
        assert run(hands) == 0
        hands.turn(seconds=20)
    assert counts(brought) == (9, 0, 0, 0, 9)
    assert brought.finished_at == hands.now - timedelta(seconds=20)
