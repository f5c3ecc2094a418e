"""A file that is brought in is kept as UTF-8, whatever it came as; what cannot be read leaves nothing behind."""

import io
import tracemalloc
from pathlib import Path

import pytest

from smarketing.domain.csv_format import Unreadable
from smarketing.services import uploads
from smarketing.services.uploads import Stored

EXPORTS = Path(__file__).resolve().parents[3] / "shared" / "data" / "exports"
TEXT = "Prénom;Société\r\nGaëlle;Perrin & Fils\r\n"


def store(content: bytes, folder: Path, *, limit: int = 10_000, encoding: str | None = None) -> Stored:
    return uploads.store(io.BytesIO(content), folder, limit=limit, encoding=encoding)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_any_encoding_becomes_utf_8_with_plain_line_ends(encoding: str, tmp_path: Path) -> None:
    stored = store(TEXT.encode(encoding), tmp_path)
    kept = (tmp_path / stored.stored_as).read_bytes()
    assert kept.decode() == TEXT.replace("\r\n", "\n")
    assert (stored.encoding, stored.delimiter, stored.headers) == (encoding, ";", ["Prénom", "Société"])
    assert stored.size_bytes == len(kept)


def test_a_letter_that_is_no_utf_8_is_noticed_however_late_it_comes(tmp_path: Path) -> None:
    text = "name;place\n" + "x;y\n" * 200_000 + "Zoé;là\n"
    stored = store(text.encode("cp1252"), tmp_path, limit=2_000_000)
    assert stored.encoding == "cp1252"
    assert (tmp_path / stored.stored_as).read_text(encoding="utf-8") == text


def test_a_utf_8_file_with_a_broken_letter_stays_utf_8(tmp_path: Path) -> None:
    stored = store("Prénom,x\nZo".encode() + b"\xe9,y\n", tmp_path)
    assert (tmp_path / stored.stored_as).read_text(encoding="utf-8") == "Prénom,x\nZo\ufffd,y\n"


def test_a_letter_or_a_line_end_on_the_edge_of_a_piece_is_whole(tmp_path: Path) -> None:
    lines = "a,b\r\n" + "x,yz\r\n" * (uploads.PIECE // 6 - 9)
    for place in range(uploads.PIECE - 4, uploads.PIECE + 1):
        text = lines.ljust(place, "x") + "é\r\n,y\r\n"
        stored = store(text.encode(), tmp_path, limit=1_000_000)
        assert (tmp_path / stored.stored_as).read_text(encoding="utf-8") == text.replace("\r\n", "\n")


def test_an_encoding_that_is_told_is_not_second_guessed(tmp_path: Path) -> None:
    text = "naam,plaats\n“x”,é\n"
    assert store(text.encode("mac-roman"), tmp_path, encoding="mac-roman").headers == ["naam", "plaats"]
    with pytest.raises(Unreadable, match="not in the encoding ascii"):
        store(text.encode(), tmp_path, encoding="ascii")
    with pytest.raises(Unreadable, match="no encoding called klingon"):
        store(text.encode(), tmp_path, encoding="klingon")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "The file is empty"),
        (b"\xef\xbb\xbf\r\n  \r\n", "The file is empty"),
        (b"name,email\n", "no leads under it"),
        (b"name,email\n\n , \n", "no leads under it"),
        (b"PK\x03\x04\x14\x00", "Excel workbook or a ZIP"),
        (b"%PDF-1.4", "PDF"),
        (b"\x00\x01\x02,\x03\n", "not a text file"),
        (b"a,b\n" + b"x,y\n" * 50_000 + b"\x00,1\n", "not a text file"),
        (b"a,b\n\x81,\x8d\n", "encoding of the file cannot be told"),
        (b"name,name\n1,2\n", "both called"),
        (b"a@b.fr,x\nc@d.fr,y\n", "must hold the names of the columns"),
        (b'a,b\n"1,2\n3,4\n', "Row 2 opens a quotation mark"),
    ],
)
def test_what_cannot_be_read_is_said_and_not_kept(content: bytes, words: str, tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match=words):
        store(content, tmp_path, limit=1_000_000)
    assert list(tmp_path.iterdir()) == []


class Endless(io.RawIOBase):
    """A file of a gigabyte that takes no room."""

    def __init__(self) -> None:
        self.given = 0

    def read(self, size: int = -1) -> bytes:
        piece = b"a,b\n" + b"1234,6\n" * (size // 7) if self.given < 1 << 30 else b""
        self.given += len(piece)
        return piece

    def seek(self, *_place: int) -> int:
        self.given = 0
        return 0


def test_a_gigabyte_is_refused_without_being_held_or_read_to_its_end(tmp_path: Path) -> None:
    huge = Endless()
    tracemalloc.start()
    with pytest.raises(Unreadable, match="larger than 16 MB"):
        uploads.store(huge, tmp_path, limit=16 << 20)  # type: ignore[arg-type]
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert huge.given < 18 << 20
    assert peak < 8 << 20
    assert list(tmp_path.iterdir()) == []


def test_the_first_rows_are_shown_as_they_are(tmp_path: Path) -> None:
    stored = store(b"a,b\n\n=1+1,<b>\n2\n3,4\n", tmp_path)
    assert uploads.sample(stored.stored_as, stored.delimiter, tmp_path, count=2) == [["=1+1", "<b>"], ["2"]]


def test_a_file_goes_with_what_was_noted_beside_it(tmp_path: Path) -> None:
    stored, other = store(b"a,b\n1,2\n", tmp_path), store(b"a,b\n1,2\n", tmp_path)
    (tmp_path / f"{stored.stored_as}.spoken").touch()
    uploads.remove(stored.stored_as, tmp_path)
    uploads.remove(stored.stored_as, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [other.stored_as]


@pytest.mark.skipif(not EXPORTS.is_dir(), reason="the exports of other systems are not here")
@pytest.mark.parametrize(
    ("name", "encoding", "delimiter"),
    [
        ("hubspot_contacts_sample.csv", "utf-8-sig", ","),
        ("salesforce_dataloader_leads_sample.csv", "utf-8", ","),
        ("salesforce_report_leads_us_sample.csv", "utf-8", ","),
        ("pipedrive_leads_export_sample.csv", "utf-8", ","),
        ("meta_lead_ads_download_sample_utf16.csv", "utf-16", "\t"),
        ("malformed/semicolon_cp1252.csv", "cp1252", ";"),
        ("malformed/report_with_totals_rows.csv", "utf-8", ","),
    ],
)
def test_the_exports_of_other_systems_are_told_apart(name: str, encoding: str, delimiter: str, tmp_path: Path) -> None:
    with (EXPORTS / name).open("rb") as file:
        stored = uploads.store(file, tmp_path, limit=1_000_000)
    assert (stored.encoding, stored.delimiter) == (encoding, delimiter)
