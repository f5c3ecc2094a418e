"""The outbox: written with the change, as each person wants it; what an administrator can do about it."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from smarketing.domain.errors import Conflict, Missing
from smarketing.domain.event_names import EventName
from smarketing.domain.letters import LetterState
from smarketing.domain.reach import Choice, Reach, Topic
from smarketing.models.events import Event
from smarketing.models.letters import Letter
from smarketing.models.notices import Notice
from smarketing.models.routing import Absence
from smarketing.services import letters, notices, reach, rosters
from smarketing.services.notices import Owed
from tests.cast import Cast
from tests.conftest import Hands
from tests.services.desk import Db

DOMAIN = "smarketing.example"
MISSED = EventName.CLOCK_BREACHED


def owe(cast: Cast, now: datetime, *, key: str = "one", is_urgent: bool = False) -> None:
    recipients = [cast.saul.id, cast.sara.id, cast.sasha.id]
    notices.owe_many([Owed(recipients, MISSED, key, is_urgent=is_urgent)], now=now)


def waiting(session: Db) -> dict[int, datetime]:
    found = select(Letter.recipient_id, Letter.next_try_at).where(Letter.state == LetterState.WAITING)
    return {recipient_id: next_try_at for recipient_id, next_try_at in session.execute(found)}  # noqa: C416


def test_each_is_written_to_as_they_want_it(session: Db, cast: Cast, hands: Hands) -> None:
    reach.settle(cast.saul, Reach("Europe/Paris", choices={Topic.MISSED: Choice.AT_ONCE}), now=hands.now)
    reach.settle(cast.sara, Reach("Europe/Paris", choices={Topic.MISSED: Choice.BELL}), now=hands.now)
    owe(cast, hands.now)
    tomorrow = datetime.fromisoformat("2026-03-03T08:30+01:00")
    assert waiting(session) == {cast.saul.id: hands.now, cast.sasha.id: tomorrow}
    owe(cast, hands.turn(hours=1))
    assert session.scalar(select(func.count()).select_from(Letter)) == 2, "the same message is owed once"


def test_quiet_hours_hold_back_all_but_what_is_urgent(session: Db, cast: Cast, hands: Hands) -> None:
    reach.settle(cast.saul, Reach("Europe/Paris", choices={Topic.MISSED: Choice.AT_ONCE}), now=hands.now)
    night = hands.turn(hours=12)
    owe(cast, night)
    assert waiting(session)[cast.saul.id] == datetime.fromisoformat("2026-03-03T08:00+01:00")
    owe(cast, night, key="urgent", is_urgent=True)
    assert waiting(session)[cast.saul.id] == night


def test_letter_and_change_are_committed_together_or_not_at_all(session: Db, cast: Cast, hands: Hands) -> None:
    session.commit()
    owe(cast, hands.now)
    assert waiting(session)
    session.rollback()
    assert session.scalar(select(func.count()).select_from(Notice)) == 0
    assert session.scalar(select(func.count()).select_from(Letter)) == 0


def test_nobody_is_written_to_whose_account_is_closed(session: Db, cast: Cast, hands: Hands) -> None:
    cast.saul.disabled_at = hands.now
    owe(cast, hands.now)
    assert set(waiting(session)) == {cast.sara.id, cast.sasha.id}


def test_what_somebody_settles_is_kept_and_in_the_journal(session: Db, cast: Cast, hands: Hands) -> None:
    assert reach.of(cast.saul) == Reach("Europe/Paris")
    for settled in (
        Reach("Europe/Paris", 0, 0, frozenset(), 0, {Topic.IMPORT: Choice.DAILY}),
        Reach("Europe/Paris", 720, 60, frozenset({6}), 1439),
    ):
        reach.settle(cast.saul, settled, now=hands.now)
        session.expire_all()
        assert reach.of(cast.saul) == settled
        assert reach.of_people([cast.saul.id], now=hands.now)[cast.saul.id] == settled
    assert session.scalar(select(func.count()).where(Event.name == EventName.USER_CHANGED)) == 2


@pytest.fixture
def letter_id(session: Db, cast: Cast, hands: Hands) -> int:
    reach.settle(cast.saul, Reach("Europe/Paris", choices={Topic.MISSED: Choice.AT_ONCE}), now=hands.now)
    notices.owe_many([Owed([cast.saul.id], MISSED, "one")], now=hands.now)
    return session.scalars(select(Letter.id)).one()


def test_a_letter_is_sent_again_in_an_e_mail_of_its_own(session: Db, hands: Hands, letter_id: int) -> None:
    (first,) = letters.claim(domain=DOMAIN, now=hands.now)
    letters.mark_sent(first, now=hands.now)
    notices.mark_read(first.recipient_id, now=hands.now)
    letters.resend(letter_id, domain=DOMAIN, now=hands.turn(minutes=5))
    with pytest.raises(Conflict):
        letters.resend(letter_id, domain=DOMAIN, now=hands.now)
    (second,) = letters.claim(domain=DOMAIN, now=hands.now)
    assert second.attempt_count == 1
    assert second.message_id != first.message_id


def test_what_was_given_up_is_not_sent(session: Db, hands: Hands, letter_id: int) -> None:
    letters.give_up(letter_id)
    assert letters.claim(domain=DOMAIN, now=hands.turn(days=1)) == []
    with pytest.raises(Conflict):
        letters.give_up(letter_id)
    with pytest.raises(Missing):
        letters.give_up(letter_id + 1)


def test_a_letter_that_waits_follows_the_absences_of_its_reader(session: Db, cast: Cast, hands: Hands) -> None:
    reach.settle(cast.saul, Reach("Europe/Paris", choices={Topic.MISSED: Choice.AT_ONCE}), now=hands.now)
    owe(cast, hands.turn(hours=12))
    owe(cast, hands.now, key="urgent", is_urgent=True)
    tuesday, thursday, friday = (datetime.fromisoformat(f"2026-03-0{day}T08:00+01:00") for day in (3, 5, 6))
    waits = (Letter.recipient_id == cast.saul.id, Letter.is_urgent.is_(False))
    next_try = select(Letter.next_try_at).where(*waits)
    assert session.scalars(next_try).all() == [tuesday]
    absence = rosters.add_absence(
        cast.saul.id, starts_at=hands.now, ends_at=thursday, title="", actor=cast.saul, now=hands.now
    )
    assert session.scalars(next_try).all() == [thursday]
    sent = letters.claim(domain=DOMAIN, now=hands.now)
    assert cast.saul.id in {each.recipient_id for each in sent}, "what is urgent does not wait"
    for mail in sent:
        letters.mark_sent(mail, now=hands.now)
    rosters.remove_absence(absence.id, actor=cast.saul, now=hands.now)
    assert session.scalars(next_try).all() == [tuesday]
    session.add(Absence(user_id=cast.saul.id, starts_at=tuesday, ends_at=friday, title="told in another way"))
    sent = letters.claim(domain=DOMAIN, now=hands.set(tuesday + timedelta(hours=2)))
    assert cast.saul.id not in {each.recipient_id for each in sent}
    assert session.scalars(next_try).all() == [friday]
    letters.resend(session.scalars(select(Letter.id).where(*waits)).one(), domain=DOMAIN, now=hands.now)
    assert cast.saul.id in {each.recipient_id for each in letters.claim(domain=DOMAIN, now=hands.now)}


def test_what_waits_for_a_closed_account_is_left_to_whoever_sends(session: Db, cast: Cast, hands: Hands) -> None:
    owe(cast, hands.now)
    held = waiting(session)
    cast.saul.disabled_at = hands.now
    letters.retime(cast.saul.id, now=hands.now)
    assert waiting(session) == held
    letters.claim(domain=DOMAIN, now=hands.turn(days=1))
    assert session.scalar(select(Letter.state).where(Letter.recipient_id == cast.saul.id)) is LetterState.DROPPED


def test_settled_letters_are_forgotten_and_their_notices_kept(session: Db, hands: Hands, letter_id: int) -> None:
    assert letters.purge(now=hands.now + timedelta(days=100)) == 0
    letters.give_up(letter_id)
    assert letters.purge(now=hands.now + timedelta(days=90)) == 0
    assert letters.purge(now=hands.now + timedelta(days=90, seconds=1)) == 1
    assert session.scalar(select(func.count()).select_from(Notice)) == 1
