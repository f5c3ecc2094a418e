"""What a first visit weighs."""

import gzip

from flask.testing import FlaskClient

SCRIPT = "/static/vendor/plotly/plotly-cartesian.min.js"


def test_scripts_are_compressed_for_whoever_takes_it(client: FlaskClient) -> None:
    plain = client.get(SCRIPT)
    packed = client.get(SCRIPT, headers={"Accept-Encoding": "br, gzip"})
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert len(packed.data) < 520_000
    assert gzip.decompress(packed.data) == plain.data
    assert {plain.headers["Vary"], packed.headers["Vary"]} == {"Accept-Encoding"}
    again = client.get(SCRIPT, headers={"Accept-Encoding": "gzip", "If-None-Match": packed.headers["ETag"]})
    assert again.status_code == 304


def test_pages_are_not_compressed(client: FlaskClient) -> None:
    assert "Content-Encoding" not in client.get("/", headers={"Accept-Encoding": "gzip"}, follow_redirects=True).headers


def test_one_who_forbids_it_is_sent_the_plain_file(client: FlaskClient) -> None:
    assert "Content-Encoding" not in client.get(SCRIPT, headers={"Accept-Encoding": "gzip;q=0"}).headers
