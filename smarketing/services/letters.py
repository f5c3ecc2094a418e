"""The outbox: owe people e-mails with their notices, hand them to whoever sends, and keep what became of them.

Whoever sends takes letters by compare-and-set for a time (`LEASE`), sends, and only then says so: one that dies in
between has sent an e-mail that is sent once more, under the same Message-ID.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, delete, func, or_, select, update

from smarketing.db import among, bulk_insert, bulk_update, db
from smarketing.domain.errors import N_, Conflict, Missing
from smarketing.domain.event_names import EventName
from smarketing.domain.letters import LEASE, MOST_IN_ONE, LetterState, message_id, next_try
from smarketing.domain.reach import Reach
from smarketing.models.letters import EMAIL, Letter
from smarketing.models.notices import Notice
from smarketing.models.people import User
from smarketing.services import reach

A_MINUTE = timedelta(minutes=1)
NO_SERVER = N_("No mail server is set.")
KEPT = timedelta(days=90)
"""How long what became of a letter can be looked up."""

_COLUMNS = "notice_id recipient_id channel state is_urgent attempt_count created_at next_try_at".split()


class Told(NamedTuple):
    """A notice that has just been written."""

    notice_id: int
    recipient_id: int
    kind: EventName
    is_urgent: bool


class Mail(NamedTuple):
    """Letters of one person that go out as one e-mail."""

    message_id: str
    recipient_id: int
    letter_ids: Sequence[int]
    attempt_count: int


def write(notices: Sequence[Told], *, now: datetime) -> None:
    """Put into the outbox what each recipient wants by e-mail, for the time at which they want it."""
    reaches = reach.of_people({each.recipient_id for each in notices}, now=now)
    timed = [(each, _letter_at(each, reaches, now=now)) for each in notices]
    rows = [
        (each.notice_id, each.recipient_id, EMAIL, LetterState.WAITING.value, each.is_urgent, 0, now, at)
        for each, at in timed
        if at is not None
    ]
    bulk_insert(Letter, _COLUMNS, rows)


def _letter_at(told: Told, reaches: dict[int, Reach], *, now: datetime) -> datetime | None:
    found = reaches.get(told.recipient_id)
    return found.letter_at(told.kind, now, is_urgent=told.is_urgent) if found else None


def retime(recipient_id: int, *, now: datetime) -> None:
    """Somebody is away longer, or back sooner: what waits for them, and was not tried yet, waits for that."""
    waits = (Letter.state == LetterState.WAITING, Letter.message_id.is_(None), Letter.is_urgent.is_(False))
    held_back = (*waits, Letter.next_try_at > now)
    _put_off(held_back, reach.of_people([recipient_id], now=now), Reach.letter_at, now=now)


# sending


def claim(*, domain: str, now: datetime, limit: int = 50) -> list[Mail]:
    """Take what is due of up to `limit` people, the longest waiting first; nobody else takes it meanwhile."""
    waiting = select(Letter.recipient_id).where(Letter.is_due(now)).group_by(Letter.recipient_id)
    first = waiting.order_by(func.min(Letter.next_try_at), Letter.recipient_id).limit(limit)
    recipients = db.session.scalars(first).all()
    if not recipients:
        return []
    taken = select(User.id).where(User.id.in_(recipients)).with_for_update(skip_locked=True, key_share=True)
    locked = db.session.scalars(taken).all()
    _settle_needless(locked, now=now)
    is_held = (Letter.is_due(now), Letter.is_urgent.is_(False))
    _put_off(is_held, reach.of_people(locked, now=now), Reach.goes_at, now=now)
    columns = (Letter.id, Letter.recipient_id, Letter.message_id)
    due = select(*columns).where(Letter.is_due(now), among(Letter.recipient_id, locked)).order_by(Letter.id)
    mails = [
        mail
        for recipient_id, found in _by_recipient(db.session.execute(due)).items()
        for mail in _bundled(recipient_id, found, domain=domain, now=now)
    ]
    return [_take(mail, now=now) for mail in mails]


def _settle_needless(recipient_ids: Sequence[int], *, now: datetime) -> None:
    """Nobody needs an e-mail about what they have read meanwhile, or one to a closed account."""
    theirs = update(Letter).where(Letter.is_due(now), among(Letter.recipient_id, recipient_ids))
    closed = select(User.id).where(User.disabled_at.is_not(None))
    db.session.execute(theirs.where(Letter.recipient_id.in_(closed)).values(state=LetterState.DROPPED))
    read = select(Notice.id).where(Notice.read_at.is_not(None))
    is_needless = (Letter.notice_id.in_(read), Letter.message_id.is_(None))
    db.session.execute(theirs.where(*is_needless).values(state=LetterState.READ))


def _put_off(
    which: Sequence[ColumnElement[bool]],
    reaches: dict[int, Reach],
    when: Callable[[Reach, EventName, datetime], datetime | None],
    *,
    now: datetime,
) -> None:
    """An absence, a holiday or quiet hours may have come since they were written, or a delivery that stood still."""
    columns = (Letter.id, Letter.recipient_id, Notice.kind)
    found = select(*columns).join(Letter.notice).where(*which, among(Letter.recipient_id, reaches))
    moved = []
    for letter_id, recipient_id, kind in db.session.execute(found):
        at = when(reaches[recipient_id], EventName(kind), now)
        if at not in (None, now):
            moved.append((letter_id, at))
    bulk_update(Letter, ["next_try_at"], moved, is_edit=False)


def _by_recipient(rows: Iterable[tuple[int, int, str | None]]) -> dict[int, list[tuple[int, str | None]]]:
    found: dict[int, list[tuple[int, str | None]]] = {}
    for letter_id, recipient_id, in_mail in rows:
        found.setdefault(recipient_id, []).append((letter_id, in_mail))
    return found


def _bundled(
    recipient_id: int, letters: Sequence[tuple[int, str | None]], *, domain: str, now: datetime
) -> Iterable[Mail]:
    """E-mails that were tried before stay as they were; all the rest goes into one, or a few when it is much."""
    tried: dict[str, list[int]] = {}
    for letter_id, in_mail in letters:
        if in_mail is not None:
            tried.setdefault(in_mail, []).append(letter_id)
    fresh = [letter_id for letter_id, in_mail in letters if in_mail is None]
    for start in range(0, len(fresh), MOST_IN_ONE):
        together = fresh[start : start + MOST_IN_ONE]
        tried[message_id(together[0], now, domain)] = together
    return [Mail(name, recipient_id, letter_ids, 0) for name, letter_ids in tried.items()]


def _take(mail: Mail, *, now: datetime) -> Mail:
    values = {"message_id": mail.message_id, "next_try_at": now + LEASE, "attempt_count": Letter.attempt_count + 1}
    take = update(Letter).where(_waiting(mail.letter_ids)).values(values).returning(Letter.attempt_count)
    return mail._replace(attempt_count=max(db.session.scalars(take), default=0))


def mark_sent(mail: Mail, *, now: datetime) -> None:
    values = {"state": LetterState.SENT, "sent_at": now, "last_error": None}
    db.session.execute(update(Letter).where(_waiting(mail.letter_ids)).values(values))


def mark_failed(mail: Mail, error: str, *, is_final: bool, now: datetime) -> None:
    """Try again later; for good when the server has refused for good, or after the last try."""
    again_at = None if is_final else next_try(mail.attempt_count, now)
    ending = {"state": LetterState.FAILED} if again_at is None else {"next_try_at": again_at}
    # whoever has overtaken us knows better
    is_ours = (_waiting(mail.letter_ids), Letter.attempt_count == mail.attempt_count)
    db.session.execute(update(Letter).where(*is_ours).values({"last_error": error[:300], **ending}))


def put_back(mail: Mail, error: str, *, now: datetime) -> None:
    """It was not tried after all."""
    is_ours = (_waiting(mail.letter_ids), Letter.attempt_count == mail.attempt_count)
    attempt_count = Letter.attempt_count - 1
    values = {"next_try_at": now + A_MINUTE, "attempt_count": attempt_count, "last_error": error[:300]}
    db.session.execute(update(Letter).where(*is_ours).values(values))


def drop_due(*, now: datetime) -> int:
    """Where no mail server is set nothing piles up for the day on which one is; how many."""
    values = {"state": LetterState.DROPPED, "last_error": NO_SERVER}
    return len(db.session.scalars(update(Letter).where(Letter.is_due(now)).values(values).returning(Letter.id)).all())


def purge(*, now: datetime, limit: int = 500) -> int:
    """Forget up to `limit` letters that were settled long ago; how many."""
    old = (Letter.state != LetterState.WAITING, Letter.created_at < now - KEPT)
    found = select(Letter.id).where(*old).order_by(Letter.id).limit(limit)
    return len(db.session.scalars(delete(Letter).where(Letter.id.in_(found)).returning(Letter.id)).all())


# what an administrator does


def resend(letter_id: int, *, domain: str, now: datetime) -> None:
    """Send it now, in an e-mail of its own, whatever became of it before."""
    values = {
        "state": LetterState.WAITING,
        "is_urgent": True,
        "next_try_at": now,
        "attempt_count": 0,
        "message_id": message_id(letter_id, now, domain),
        "last_error": None,
        "sent_at": None,
    }
    is_idle = or_(Letter.state != LetterState.WAITING, Letter.next_try_at > now)
    _change(letter_id, is_idle, values, N_("It is being sent already."))


def give_up(letter_id: int) -> None:
    _change(letter_id, Letter.state == LetterState.WAITING, {"state": LetterState.DROPPED}, N_("It waits no more."))


def _change(letter_id: int, condition: ColumnElement[bool], values: dict[str, object], refusal: str) -> None:
    if db.session.get(Letter, letter_id) is None:
        raise Missing(N_("This letter does not exist."))
    changed = update(Letter).where(Letter.id == letter_id, condition).values(values).returning(Letter.id)
    if db.session.scalar(changed) is None:
        raise Conflict(refusal)


def _waiting(letter_ids: Sequence[int]) -> ColumnElement[bool]:
    return among(Letter.id, letter_ids) & (Letter.state == LetterState.WAITING)
