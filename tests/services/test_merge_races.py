"""Two people merge the same pair, either way round, while a rep answers: one lead is left and nobody is stuck."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from flask import Flask
from sqlalchemy import func, select

from smarketing.db import db, transaction
from smarketing.domain.errors import DomainError
from smarketing.domain.importing import Row
from smarketing.models.handoffs import Handoff
from smarketing.models.leads import Lead
from smarketing.models.merges import Merge
from smarketing.models.people import User
from smarketing.reports import clock_replay
from smarketing.services import handoffs, intake, merges
from tests.cast import Cast
from tests.conftest import Hands
from tests.services.desk import Db, hand_off

PAIRS = 8


def test_one_lead_is_left_of_each_pair_and_each_answer_stands(
    app: Flask, session: Db, agreed: Cast, hands: Hands
) -> None:
    pairs = []
    for number in range(PAIRS):
        intake.take([Row({"email": f"{number}@web.example"})], now=hands.now)
        twin_id = session.scalars(select(func.max(Lead.id))).one()
        handoff = hand_off(session, hands, f"{number}@example.com")
        pairs.append((twin_id, handoff.lead_id, handoff.id, handoff.owner_id))
    now, marta_id, manny_id = hands.turn(minutes=5), agreed.marta.id, agreed.manny.id
    session.commit()

    def merge_into(place: int, user_id: int) -> Callable[[tuple[int, ...]], object]:
        return lambda pair: merges.merge(pair[place], pair[1 - place], actor=db.session.get_one(User, user_id), now=now)

    def accept(pair: tuple[int, ...]) -> object:
        return handoffs.accept(pair[2], actor=db.session.get_one(User, pair[3]), now=now)

    def intaken(pair: tuple[int, ...]) -> object:
        return intake.take([Row({"email": f"{pairs.index(pair)}@web.example", "company": "Acme"})], now=now)

    deeds = [merge_into(0, marta_id), merge_into(1, manny_id), accept, intaken]
    barrier = Barrier(len(deeds))

    def work(deed: Callable[[tuple[int, ...]], object]) -> Counter[str]:
        outcomes: Counter[str] = Counter()
        with app.app_context():
            barrier.wait(timeout=30)
            for pair in pairs:
                try:
                    with transaction():
                        deed(pair)
                except DomainError as refused:
                    outcomes[refused.message] += 1
                else:
                    outcomes["done"] += 1
            db.session.remove()
        return outcomes

    with ThreadPoolExecutor(len(deeds)) as pool:
        one, other, accepted, taken = (each.result(timeout=120) for each in [pool.submit(work, deed) for deed in deeds])
    assert one["done"] + other["done"] == PAIRS
    assert accepted == taken == {"done": PAIRS}
    assert session.scalar(select(func.count()).select_from(Lead)) == PAIRS
    assert session.scalar(select(func.count()).select_from(Merge)) == PAIRS
    standing = select(Lead.stage, Lead.company, Handoff.state).join(Handoff, Handoff.lead_id == Lead.id)
    assert set(session.execute(standing).all()) == {("sal", "Acme", "accepted")}
    assert clock_replay.replay().differences == []
