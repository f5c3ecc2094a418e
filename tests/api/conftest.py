"""Other systems ask in somebody's name."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from smarketing.models.people import User
from smarketing.services import tokens
from tests.conftest import Hands


class System:
    """Holds a token of one person."""

    def __init__(self, client: FlaskClient, token: str) -> None:
        self.client, self.token = client, token

    def get(self, path: str, **query: Any) -> TestResponse:
        return self.client.get(f"/api/v1{path}", query_string=query, headers=self._headers())

    def post(self, path: str, sent: Any = None, *, key: str | None = None) -> TestResponse:
        named = {"Idempotency-Key": key} if key else {}
        return self.client.post(f"/api/v1{path}", json=sent, headers=self._headers() | named)

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


Acting = Callable[..., System]


@pytest.fixture
def acting(client: FlaskClient, hands: Hands) -> Acting:
    """Makes a system that acts as a person."""

    def act(user: User, *, may_write: bool = True) -> System:
        return System(client, tokens.issue("tests", may_write=may_write, life=None, actor=user, now=hands.now))

    return act
