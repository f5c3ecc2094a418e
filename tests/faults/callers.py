"""Who uses the company while it is being killed: they send again whatever was not acknowledged, and remember the rest.

Other systems send with an Idempotency-Key of the request, a browser cannot: what it sends again may be answered with
"You have answered this already".
"""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from random import Random
from typing import Any, NamedTuple
from urllib.parse import urlencode

from tests.faults.company import Company
from tests.faults.mortal import PATIENCE
from tests.services.desk import CHECKLIST

FACTS = {"job_title": "Sales director", "country": "FR", "engagements": [{"kind": "demo_request"}]}


class Deed(NamedTuple):
    """One request that changes something. `what` and `of` are told by the database afterwards."""

    what: str
    of: int | str
    path: str
    sent: dict[str, Any]
    by: int | None
    """The rep; None for the system that brings leads in."""
    key: str | None
    """Its Idempotency-Key; None for a browser."""


@dataclass
class Callers:
    company: Company
    random: Random
    acknowledged: list[Deed] = field(default_factory=list)
    unsure: list[Deed] = field(default_factory=list)
    """Sent, but whoever was to answer died."""
    answers: Counter[int] = field(default_factory=Counter)
    _numbers: int = 0
    _seen: int = 0
    _todo: list[Deed] = field(default_factory=list)

    def call(self, port: int) -> None:
        """Until nobody answers any more: what is unsure first, then what the day brings. Raises OSError then."""
        self.make_sure(port)
        self._look(port)
        while True:
            self._do(self._next(), port)

    def make_sure(self, port: int) -> None:
        """Send again what nobody has acknowledged."""
        for deed in [*self.unsure]:
            self._do(deed, port)
            self.unsure.remove(deed)

    def _do(self, deed: Deed, port: int) -> None:
        is_again = deed in self.unsure
        if not is_again:
            self.unsure.append(deed)
        status, told = self._send(deed, port)
        self.answers[status] += 1
        is_done = status in (200, 303)
        if not is_done and not (is_again and deed.key is None and "answered this already" in told):
            raise AssertionError(f"{deed}: {status} {told[:400]}")
        self.acknowledged.append(deed)
        if not is_again:
            self.unsure.remove(deed)

    def _send(self, deed: Deed, port: int) -> tuple[int, str]:
        if deed.key is None:
            assert deed.by
            headers = {"Cookie": self.company.cookies[deed.by], "Content-Type": "application/x-www-form-urlencoded"}
            return _request(port, "POST", deed.path, urlencode(deed.sent), headers)
        token = self.company.reps[deed.by] if deed.by else self.company.marketer
        headers = {
            "Authorization": f"Bearer {token}",
            "Content-Type": "application/json",
            "Idempotency-Key": deed.key,
        }
        return _request(port, "POST", f"/api/v1{deed.path}", json.dumps(deed.sent) if deed.sent else "", headers)

    def _look(self, port: int) -> None:
        """What was handed over since they looked last; what they will do about it."""
        headers = {"Authorization": f"Bearer {next(iter(self.company.reps.values()))}"}
        status, told = _request(port, "GET", f"/api/v1/handoffs?after={self._seen}&limit=1000", "", headers)
        assert status == 200, told
        for handoff in json.loads(told)["handoffs"]:
            self._seen = handoff["id"]
            self._todo += self._story(handoff["id"], handoff["owner_id"])

    def _story(self, handoff_id: int, owner_id: int) -> Iterator[Deed]:
        """What its owner does about a hand-off in the end; some are forgotten."""

        def deed(what: str, **sent: Any) -> Deed:
            self._numbers += 1
            is_browser = what == "acceptance" and self.random.random() < 0.7
            path, key = f"/handoffs/{handoff_id}/{what}", None if is_browser else f"deed-{self._numbers}"
            return Deed(what, handoff_id, path, sent, owner_id, key)

        fate = self.random.random()
        if fate < 0.3:
            return
        yield deed("touches", channel="call")
        if fate < 0.45:
            yield deed("refusal", reason="bad-data")
            return
        yield deed("acceptance")
        if fate > 0.7:
            yield deed("touches", channel="email")
            yield deed("confirmation", checklist=CHECKLIST)
            yield deed("win", amount="100.00")

    def _next(self) -> Deed:
        """A new lead, or the next step of one of the stories, each in its order."""
        if not self._todo or self.random.random() < 0.3:
            self._numbers += 1
            email = f"api-{self._numbers}@example.com"
            return Deed("lead", email, "/leads", {"leads": [FACTS | {"email": email}]}, None, f"deed-{self._numbers}")
        handoff_id = self.random.choice(self._todo[:40]).of
        place = next(place for place, deed in enumerate(self._todo) if deed.of == handoff_id)
        return self._todo.pop(place)


def _request(port: int, method: str, path: str, body: str, headers: dict[str, str]) -> tuple[int, str]:
    """Raises OSError when whoever was to answer dies."""
    connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        told = answer.read().decode()
        is_signed_out = (answer.getheader("Location") or "").startswith("/session")
        return 401 if is_signed_out else answer.status, told
    except HTTPException as error:
        raise ConnectionResetError(repr(error)) from error
    finally:
        connection.close()
