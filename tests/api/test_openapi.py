"""What the API says of itself is what it is."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.api.conftest import Acting
from tests.cast import Cast


@pytest.fixture(scope="session")
def database() -> str:
    return "sqlite"


def test_the_document_tells_of_every_address(app: Flask, client: FlaskClient) -> None:
    document = client.get("/api/v1/openapi.json").json
    assert document["openapi"].startswith("3.1")
    told = {(method.upper(), path) for path, operations in document["paths"].items() for method in operations}
    real = {
        (method, rule.rule.replace("<int:", "{").replace(">", "}"))
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/") and not rule.rule.endswith("openapi.json")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert told == real
    assert len(real) > 10


def test_every_operation_says_what_it_is_and_how_it_refuses(client: FlaskClient) -> None:
    document = client.get("/api/v1/openapi.json").json
    operations = [each for path in document["paths"].values() for each in path.values()]
    assert all(each["summary"] and {"200", "401", "403", "422"} <= set(each["responses"]) for each in operations)
    assert document["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
    assert document["security"] == [{"token": []}]


def test_the_agreement_in_force_is_told_with_its_digest(acting: Acting, agreed: Cast) -> None:
    version = acting(agreed.saul).get("/agreement").json
    assert (version["number"], len(version["digest"]), version["terms"]["zone"]) == (1, 64, "Europe/Paris")


def test_without_an_agreement_there_is_none_to_tell(acting: Acting, cast: Cast) -> None:
    assert acting(cast.saul).get("/agreement").status_code == 404
