"""A file of past hand-offs is kept as facts, judged whenever it is read, and touches nothing else."""

from collections.abc import Iterator
from datetime import datetime
from io import BytesIO
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session

from smarketing.domain.csv_format import Unreadable
from smarketing.domain.dispositions import Channel
from smarketing.domain.histories import Judge
from smarketing.domain.past_events import NAMES, PastEvent
from smarketing.domain.terms import parse
from smarketing.models.clocks import Clock
from smarketing.models.events import Event
from smarketing.models.histories import History, HistoryEvent
from smarketing.models.leads import Lead
from smarketing.reports import histories as reading
from smarketing.services import handoffs, histories, touches
from tests.cast import Cast, agree, terms
from tests.conftest import Hands
from tests.services.desk import CHECKLIST, hand_off, owner, with_first_touch

Db = scoped_session[Session]

FILE = """Lead;Event;At;Actor;Owner;Reason
17;handed over;2026-02-02 09:00;bot;Ann;
17;accepted;2026-02-02 10:00;Ann;;
17;accepted;2026-02-02 10:00;Ann;;
18;handed over;2026-02-02 09:00;bot;Bob;
18;danced;2026-02-02 09:30;Bob;;
18;refused;2026-02-04 09:00;Bob;;not now
19;handed over;2026-02-03T17:00+01:00;bot;Bob;
20;accepted;soon;Ann;;
"""


def bring(text: str, folder: Path, cast: Cast, now: datetime) -> History:
    return histories.bring_in(
        BytesIO(text.encode()), "past.csv", folder=folder, limit=100_000, zone="Europe/Paris", actor=cast.manny, now=now
    )


def test_good_rows_are_taken_and_bad_ones_named(session: Db, agreed: Cast, hands: Hands, tmp_path: Path) -> None:
    history = bring(FILE, tmp_path, agreed, hands.now)
    session.commit()
    assert (history.lead_count, history.event_count, history.repeated_count, history.rejected_count) == (3, 5, 1, 2)
    assert [(each["row"], each["field"]) for each in history.rejected] == [(6, "event"), (9, "at")]
    judged = reading.judge(history, terms())
    first, second = judged.promises
    assert (first.clause.id, *first.kept.share, first.kept.pending) == ("first-answer", 1, 2, 1)
    assert [(str(month.starts_on), *kept.share) for month, kept in first.months] == [("2026-02-01", 1, 2)]
    assert (second.clause.id, second.kept.share.total, second.kept.pending) == ("sql-decision", 0, 1)
    assert session.scalar(select(func.count(Lead.id))) == session.scalar(select(func.count(Clock.id))) == 0
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("lead,event\n1,won\n", "no column “at”"),
        ("lead,event,at\n1,won,never\n", "No row can be taken. Row 2:"),
        ("lead,event,at\n", "no leads under it"),
        ("%PDF-1.7\n", "PDF"),
    ],
)
def test_a_file_that_says_nothing_is_refused_and_leaves_nothing(
    session: Db, agreed: Cast, hands: Hands, tmp_path: Path, text: str, words: str
) -> None:
    with pytest.raises(Unreadable, match=words):
        bring(text, tmp_path, agreed, hands.now)
    assert session.scalar(select(func.count(History.id))) == 0
    assert list(tmp_path.iterdir()) == []


def test_one_that_is_removed_is_gone_but_for_its_journal_lines(
    session: Db, agreed: Cast, hands: Hands, tmp_path: Path
) -> None:
    history, other = (bring(FILE, tmp_path, agreed, hands.now) for _ in range(2))
    histories.remove(history, actor=agreed.sasha, now=hands.now)
    session.commit()
    assert session.scalars(select(History.id)).all() == [other.id]
    assert session.scalars(select(HistoryEvent.history_id).distinct()).all() == [other.id]
    names = session.scalars(select(Event.name).where(Event.subject_type == "history").order_by(Event.id)).all()
    assert names == ["history.brought_in", "history.brought_in", "history.removed"]


def test_our_own_past_is_judged_as_it_was_lived(session: Db, cast: Cast, hands: Hands) -> None:
    version = agree(cast, hands.now, clocks=with_first_touch())
    first, second, third = (hand_off(session, hands, f"{each}@example.com") for each in ("a", "b", "c"))
    handoffs.accept(first.id, actor=owner(session, first), now=hands.turn(hours=1))
    touch = {"channel": Channel.CALL, "note": "", "actor": owner(session, first)}
    touches.log(first.id, **touch, occurred_at=hands.now, now=hands.turn(minutes=5))
    handoffs.refuse(second.id, reason="not-now", note="", actor=owner(session, second), now=hands.turn(days=1))
    handoffs.confirm(first.id, checklist=CHECKLIST, actor=owner(session, first), now=hands.turn(days=1))
    session.commit()
    stored = session.execute(select(Clock.clause_id, Clock.due_at, Clock.stopped_at).order_by(Clock.due_at, Clock.id))
    judge = Judge(parse(version.terms), as_of=hands.now)
    replayed = [(each.clause_id, each.due_at, each.stopped_at) for each in judge.clocks(own_past(session))]
    assert sorted(replayed, key=str) == sorted((tuple(row) for row in stored), key=str)
    assert len(replayed) == 7
    assert third.state == "offered"


def own_past(session: Db) -> Iterator[PastEvent]:
    """The journal, as another system would give it away."""
    told = select(Event).where(Event.name.in_(NAMES)).order_by(Event.lead_id, Event.occurred_at, Event.id)
    for event in session.scalars(told):
        data = event.data or {}
        owner_id = str(data.get("owner") or "")
        detail = str(data.get("channel") or data.get("reason") or data.get("kind") or "")
        yield PastEvent(str(event.lead_id), event.name, event.occurred_at, str(event.actor_id or ""), owner_id, detail)
