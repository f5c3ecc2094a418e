"""What a first visit weighs."""

import gzip
from typing import Any

from flask.testing import FlaskClient

SCRIPT = "/static/vendor/plotly/plotly-cartesian.min.js"


def fetched(client: FlaskClient, path: str, accepted: str, **headers: str) -> tuple[bytes, Any]:
    with client.get(path, headers={"Accept-Encoding": accepted, **headers}) as answer:
        return answer.data, answer


def test_scripts_are_compressed_for_whoever_takes_it(client: FlaskClient) -> None:
    script, plain = fetched(client, SCRIPT, "identity")
    data, packed = fetched(client, SCRIPT, "br, gzip")
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert len(data) < 520_000
    assert gzip.decompress(data) == script
    assert all("Accept-Encoding" in answer.headers["Vary"] for answer in (plain, packed))
    _data, again = fetched(client, SCRIPT, "gzip", **{"If-None-Match": packed.headers["ETag"]})
    assert again.status_code == 304
    _data, refusing = fetched(client, SCRIPT, "gzip;q=0")
    assert "Content-Encoding" not in refusing.headers


def test_pages_are_not_compressed(client: FlaskClient) -> None:
    _data, page = fetched(client, "/sign-in", "gzip")
    assert "Content-Encoding" not in page.headers
