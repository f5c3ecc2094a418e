"""Tasks: in the bell and on a page of their own, done and undone by who has them or a manager, nobody else."""

from sqlalchemy import select

from smarketing.models.tasks import Task
from smarketing.services import calls, escalations, handoffs
from tests.cast import Cast, agree, clause, words
from tests.conftest import Hands
from tests.services.desk import Db, hand_off, other, owner
from tests.web.test_clocks import SignIn
from tests.web.test_clocks import words as read

STEP = {"at_ratio": 0.5, "act": "task", "task": words("Ring the switchboard", "Appeler le standard")}


def test_a_task_is_told_of_done_and_undone(session: Db, cast: Cast, hands: Hands, sign_in: SignIn) -> None:
    ladder = clause("ladder", "Late", "Retard") | {"promises": ["first-answer"], "steps": [STEP]}
    agree(cast, hands.now, escalations=[ladder])
    handed = hand_off(session, hands)
    saul_or_sara, stranger = owner(session, handed), other(cast, handed)
    rep = sign_in(saul_or_sara)
    assert "Nothing to do" in read(rep.get("/tasks/"))
    escalations.take_due(now=hands.turn(hours=2))
    calls.tell_due(now=hands.now)
    assert "To do – g.perrin@example.com: Ring the switchboard" in read(rep.get("/notices/"))
    page = read(rep.get("/tasks/"))
    assert "Ring the switchboard g.perrin@example.com First answer" in page
    assert "Everybody’s" not in page
    address = f"/tasks/{session.scalars(select(Task.id)).one()}/completion"
    assert sign_in(stranger).post(address).status_code == 403
    rep = sign_in(saul_or_sara)
    assert rep.post(address).location == "/tasks/?view=open"
    assert rep.post(address).status_code == 409
    assert "Nothing to do" in read(rep.get("/tasks/"))
    assert "Not done after all" in read(rep.get("/tasks/?view=done"))
    clock = f"/clocks/{session.scalars(select(Task)).one().escalation.clock_id}"
    assert f"a task for {saul_or_sara.name}: {saul_or_sara.name} did it Mar 2, 2026, 11:00 AM" in read(rep.get(clock))
    manager = sign_in(cast.sasha)
    assert manager.post(f"{address}/removal", data={"view": "all"}).location == "/tasks/?view=all"
    assert f"{saul_or_sara.name} Mar 2, 2026, 11:00 AM" in read(manager.get("/tasks/?view=all"))


def test_a_task_that_nobody_heard_of_before_the_answer_is_not_needed(
    session: Db, cast: Cast, hands: Hands, sign_in: SignIn
) -> None:
    ladder = clause("ladder", "Late", "Retard") | {"promises": ["first-answer"], "steps": [STEP]}
    agree(cast, hands.now, escalations=[ladder])
    handed = hand_off(session, hands)
    rep = owner(session, handed)
    escalations.take_due(now=hands.turn(hours=2))
    handoffs.accept(handed.id, actor=rep, now=hands.now)
    session.expire_all()
    calls.tell_due(now=hands.now)
    assert "Nothing to do" in read(sign_in(rep).get("/tasks/"))
